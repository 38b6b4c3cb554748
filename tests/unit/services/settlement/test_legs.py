"""The money of a payment: under which code it moves, and what the ledger's refusals mean."""

import pytest

from corridor.decision import TRANSFER
from corridor.domain.money import Money
from corridor.ledger.results import TransferResult
from corridor.services.messaging.commands import SetFrozen
from corridor.services.settlement.legs import REFUSALS
from corridor.services.settlement.payments import PAYMENT
from tests.world import FUNDS, PAMR, SEVR, World, agreed


@pytest.fixture
def world():
    return World().found()


def test_principal_and_fee_are_told_apart_and_name_their_payment(world):
    quote = world.quote(1_000_00)
    order = world.order(1, interbank_settlement_amount=Money(1_000_00, "RUB"), agreed_rate=agreed(quote))
    world.pay(order)
    payment = world.store.rows[PAYMENT][order.uetr]
    reserved = [t for t in world.store.rows[TRANSFER].values() if t.reference == payment.number]
    assert [(t.code, t.currency) for t in reserved] == [(10, "RUB"), (10, "TJS"), (11, "RUB")]
    assert [t.id for t in reserved] == [payment.first_transfer + n for n in range(payment.legs)]


@pytest.mark.parametrize("bic", [SEVR, PAMR])
def test_a_frozen_account_neither_pays_nor_is_paid(world, bic):
    world.operate(SetFrozen, participant=bic, currency="RUB", frozen=True)
    world.pay(world.order(1))
    assert world.heard(SEVR) == ["RJCT AC06"]
    assert world.balance(SEVR, "RUB") == FUNDS


def test_what_a_refusal_of_the_ledger_means():
    """Each reason, and the element at fault."""
    assert {result: (told.reason, told.field) for result, told in REFUSALS.items()} == {
        TransferResult.EXCEEDS_CREDITS: ("AM04", "IntrBkSttlmAmt"),
        TransferResult.DEBIT_ACCOUNT_FROZEN: ("AC06", "DbtrAgt"),
        TransferResult.CREDIT_ACCOUNT_FROZEN: ("AC06", "CdtrAgt"),
        TransferResult.DEBIT_ACCOUNT_CLOSED: ("AC05", "DbtrAgt"),
        TransferResult.CREDIT_ACCOUNT_CLOSED: ("AC07", "CdtrAgt"),
        TransferResult.AMOUNT_OUT_OF_RANGE: ("AM01", "IntrBkSttlmAmt"),
    }
