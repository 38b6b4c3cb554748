"""The money of a payment: under which code it moves, and what the ledger's refusals mean."""

import pytest

from corridor.decision import TRANSFER
from corridor.domain.money import Money
from corridor.hub.batch import chain
from corridor.ledger.results import TransferResult
from corridor.reports.watch import Watch
from corridor.services.compliance.commands import SetScreeningPolicy
from corridor.services.compliance.screening import Hit, Screening
from corridor.services.fx.commands import SetFxLimit
from corridor.services.fx.records import FX_EXPOSURE
from corridor.services.instant.commands import ReleasePayment
from corridor.services.messaging.commands import SetFrozen
from corridor.services.settlement.legs import REFUSALS
from corridor.services.settlement.payments import PAYMENT
from tests.world import ALFX, FUNDS, LIST, PAMR, SEVR, World, agreed


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


def exposures(world):
    """What is counted of the provider: promised, under way and exchanged, by currency."""
    rows = world.store.rows[FX_EXPOSURE]
    return {
        currency: (e.amount, e.receives, e.selling, e.buying, e.sold, e.bought)
        for (_, currency), e in sorted(rows.items())
    }


@pytest.mark.parametrize(
    ("events", "roubles", "somoni"),
    [
        ("", (0, 1_000_00, 0, 0, 0, 0), (116_27, 0, 0, 0, 0, 0)),
        ("pay", (0, 0, 0, 1_000_00, 0, 0), (0, 0, 116_27, 0, 0, 0)),
        ("pay ACCP", (0, 0, 0, 0, 0, 1_000_00), (0, 0, 0, 0, 116_27, 0)),
        ("pay ACCP ACCC", (0, 0, 0, 0, 0, 1_000_00), (0, 0, 0, 0, 116_27, 0)),
        ("pay RJCT", (0,) * 6, (0,) * 6),
        ("pay +8", (0,) * 6, (0,) * 6),
        ("+61", (0,) * 6, (0,) * 6),
    ],
)
def test_a_providers_position_follows_the_payment(world, events, roubles, somoni):
    quote = world.quote(1_000_00)
    order = world.order(1, interbank_settlement_amount=Money(1_000_00, "RUB"), agreed_rate=agreed(quote))
    for event in events.split():
        if event == "pay":
            world.pay(order)
        elif event.startswith("+"):
            world.advance(float(event))
        else:
            world.report(order.uetr, event, reason="AC03" if event == "RJCT" else None)
    assert exposures(world) == {"RUB": roubles, "TJS": somoni}
    watch(world)


@pytest.mark.parametrize(("currency", "most"), [("TJS", 116_27), ("RUB", 1_000_00)])
def test_a_payment_that_would_pass_the_providers_position_is_refused_with_nothing_moved(
    world, currency, most
):
    quotes = [world.quote(1_000_00), world.quote(1_000_00)]
    limit = {"provider": ALFX, "currency": currency, "kind": "position"}
    world.operate(SetFxLimit, **limit, amount=most)
    for n, quote in enumerate(quotes):
        money = Money(1_000_00, "RUB")
        world.pay(world.order(n, interbank_settlement_amount=money, agreed_rate=agreed(quote)))
    assert world.heard(SEVR) == ["RJCT AM23"]
    world.report(world.order(0).uetr, "ACCP")
    assert world.balance(SEVR, "RUB") == FUNDS - 1_000_00 - 10_00
    assert exposures(world)["TJS"] == (0, 0, 0, 0, 116_27, 0)
    world.pay(
        world.order(2, interbank_settlement_amount=Money(1_000_00, "RUB"), agreed_rate=agreed(quotes[1]))
    )
    assert world.heard(SEVR)[-1] == "RJCT TKSG", "a quote is spent whatever becomes of the payment"
    watch(world)


def test_a_payment_that_was_held_is_asked_for_the_limit_when_it_is_released(world):
    world.operate(SetScreeningPolicy, on_hit="hold", hold_limit_s=600)
    hit = Screening(LIST, (Hit("Иван Петров", "UN", "QDi.1", "Ivan Petrov", 97, "both words"),))
    quote = world.quote(1_000_00)
    money = Money(1_000_00, "RUB")
    world.pay(world.order(1, interbank_settlement_amount=money, agreed_rate=agreed(quote)), hit)
    world.operate(SetFxLimit, provider=ALFX, currency="TJS", kind="position", amount=0)
    world.operate(ReleasePayment, uetr=world.order(1).uetr)
    assert world.heard(SEVR) == ["PDNG", "RJCT AM23"]
    assert exposures(world) == {"RUB": (0,) * 6, "TJS": (0,) * 6}
    watch(world)


def watch(world):
    """Ask every invariant of every batch."""
    watching = Watch(chain)
    broken = [each for batch in world.batches for each in watching.commit(batch.writes)]
    assert not broken
    assert watching.checked["exposures"]


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
