"""docs/rulebook.md, section 17: an account is opened by both banks, and closed by both at zero."""

import pytest

from corridor.decision import ACCOUNT
from corridor.domain.money import MAX_MINOR
from corridor.ledger.accounts import AccountFlag
from corridor.services.messaging.commands import AddParticipant, SetParticipantState
from corridor.services.settlement.correspondents import commands
from corridor.services.settlement.correspondents.agreements import OFFER_TIME, OFFERS_MAX
from corridor.services.settlement.correspondents.records import CORRESPONDENT_RELATION
from tests.rig import answer_of
from tests.unit.services.settlement.correspondents.corresponding import OVERDRAFT, TERMS, Corresponding
from tests.unit.services.settlement.settling import ZARA
from tests.world import ALFX, PAMR, SEVR

OFFER_S = OFFER_TIME // 1_000_000


@pytest.fixture
def world() -> Corresponding:
    return Corresponding().found()


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"overdraft": -1}, "AM12"),
        ({"overdraft": MAX_MINOR + 1}, "AM12"),
        ({"ceiling": -1}, "AM12"),
        ({"account_servicer": SEVR, "account_owner": SEVR}, "AG01"),
        ({"account_owner": PAMR}, "AG03"),
        ({"account_owner": ALFX}, "RC04"),
        ({"account_owner": "NOPERUM0"}, "RC04"),
        ({"account_servicer": ZARA}, "AG01"),
        ({"currency": "USD"}, "AM03"),
    ],
)
def test_terms_that_cannot_be_offered(world: Corresponding, wrong: dict, reason: str) -> None:  # type: ignore[type-arg]
    assert world.told(commands.OfferCorrespondent, PAMR, **(TERMS | wrong)) == reason


def test_an_account_has_two_banks_that_settle_in_its_currency_and_are_active(world: Corresponding) -> None:
    facts = {"bic": "NOTJRUM0", "name": "x", "role": "bank", "currencies": ("RUB",)}
    world.operate(AddParticipant, **facts, key=world.new_key("NOTJRUM0"))
    offer = TERMS | {"account_owner": "NOTJRUM0"}
    assert world.told(commands.OfferCorrespondent, PAMR, **offer) == "AG10"
    for state in ("certified", "active"):
        world.operate(SetParticipantState, bic="NOTJRUM0", state=state)
    assert world.told(commands.OfferCorrespondent, PAMR, **offer | {"currency": "TJS"}) == "AM03"
    assert world.told(commands.OfferCorrespondent, PAMR, **offer) == ""


@pytest.mark.parametrize(("by", "taken_by"), [(PAMR, SEVR), (SEVR, PAMR)])
def test_either_bank_offers_and_the_other_accepts(world: Corresponding, by: str, taken_by: str) -> None:
    world.offered(by)
    assert (world.account.state, world.account.offered_by) == ("offered", by)
    assert world.accept(by) == "AG01"
    assert world.accept(ZARA) == "NOOR"
    assert world.accept(taken_by) == ""
    assert world.accept(taken_by) == "CH20"
    nostro, vostro = (
        world.store.rows[ACCOUNT][each]
        for each in (world.account.nostro_account_id, world.account.vostro_account_id)
    )
    assert (nostro.participant, nostro.credit_limit) == (SEVR, OVERDRAFT)
    assert (vostro.participant, vostro.flags) == (PAMR, 0)
    assert world.standing == 0
    world.watch()


def test_two_banks_have_one_account_in_a_currency_and_a_direction(world: Corresponding) -> None:
    world.offered()
    assert world.told(commands.OfferCorrespondent, SEVR, **TERMS) == "DU03"
    mirrored = TERMS | {"account_servicer": SEVR, "account_owner": PAMR}
    assert world.told(commands.OfferCorrespondent, SEVR, **mirrored) == ""
    assert world.told(commands.OfferCorrespondent, SEVR, **TERMS | {"currency": "TJS"}) == ""
    assert world.close(PAMR) == ""
    world.offered(SEVR)
    world.watch()


@pytest.mark.parametrize("by", [PAMR, SEVR])
def test_an_offer_is_taken_back_or_declined(world: Corresponding, by: str) -> None:
    world.offered()
    assert world.close(ZARA) == "NOOR"
    assert world.close(by) == ""
    assert world.account.state == "cancelled"
    assert world.close(by) == "CH20"
    assert world.accept() == "CH20"
    world.watch()


def test_an_offer_lapses(world: Corresponding) -> None:
    world.offered()
    world.advance(OFFER_S - 1)
    assert world.account.state == "offered"
    world.advance(2)
    assert (world.account.state, world.account.due_at) == ("cancelled", None)
    world.offered()
    world.watch()


def test_an_acceptance_that_comes_with_the_end_of_the_offer_is_too_late(world: Corresponding) -> None:
    world.offered()
    world.now = world.account.due_at  # commands come before timers
    assert world.accept() == "TM01"
    world.advance(1)
    assert world.account.state == "cancelled"


def test_what_one_bank_has_offered_is_bounded(world: Corresponding, monkeypatch: pytest.MonkeyPatch) -> None:
    assert OFFERS_MAX == 200
    monkeypatch.setattr("corridor.services.settlement.correspondents.agreements.OFFERS_MAX", 1)
    world.offered()
    assert world.told(commands.OfferCorrespondent, PAMR, **TERMS | {"account_owner": ZARA}) == "DS0K"
    assert world.told(commands.OfferCorrespondent, ZARA, **TERMS | {"account_owner": ZARA}) == ""


@pytest.mark.parametrize(("first", "second"), [(SEVR, PAMR), (PAMR, SEVR)])
def test_both_close_it_once_nothing_is_on_it(world: Corresponding, first: str, second: str) -> None:
    world.opened(100)
    assert world.close(first) == ""
    assert (world.account.state, world.account.close_asked_by) == ("open", first)
    assert world.close(first) == "DU03"
    assert world.close(second) == "AM14"
    assert world.take(100) == ""
    assert world.close(second) == ""
    assert (world.account.state, world.account.live) == ("closed", False)
    assert world.put(1) == "CH20"
    assert world.take(1) == "CH20"
    assert world.book(1, 1) == "RJCT AM03"
    for account_id in (world.account.nostro_account_id, world.account.vostro_account_id):
        assert world.store.rows[ACCOUNT][account_id].flags & AccountFlag.CLOSED
    relation = world.store.rows[CORRESPONDENT_RELATION][PAMR, SEVR, "RUB"]
    assert relation.number == 0
    world.watch()


def test_a_closed_account_is_found_after_a_restart_and_a_new_one_is_another(world: Corresponding) -> None:
    first = world.opened()
    world.close(SEVR)
    world.close(PAMR)
    world.restart()
    assert world.close(SEVR) == "CH20"
    assert world.opened(5) != first
    assert world.book(1, 5) == "ACSC"
    world.watch()


def test_both_are_told_the_account_as_it_stands(world: Corresponding) -> None:
    world.opened()
    world.bring(SEVR, 100)
    world.book(1, 30)
    answer = world.say(commands.FundCorrespondent, SEVR, account=world.number, amount=10, currency="RUB")
    told = answer_of(answer)
    assert (told["balance"]["amount"], told["credit_debit"]) == ("20", "DBIT")
    assert (told["state"], told["ceiling"], told["close_asked_by"]) == ("open", None, None)
    answer = world.say(commands.FundCorrespondent, SEVR, account=world.number, amount=90, currency="RUB")
    assert (answer_of(answer)["balance"]["amount"], answer_of(answer)["credit_debit"]) == ("70", "CRDT")
