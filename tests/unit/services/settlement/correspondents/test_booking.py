"""docs/rulebook.md, section 17: money comes to a correspondent account, and payments settle on it."""

from decimal import Decimal

import pytest

from corridor.codecs.iso20022.pacs008 import AgreedRate
from corridor.domain.money import MAX_MINOR, Money
from corridor.services.compliance.commands import SetScreeningPolicy
from corridor.services.compliance.screening import Hit, Screening
from corridor.services.instant.commands import ReleasePayment
from corridor.services.messaging.commands import SetFrozen, SetParticipantState
from corridor.services.settlement.commands import SetCutOff, SetSettlementLimit
from corridor.services.settlement.payments import PAYMENT
from tests.unit.services.settlement.correspondents.corresponding import OVERDRAFT, Corresponding
from tests.unit.services.settlement.settling import ZARA
from tests.world import LIST, PAMR, SEVR

DAY_S = 86_400


@pytest.fixture
def world() -> Corresponding:
    world = Corresponding().found()
    world.opened(1_000_00)
    return world


def test_money_comes_and_goes_with_what_is_owed_for_it(world: Corresponding) -> None:
    assert (world.balance(SEVR, "RUB"), world.balance(PAMR, "RUB"), world.standing) == (0, 1_000_00, 1_000_00)
    assert world.take(300_00) == ""
    assert (world.balance(SEVR, "RUB"), world.balance(PAMR, "RUB"), world.standing) == (
        300_00,
        700_00,
        700_00,
    )
    for bank, signs in ((SEVR, ["DBIT", "CRDT"]), (PAMR, ["CRDT", "DBIT"])):
        told = [opened.message.entries[0] for opened in world.mailboxes[bank]]
        assert [entry.credit_debit for entry in told] == signs
        assert [entry.clearing_system_reference for entry in told] == [str(e.number) for e in world.entries]
        assert {entry.servicer_reference for entry in told} == {str(world.number)}
    words = [entry.additional_information for entry in told]
    assert words == [
        f"account {world.number}, entry {n}, {s}, {world.today}" for n, s in ((1, "CRDT"), (2, "DBIT"))
    ]
    world.watch()


def test_the_owner_pays_the_servicers_customer_down_to_its_overdraft(world: Corresponding) -> None:
    assert world.book(1, 1_000_00) == "ACSC"
    assert world.heard(PAMR)[-2:] == ["pacs.008", "ACSC"]
    assert world.book(2, OVERDRAFT) == "ACSC"
    assert world.standing == -OVERDRAFT
    assert world.book(3, 1) == "RJCT AM04"
    assert world.heard(PAMR)[-1:] != ["pacs.008"]
    said = [world.mailboxes[bank][place].message for bank, place in ((SEVR, -2), (PAMR, -1))]
    words = f"account {world.number}, entry 3, DBIT, {world.today}"
    assert [message.additional_information for message in said] == [(words,), (words,)]
    assert [(e.place, e.amount, e.balance) for e in world.entries] == [
        (1, 1_000_00, 1_000_00),
        (2, -1_000_00, 0),
        (3, -OVERDRAFT, -OVERDRAFT),
    ]
    assert (world.balance(SEVR, "RUB"), world.balance(PAMR, "RUB")) == (0, 1_000_00), "no settlement money"
    world.report(world.order(1).uetr, "ACCC")
    assert world.heard(SEVR)[-1] == "ACCC"
    world.watch()


def test_the_servicer_pays_the_owners_customer_by_owing_more(world: Corresponding) -> None:
    assert world.book(1, 250_00, PAMR, SEVR) == "ACSC"
    assert world.heard(SEVR)[-2:] == ["pacs.008", "ACSC"]
    forwarded = world.mailboxes[SEVR][-2].message
    assert (forwarded.settlement_method, forwarded.clearing_channel) == ("INGA", "BOOK")
    assert world.standing == 1_250_00
    payment = world.payment(1)
    assert (payment.first_transfer, payment.legs) == (world.entries[-1].transfer_id, 1)
    assert payment.number == world.entries[-1].number
    world.watch()


def test_a_ceiling_bounds_what_the_servicer_owes() -> None:
    world = Corresponding().found()
    world.opened(ceiling=100_00)
    world.bring(SEVR, 200_00)
    assert world.put(100_01) == "AM14"
    assert world.put(100_00) == ""
    assert world.book(1, 1, PAMR, SEVR) == "RJCT AM14"
    assert world.book(2, 1) == "ACSC"
    assert world.book(3, 1, PAMR, SEVR) == "ACSC"
    world.watch()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"settlement_method": "INGA"}, "AM03"),  # Severny keeps no account for Pamir
        ({"settlement_method": "CLRG"}, "CH16"),
        ({"clearing_channel": "RTGS"}, "CH16"),
        ({"clearing_channel": "MPNS"}, "CH16"),
        ({"clearing_channel": None}, "CH16"),
        ({"creditor_agent": ZARA}, "AM03"),
        ({"interbank_settlement_amount": Money(1, "TJS")}, "AM03"),
        ({"settlement_priority": "URGT"}, "CH17"),
        ({"till_time": "17:00:00+03:00"}, "CH17"),
        ({"from_time": "17:00:00+03:00"}, "CH17"),
        ({"reject_time": "17:00:00+03:00"}, "CH17"),
        ({"interbank_settlement_date": "2026-11-19"}, "DT01"),
        ({"interbank_settlement_amount": Money(MAX_MINOR, "RUB")}, "AM04"),
    ],
)
def test_an_order_that_cannot_be_booked_moves_nothing(world: Corresponding, facts: dict, reason: str) -> None:  # type: ignore[type-arg]
    assert world.book(1, 100_00, **facts) == f"RJCT {reason}"
    assert world.standing == 1_000_00
    assert len(world.entries) == 1
    world.watch()


def test_what_is_booked_has_one_currency(world: Corresponding) -> None:
    uetr = world.order(2).uetr
    rate = AgreedRate(unit_currency="TJS", quoted_currency="RUB", rate=Decimal(1), quote_id=uetr)
    assert world.book(1, 1, agreed_rate=rate) == "RJCT CH17"


def test_nothing_is_booked_before_the_offer_is_accepted() -> None:
    world = Corresponding().found()
    world.offered()
    assert world.book(1, 1) == "RJCT AM03"
    assert world.put(1) == "CH20"
    assert world.accept() == ""
    assert world.book(1_000, 1) == "ACSC"


REFUSALS = [
    ("nothing", lambda w: w.put(0), "AM01"),
    ("another currency", lambda w: w.put(1, currency="TJS"), "CURR"),
    ("more than it has", lambda w: w.put(1), "AM04"),
    ("the servicer brings none", lambda w: w.put(1, signer=PAMR), "AG01"),
    ("others hear of no account", lambda w: w.put(1, signer=ZARA), "NOOR"),
    ("take more than there is", lambda w: w.take(1_000_01), "AM04"),
    ("the servicer takes none", lambda w: w.take(1, signer=PAMR), "AG01"),
    ("take as somebody else", lambda w: w.take(1, signer=ZARA), "NOOR"),
]


@pytest.mark.parametrize(("deed", "reason"), [row[1:] for row in REFUSALS], ids=[row[0] for row in REFUSALS])
def test_a_wrong_deed_changes_nothing(world: Corresponding, deed, reason: str) -> None:  # type: ignore[no-untyped-def]
    assert deed(world) == reason
    assert (world.standing, len(world.entries)) == (1_000_00, 1)
    world.watch()


def test_an_overdraft_is_for_payments_alone(world: Corresponding) -> None:
    assert world.book(1, 1_000_00 + 1) == "ACSC"
    assert world.take(1) == "AM04"
    assert world.standing == -1


def test_a_servicer_without_settlement_money_cannot_give_it_back(world: Corresponding) -> None:
    world.gross(1, 1_000_00, PAMR, ZARA)
    assert world.take(1) == "AM04"
    assert world.standing == 1_000_00


@pytest.mark.parametrize("frozen", [SEVR, PAMR])
def test_a_frozen_bank_neither_pays_nor_moves_money(world: Corresponding, frozen: str) -> None:
    world.operate(SetFrozen, participant=frozen, currency="RUB", frozen=True)
    assert world.book(1, 1) == "RJCT AC06"
    assert world.take(1) == "AC06"
    world.operate(SetFrozen, participant=frozen, currency="RUB", frozen=False)
    assert world.take(1) == ""


def test_a_suspended_servicer_takes_no_money(world: Corresponding) -> None:
    world.operate(SetParticipantState, bic=PAMR, state="suspended")
    assert world.take(1) == "AG10"
    assert world.book(1, 1) == "RJCT AB08"


def test_limits_of_a_day_are_asked_of_what_is_booked_too(world: Corresponding) -> None:
    limit = {"participant": SEVR, "creditor": PAMR, "currency": "RUB"}
    world.operate(SetSettlementLimit, **limit, amount=100_00)
    world.advance(DAY_S)
    assert world.book(1, 60_00) == "ACSC"
    assert world.book(2, 60_00) == "RJCT AM14"
    assert world.book(3, 20_00, PAMR, SEVR) == "ACSC"
    world.bring(SEVR, 100_00)
    assert world.put(40_01) == "AM14", "what Severny has got is a claim on Pamir, and no money that came back"
    assert world.put(40_00) == ""
    world.watch()


def test_what_screening_holds_is_booked_once_two_persons_release_it(world: Corresponding) -> None:
    world.operate(SetScreeningPolicy, on_hit="hold", hold_limit_s=600)
    hit = Screening(LIST, (Hit("Иван Петров", "UN", "QDi.1", "Ivan Petrov", 97, "both words"),))
    facts = {"clearing_channel": "BOOK", "settlement_method": "INDA"}
    world.pay(world.order(1, **facts), hit)
    assert world.heard(SEVR)[-1] == "PDNG"
    assert len(world.entries) == 1
    world.operate(ReleasePayment, uetr=world.order(1).uetr)
    assert world.heard(SEVR)[-1] == "ACSC"
    assert world.standing == 900_00
    world.watch()


def test_a_day_is_closed_by_the_first_entry_of_a_later_one(world: Corresponding) -> None:
    first = world.today
    world.book(1, 100_00)
    world.advance(2 * DAY_S)
    assert world.days == []
    world.book(2, 50_00, PAMR, SEVR)
    (day,) = world.days
    assert (day.day, day.entries, day.debits, day.credits, day.closing) == (
        first,
        2,
        100_00,
        1_000_00,
        900_00,
    )
    position = world.position
    assert (position.place, position.day_entries, position.debits, position.credits) == (3, 1, 0, 50_00)
    world.operate(SetCutOff, currency="RUB", time="00:00:01Z")  # today is tomorrow's
    world.book(3, 1)
    later = world.position.day
    assert (later > position.day, world.position.day_entries) == (True, 1)
    of_day = [(e.number, e.amount) for e in world.entries if e.day == later]
    assert world.reconcile(world.standing, *of_day, day=later)["agrees"]
    world.watch()


def test_a_payment_is_known_for_ever(world: Corresponding) -> None:
    order = world.order(1, clearing_channel="BOOK", settlement_method="INDA")
    world.pay(order)
    world.restart()
    world.pay(order)
    assert world.heard(SEVR)[-1] == "ACSC"
    assert len(world.entries) == 2
    assert list(world.store.rows[PAYMENT]) == [order.uetr]
