"""A second person reads what a first has ordered as people write it."""

import json

import pytest

from corridor.cli.proposals import words


@pytest.mark.parametrize(
    ("operation", "line"),
    [
        (
            {"type": "SetLimit", "participant": "SEVRRUM0", "currency": "RUB", "limit": "500000"},
            "SetLimit participant=SEVRRUM0 currency=RUB limit=5000.00",
        ),
        ({"type": "SetLimit", "currency": "JPY", "limit": "500"}, "SetLimit currency=JPY limit=500"),
        ({"type": "SetClearingCap", "currency": "RUB", "cap": "5"}, "SetClearingCap currency=RUB cap=0.05"),
        (
            {"type": "SetSettlementLimit", "creditor": "", "currency": "RUB", "amount": None, "on": ""},
            "SetSettlementLimit currency=RUB amount=none",
        ),
        (
            {"type": "SetFxFee", "currency": "TJS", "rate_bps": "20", "minimum_amount": "150"},
            "SetFxFee currency=TJS rate_bps=20 minimum_amount=1.50",
        ),
        ({"type": "SetClearingSchedule", "every_s": "600"}, "SetClearingSchedule every_s=600"),
    ],
)
def test_amounts_read_as_people_write_them(operation, line):
    assert words(json.dumps({"operation": operation}).encode()) == line
