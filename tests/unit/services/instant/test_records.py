"""What a payment is made of."""

import pytest

from corridor.services.instant import commands, records
from corridor.services.settlement import payments


@pytest.mark.parametrize(
    "record",
    [
        payments.Payment,
        records.HeldPayment,
        commands.CreditTransfer,
        commands.StatusReport,
        commands.StatusRequest,
        commands.ReleasePayment,
        commands.RefusePayment,
    ],
)
def test_it_never_changes_under_whoever_has_it(record):
    assert record.__struct_config__.frozen
