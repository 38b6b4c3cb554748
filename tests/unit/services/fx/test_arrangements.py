"""docs/rulebook.md, section 18: payers pay in their own currency, and two central banks net once a day."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.domain.instants import DAY, SECOND
from corridor.domain.money import MAX_MINOR, Money, Rate
from corridor.services.credit.commands import SetCreditLine
from corridor.services.fx.arrangements.netting import net
from corridor.services.fx.commands import SetFxFee, SetFxPair
from corridor.services.messaging.commands import AddParticipant, SetFrozen, SetLimit, SetParticipantState
from corridor.services.messaging.records import CASE
from tests.rig import answer_of
from tests.unit.services.fx.arranging import SWING, Arranged
from tests.world import CBRR, CBTJ, PAMR, SEVR

DAY_S = 86_400


@pytest.fixture
def world() -> Arranged:
    world = Arranged().found()
    world.operate(SetFxFee, currency="RUB", rate_bps=0, minimum_amount=0)
    return world


@pytest.fixture
def arranged(world: Arranged) -> Arranged:
    world.fix()
    world.arrange()
    return world


def test_a_payer_pays_in_its_own_currency_and_nobody_trades(arranged: Arranged) -> None:
    roubles, somoni = arranged.balance(SEVR, "RUB"), arranged.balance(PAMR, "TJS")
    issued = arranged.balance(CBRR, "RUB")
    assert arranged.send(850_00, "RUB") == "ACSC"
    assert arranged.balance(SEVR, "RUB") == roubles - 850_00
    assert arranged.balance(PAMR, "TJS") == somoni + 100_00
    assert arranged.balance(CBRR, "RUB") == issued + 850_00, "its central bank has taken its own money in"
    assert arranged.owed == (-100_00, 0), "and owes the other one what the payee has got"
    assert arranged.send(60_00, "TJS") == "ACSC"
    assert arranged.owed == (-100_00, -510_00)
    arranged.watch()


def test_both_net_at_the_end_of_the_day(arranged: Arranged) -> None:
    arranged.send(850_00, "RUB")
    arranged.send(60_00, "TJS")
    arranged.midnight()
    assert arranged.owed == (0, 340_00), "who was owed more has the difference in the other's currency"
    (netting,) = arranged.nettings
    assert (netting.base_owed, netting.quote_owed) == (100_00, 510_00)
    assert (netting.base_paid, netting.quote_paid, netting.net_debtor) == (100_00, 850_00, CBRR)
    assert (netting.day, netting.rate, netting.remainder) == ("2026-11-18", Decimal("8.5"), 0)
    told = {bank: [m.message for m in arranged.mailboxes[bank]][-2:] for bank in (CBRR, CBTJ)}
    said = {
        bank: sorted(f"{e.credit_debit} {e.amount}" for m in messages for e in m.entries)
        for bank, messages in told.items()
    }
    assert said == {
        CBRR: ["CRDT 100.00 TJS", "DBIT 850.00 RUB"],
        CBTJ: ["CRDT 850.00 RUB", "DBIT 100.00 TJS"],
    }
    words = "NETTED 2026-11-18, arrangement {}, {} owed 100.00 TJS, {} 510.00 RUB, at 8.5"
    words = words.format(arranged.arrangement.number, CBRR, CBTJ)
    assert {e.additional_information for m in told[CBRR] for e in m.entries} == {words}
    arranged.watch()


def test_what_is_held_is_spent_before_anything_is_owed(arranged: Arranged) -> None:
    arranged.send(850_00, "RUB")
    arranged.midnight()
    assert arranged.owed == (0, 850_00)
    arranged.fix("9")
    assert arranged.send(60_00, "TJS") == "ACSC"
    assert arranged.owed == (0, 310_00)
    arranged.midnight()
    assert len(arranged.nettings) == 1, "nothing was owed on the second day"
    arranged.watch()


def test_nobody_owes_more_than_its_swing_and_a_day_makes_room(arranged: Arranged) -> None:
    assert arranged.send(8_500_00, "RUB") == "ACSC"
    assert arranged.owed == (-SWING, 0)
    assert arranged.send(8_50, "RUB") == "AM23"
    assert arranged.send(117_64, "TJS") == "ACSC", "the other way has a swing of its own"
    assert arranged.send(8_50, "RUB") == "AM23"
    arranged.midnight()
    arranged.fix()
    assert arranged.send(8_50, "RUB") == "ACSC"
    arranged.watch()


def test_a_quote_is_firm_and_counts_until_it_is_used(arranged: Arranged) -> None:
    quote = answer_of(arranged.ask_for(Money(SWING, "TJS"), "TJS", CBRR, "destination"))
    assert (quote["rate"], quote["mid_rate"], quote["source"]["amount"]) == ("8.5", "8.5", "850000")
    assert arranged.send(8_50, "RUB") == "AM23"
    arranged.fix("8.4")  # a correction binds the next quote only
    assert arranged.pay_on(quote) == "ACSC"
    assert arranged.owed == (-SWING, 0)


def test_a_quote_ends_with_its_day(arranged: Arranged) -> None:
    arranged.advance((arranged.arrangement.due_at - arranged.now) / 1_000_000 - 5)
    quote = answer_of(arranged.ask_for(Money(8_50, "RUB"), "TJS"))
    assert quote["expires_at"] == "2026-11-18T23:59:59.999999Z"
    arranged.advance(10)
    assert arranged.pay_on(quote) == "RJCT TKXP"


def test_other_quotes_never_come_from_a_central_bank(arranged: Arranged) -> None:
    assert arranged.quote()["provider"] not in (CBRR, CBTJ)


@pytest.mark.parametrize(
    ("amount", "into", "provider", "reason"),
    [
        (Money(8_50, "RUB"), "TJS", CBTJ, "AGNT provider"),  # it does not issue what is paid in
        (Money(0, "RUB"), "TJS", CBRR, "AM01 amount"),
        (Money(4, "RUB"), "TJS", CBRR, "AM06 amount"),
    ],
    ids=str,
)
def test_what_is_not_quoted(arranged: Arranged, amount: Money, into: str, provider: str, reason: str) -> None:
    told = answer_of(arranged.ask_for(amount, into, provider))
    assert f"{told['reason']} {told['field']}" == reason


def test_without_a_rate_or_an_arrangement_nothing_is_quoted(world: Arranged) -> None:
    assert world.send(8_50, "RUB") == "AGNT"
    world.arrange()
    assert world.send(8_50, "RUB") == "AB07"
    world.fix()
    assert world.send(8_50, "RUB") == "ACSC"
    world.operate(SetParticipantState, bic=CBTJ, state="suspended")
    assert world.send(8_50, "RUB") == "AB07"


def test_what_cannot_be_netted_is_a_case_and_is_netted_with_the_next_day(arranged: Arranged) -> None:
    arranged.send(850_00, "RUB")
    arranged.operate(SetFrozen, participant=CBTJ, currency="RUB", frozen=True)
    arranged.midnight()
    assert arranged.owed[0] == -100_00
    arranged.operate(SetFrozen, participant=CBTJ, currency="RUB", frozen=False)
    arranged.midnight()  # that day has no rate
    assert arranged.owed == (-100_00, 0)
    kinds = [case.kind for case in arranged.store.rows[CASE].values()]
    assert kinds == ["unnetted", "unnetted"]
    arranged.fix("8.6")
    arranged.midnight()
    assert arranged.owed == (0, 860_00)
    arranged.watch()


def test_what_is_not_worth_a_minor_unit_holds_up_no_end(arranged: Arranged) -> None:
    """A kopeck buys 25 dirams at 0.04; ten times less when the day ends, they are worth no kopeck."""
    arranged.fix("0.04")
    assert arranged.send(1, "RUB") == "ACSC"
    arranged.fix("0.004")
    arranged.stop()
    arranged.midnight()
    assert (arranged.arrangement.state, arranged.owed) == ("ended", (0, 0))
    (netting,) = arranged.nettings
    assert (netting.base_paid, netting.quote_paid, netting.transfers) == (25, 0, 1)
    arranged.watch()


def test_no_account_is_of_two_arrangements(arranged: Arranged) -> None:
    """A central bank of two currencies would owe the other in one account, under two swings."""
    other = "CBTWXX20"
    facts = {"bic": other, "name": "Two", "role": "central_bank", "currencies": ("USD", "CNY")}
    arranged.operate(AddParticipant, **facts, key=arranged.new_key(other))
    for state in ("certified", "active"):
        arranged.operate(SetParticipantState, bic=other, state=state)
    for code in ("USD", "CNY"):
        arranged.operate(SetFxPair, base_currency=code, quote_currency="RUB")
    assert arranged.offer(central_bank=other, other_currency="USD").status == "accepted"
    told = answer_of(arranged.offer(central_bank=other, other_currency="CNY"))
    assert f"{told['reason']} {told['field']}" == "DU03 central_bank"


def test_an_offer_lapses_or_is_taken_back(world: Arranged) -> None:
    world.offer()
    assert answer_of(world.accept(CBRR))["reason"] == "AG01"
    assert answer_of(world.accept(SEVR))["reason"] in ("AG01", "NOOR")
    world.stop(CBTJ)
    assert world.arrangement.state == "cancelled"
    world.offer()
    world.advance(7 * DAY_S + 1)
    assert world.arrangement.state == "cancelled"
    assert answer_of(world.accept())["reason"] == "CH20"
    world.watch()


def test_it_ends_with_a_netting(arranged: Arranged) -> None:
    quote = answer_of(arranged.ask_for(Money(850_00, "RUB"), "TJS"))
    assert arranged.stop().status == "accepted"
    assert answer_of(arranged.stop())["reason"] == "CH20"
    assert arranged.send(8_50, "RUB") == "AGNT"
    assert arranged.pay_on(quote) == "ACSC", "what was promised holds"
    arranged.midnight()
    assert (arranged.arrangement.state, arranged.owed) == ("ended", (0, 850_00))
    arranged.arrange(swing=5_00)
    assert arranged.arrangement.state == "open"
    assert arranged.owed == (0, 850_00), "what it has stays its own"
    arranged.watch()


def test_it_does_not_end_while_something_is_owed(arranged: Arranged) -> None:
    arranged.send(850_00, "RUB")
    arranged.operate(SetFrozen, participant=CBTJ, currency="RUB", frozen=True)
    arranged.stop()
    arranged.midnight()
    assert arranged.arrangement.state == "ending"
    arranged.operate(SetFrozen, participant=CBTJ, currency="RUB", frozen=False)
    arranged.fix()
    arranged.midnight()
    assert arranged.arrangement.state == "ended"


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"central_bank": CBRR}, "RC04 central_bank"),
        ({"central_bank": SEVR}, "RC04 central_bank"),
        ({"central_bank": "NOPERUM0"}, "RC04 central_bank"),
        ({"other_currency": "USD"}, "AM03 other_currency"),
        ({"currency": "TJS", "other_currency": "RUB"}, "AG01 currency"),
        ({"swing": -1}, "AM12 swing"),
        ({"other_swing": MAX_MINOR + 1}, "AM12 other_swing"),
    ],
    ids=str,
)
def test_what_cannot_be_offered(world: Arranged, facts: dict[str, object], refusal: str) -> None:
    told = answer_of(world.offer(**facts))
    assert f"{told['reason']} {told['field']}" == refusal


def test_a_pair_has_one_arrangement_of_active_central_banks(world: Arranged) -> None:
    world.offer()
    assert answer_of(world.offer())["reason"] == "DU03"
    world.stop()
    world.operate(SetParticipantState, bic=CBTJ, state="suspended")
    assert answer_of(world.offer())["reason"] == "AG10"


amounts = st.integers(0, 10**12)
rates = st.decimals("0.0001", "9999", places=4).map(lambda value: Rate(value, "TJS", "RUB"))


@given(amounts, amounts, rates)
def test_a_netting_leaves_nobody_owing_and_loses_less_than_a_unit(base: int, quote: int, rate: Rate) -> None:
    netted = net(Money(base, "TJS"), Money(quote, "RUB"), rate)
    left_base, left_quote = netted.base_paid - base, netted.quote_paid - quote
    assert min(left_base, left_quote) == 0, "one is paid to the unit"
    assert max(left_base, left_quote) >= 0
    # both sides are worth the same, but for what rounding down leaves
    gap = Decimal(netted.quote_paid) - Decimal(netted.base_paid) * rate.value
    assert abs(gap) < max(rate.value, Decimal(1))
    assert abs(gap) == abs(netted.remainder)


def test_nobody_but_the_two_says_how_far_they_may_owe(arranged: Arranged) -> None:
    limit = arranged.operation(SetLimit, participant=CBRR, currency="TJS", limit=10 * SWING)
    proposal = answer_of(arranged.submit(limit))
    refused = [answer_of(arranged.approve(proposal))] if "proposal" in proposal else [proposal]
    line = SetCreditLine(arranged.origin(CBTJ, definition="json/credit-lines"), CBRR, "TJS", 10 * SWING)
    refused.append(answer_of(arranged.submit(line)))
    assert [f"{told['reason']} {told['field']}" for told in refused] == ["AG01 participant"] * 2


def test_nothing_of_a_new_day_is_quoted_before_the_last_one_is_netted(arranged: Arranged) -> None:
    """Else it is netted at the rate of a day that it is not of. A hub that has just started nets 5 s later."""
    world = arranged
    assert world.send(85_00, "RUB") == "ACSC"
    world.now += DAY - world.now % DAY + SECOND
    world.restart()
    world.fix("9")
    refused = answer_of(world.ask_for(Money(90_00, "RUB"), "TJS"))
    assert (refused["reason"], refused["field"]) == ("AB07", "")
    assert "is not netted yet" in refused["text"]
    world.advance(6)
    (netting,) = world.nettings
    assert (netting.rate, netting.base_owed) == (Decimal("8.5"), 10_00)
    assert world.send(90_00, "RUB") == "ACSC"
    assert world.owed == (-10_00, 85_00)
    world.watch()
