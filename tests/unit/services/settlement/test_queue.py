"""docs/rulebook.md, section 10: gross payments, those that settle at once and those that wait, as rows.

In a story `S>P:100` orders 100 kopecks from one bank to another, `!` urgent and `^` high before it; the orders are
numbered 1, 2, 3. `S+100` brings money. `settle:1,2` is the worker's proposal, `?` after it that it is refused.
`first:2`, `last:2`, `cancel:2`, `urgent:2`, `normal:2` are the owner's words; `+5` lets seconds pass.
"""

from decimal import Decimal

import pytest

from corridor.codecs.iso20022.pacs008 import AgreedRate
from corridor.domain.instants import iso_date
from corridor.domain.money import Money
from corridor.services.compliance.commands import SetScreeningPolicy
from corridor.services.compliance.screening import Hit, Screening
from corridor.services.instant.commands import RefusePayment, ReleasePayment
from corridor.services.messaging.admission import WORKER
from corridor.services.messaging.commands import SetFrozen, SetLimit
from corridor.services.messaging.records import CASE
from corridor.services.settlement.commands import (
    CancelObligation,
    MoveObligation,
    RejectObligation,
    SetCutOff,
    SetObligationPriority,
    SettleObligations,
)
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.records import QUEUED_ORDER
from tests.rig import answer_of
from tests.unit.services.settlement.settling import BANKS, Settling
from tests.world import LIST, PAMR, SEVR

PRIORITIES = {"!": "URGT", "^": "HIGH"}
ROWS = [
    # who has money pays at once, and both hear that it is final
    ("S+100 S>P:100", ["ACSC"], ["pacs.008", "ACSC"], ""),
    ("S+100 S>P:60 S>P:40", ["ACSC", "ACSC"], ["pacs.008", "ACSC"] * 2, ""),
    # who has none waits
    ("S>P:100", ["PDNG"], [], "1"),
    ("S+99 S>P:100", ["PDNG"], [], "1"),
    ("S>P:100 S+100 settle:1", ["PDNG", "ACSC"], ["pacs.008", "ACSC"], ""),
    ("S>P:100 S+99 settle:1?", ["PDNG"], [], "1"),
    ("S>P:100 S+100 settle:1 settle:1?", ["PDNG", "ACSC"], ["pacs.008", "ACSC"], ""),
    # first come, first served: what could be paid waits behind what cannot
    ("S+50 S>P:100 S>P:10", ["PDNG", "PDNG"], [], "1 2"),
    # but of lower priority
    ("S+50 S>P:100 !S>P:10", ["PDNG", "ACSC"], ["pacs.008", "ACSC"], "1"),
    ("S+50 ^S>P:100 S>P:10 !S>P:20", ["PDNG", "PDNG", "ACSC"], ["pacs.008", "ACSC"], "1 2"),
    ("S>P:10 !S>P:20 ^S>P:30 !S>P:40", ["PDNG"] * 4, [], "2 4 3 1"),
    # two without money settle one against the other, three in a ring
    ("S>P:9 P>S:9 settle:1,2", ["PDNG", "ACSC", "pacs.008", "ACSC"], ["PDNG", "pacs.008", "ACSC", "ACSC"], ""),
    ("S>P:9 P>S:8 settle:1,2?", ["PDNG"], ["PDNG"], "1 2"),
    ("S>P:9 P>S:8 S+1 settle:2,1", ["PDNG", "pacs.008", "ACSC", "ACSC"], ["PDNG", "ACSC", "pacs.008", "ACSC"], ""),
    ("S>P:7 P>Z:7 Z>S:7 settle:1,2,3", ["PDNG", "ACSC", "pacs.008", "ACSC"], ["PDNG", "pacs.008", "ACSC", "ACSC"], ""),
    # nobody passes one of higher priority
    ("!S>P:100 S>P:10 S+10 settle:2?", ["PDNG", "PDNG"], [], "1 2"),
    ("!S>P:100 S>P:10 S+110 settle:2,1", ["PDNG"] * 2 + ["ACSC"] * 2, ["pacs.008", "ACSC"] * 2, ""),
    # the worker's word is checked, all or none
    ("S>P:10 S+10 settle:1,1?", ["PDNG"], [], "1"),
    # what its owner says
    ("S>P:1 S>P:2 S>P:3 first:3", ["PDNG"] * 3, [], "3 1 2"),
    ("S>P:1 S>P:2 S>P:3 first:3 first:2", ["PDNG"] * 3, [], "2 3 1"),
    ("S>P:1 S>P:2 S>P:3 last:1", ["PDNG"] * 3, [], "2 3 1"),
    ("S>P:1 S>P:2 urgent:2", ["PDNG"] * 2, [], "2 1"),
    ("!S>P:1 S>P:2 normal:1", ["PDNG"] * 2, [], "2 1"),
    ("S>P:1 S>P:2 cancel:1", ["PDNG", "PDNG", "RJCT DS02"], [], "2"),
    ("S>P:5 S>P:2 S+2 cancel:1 settle:2", ["PDNG", "PDNG", "RJCT DS02", "ACSC"], ["pacs.008", "ACSC"], ""),
    # the creditor agent may say that its customer has it, and is answered as ever
    ("S+9 S>P:9 P:ACCC", ["ACSC", "ACCC"], ["pacs.008", "ACSC"], ""),
    ("S+9 S>P:9 P:ACCP", ["ACSC"], ["pacs.008", "ACSC", "ACSC"], ""),
    ("S+9 S>P:9 P:RJCT", ["ACSC"], ["pacs.008", "ACSC", "ACSC"], ""),
    # nobody answers for what has not been passed on
    ("S>P:9 P:ACCP", ["PDNG"], ["admi.002 NOOR"], "1"),
]  # fmt: skip


@pytest.fixture
def world() -> Settling:
    return Settling().found()


def tell(world: Settling, story: str) -> None:
    n = 0
    for event in story.split():
        word, _, rest = event.partition(":")
        if ">" in word:
            n += 1
            debtor, creditor = (BANKS[name] for name in word.lstrip("!^").split(">"))
            world.gross(n, int(rest), debtor, creditor, settlement_priority=PRIORITIES.get(word[0]))
        elif word == "settle":
            refused = rest.endswith("?")
            answer = world.settle(*map(int, rest.rstrip("?").split(",")))
            assert answer.status == ("refused" if refused else "accepted"), answer.body
        elif word in ("first", "last"):
            assert world.own(MoveObligation, int(rest), to=word).status == "accepted"
        elif word in ("urgent", "normal"):
            priority = {"urgent": "URGT", "normal": "NORM"}[word]
            assert world.own(SetObligationPriority, int(rest), priority=priority).status == "accepted"
        elif word == "cancel":
            assert world.own(CancelObligation, int(rest)).status == "accepted"
        elif word in BANKS:
            world.report(world.order(1).uetr, rest, BANKS[word], "AC03" if rest == "RJCT" else None)
        elif word.startswith("+"):
            world.advance(float(word))
        else:
            bank, amount = word.split("+")
            world.bring(BANKS[bank], int(amount))


@pytest.mark.parametrize(("story", "debtor_hears", "creditor_hears", "waits"), ROWS, ids=str)
def test_the_rulebook(
    world: Settling, story: str, debtor_hears: list[str], creditor_hears: list[str], waits: str
) -> None:
    tell(world, story)
    assert (world.heard(SEVR), world.heard(PAMR)) == (debtor_hears, creditor_hears)
    known = world.store.rows[PAYMENT]
    orders = {known[uetr].number: str(n) for n in range(1, 5) if (uetr := world.order(n).uetr) in known}
    assert " ".join(orders[each.number] for each in world.waiting()) == waits
    world.queue_is_counted()
    world.watch()


def test_a_final_status_says_the_same_to_both(world: Settling) -> None:
    world.bring(SEVR, 100)
    world.gross(1, 100)
    told = {bank: world.mailboxes[bank][-1].message for bank in (SEVR, PAMR)}
    forwarded = world.mailboxes[PAMR][0].message
    assert (
        told[SEVR].effective_settlement_at == told[PAMR].effective_settlement_at == world.payment(1).final_at
    )
    assert told[PAMR].original_message_id == forwarded.message_id
    assert (forwarded.clearing_channel, forwarded.instructing_agent) == ("RTGS", "CORRXXM0")


def test_what_waited_is_passed_on_as_it_was_ordered(world: Settling) -> None:
    world.gross(1, 100, remittance=("за ремонт",))
    number = world.payment(1).number
    assert world.store.rows[QUEUED_ORDER][number].order
    world.bring(SEVR, 100)
    world.settle(1)
    assert world.mailboxes[PAMR][0].message.remittance == ("за ремонт",)
    assert world.store.rows[QUEUED_ORDER][number].order == b""
    assert world.obligation(1).method == "test"


DAY = "2026-11-18"  # of the rig's clock: 11:06:40
HOURS = [
    # what is wrong with the times of an order
    ({"interbank_settlement_date": "2026-11-17"}, "RJCT DT01"),
    ({"interbank_settlement_date": "2026-11-29"}, "RJCT DT01"),
    ({"interbank_settlement_date": "2026-02-30"}, "RJCT DT01"),
    ({"interbank_settlement_date": "2026-11-31"}, "RJCT DT01"),
    ({"reject_time": "11:06:00Z"}, "RJCT AB03"),
    ({"till_time": "11:06:00Z"}, "RJCT AB03"),
    ({"from_time": "13:00:00Z", "reject_time": "12:00:00Z"}, "RJCT DT01"),
    ({"from_time": "13:00:00Z", "till_time": "12:00:00Z"}, "RJCT DT01"),
    ({"from_time": "02:00:00-05:00", "till_time": "12:00:00+03:00"}, "RJCT AB03"),
    ({"interbank_settlement_date": "2026-11-28"}, "PDNG"),
    ({"from_time": "14:00:00+03:00"}, "ACSC"),
    ({"from_time": "15:00:00+03:00"}, "PDNG"),
    # what is not for gross payments, or for others
    ({"clearing_channel": "RTNS"}, "RJCT CH16"),
    ({"clearing_channel": None, "till_time": "12:00:00Z"}, "RJCT CH17"),
    ({"clearing_channel": None, "settlement_priority": "URGT"}, "RJCT CH17"),
    ({"interbank_settlement_amount": Money(5, "USD")}, "RJCT AM03"),
]


@pytest.mark.parametrize(("facts", "hears"), HOURS, ids=str)
def test_dates_and_times(world: Settling, facts: dict[str, object], hears: str) -> None:
    world.bring(SEVR, 5)
    world.gross(1, 5, **facts)
    assert world.heard(SEVR) == [hears]
    world.watch()


def test_what_comes_before_its_time_begins_to_wait_then(world: Settling) -> None:
    world.bring(SEVR, 5)
    world.gross(1, 5, from_time="12:00:00Z")
    world.gross(2, 3)
    assert world.heard(SEVR) == ["PDNG", "ACSC"]
    world.advance(3600)
    assert [each.number for each in world.waiting()] == [world.payment(1).number]
    world.queue_is_counted()
    world.bring(SEVR, 3)
    world.gross(3, 5, from_time="12:30:00Z", settlement_priority="URGT")
    world.advance(3600)
    assert world.heard(SEVR) == ["PDNG", "ACSC", "PDNG", "ACSC"]
    assert world.obligation(3).method == "at its time"
    world.watch()


@pytest.mark.parametrize("cut_off", [None, "15:00:00+03:00"])
def test_a_wait_ends_at_its_time_or_with_the_day(world: Settling, cut_off: str | None) -> None:
    if cut_off:
        world.operate(SetCutOff, currency="RUB", time=cut_off)
    world.gross(1, 5, reject_time="11:30:00Z", till_time="11:20:00Z")
    world.gross(2, 5)
    world.advance(25 * 60)
    assert [case.kind for case in world.store.rows[CASE].values()] == ["unsettled"]
    assert world.heard(SEVR) == ["PDNG", "PDNG", "RJCT AB03"]
    world.advance(3600 if cut_off else 13 * 3600)
    assert world.heard(SEVR) == ["PDNG", "PDNG", "RJCT AB03", "RJCT AB03"]
    world.queue_is_counted()
    world.gross(3, 5, interbank_settlement_date=DAY)
    assert world.heard(SEVR)[-1] == ("RJCT TM01" if cut_off else "RJCT DT01")
    world.gross(4, 5)
    assert world.heard(SEVR)[-1] == "PDNG"
    world.watch()


def test_what_settles_behind_the_cut_off_is_of_the_next_business_day(world: Settling) -> None:
    world.operate(SetCutOff, currency="RUB", time="09:00:00Z")
    world.bring(SEVR, 5)
    world.gross(1, 5)
    forwarded = world.mailboxes[PAMR][0].message
    assert (iso_date(world.now), forwarded.interbank_settlement_date) == (DAY, "2026-11-19")


def test_nobody_touches_what_is_another_s(world: Settling) -> None:
    world.gross(1, 5)
    words = (
        (CancelObligation, {}),
        (MoveObligation, {"to": "first"}),
        (SetObligationPriority, {"priority": "URGT"}),
    )
    for command, facts in words:
        answer = world.own(command, 1, PAMR, **facts)
        assert answer_of(answer)["reason"] == "NOOR"
    assert answer_of(world.own(CancelObligation, 9))["reason"] == "NOOR"
    assert world.heard(SEVR) == ["PDNG"]


def test_operators_end_a_wait_by_two_persons(world: Settling) -> None:
    world.gross(1, 5)
    world.operate(RejectObligation, uetr=world.order(1).uetr)
    assert world.heard(SEVR) == ["PDNG", "RJCT DS02"]
    world.queue_is_counted()
    world.watch()


def test_a_credit_line_is_money(world: Settling) -> None:
    world.operate(SetLimit, participant=SEVR, currency="RUB", limit=5)
    world.gross(1, 5)
    world.gross(2, 1)
    assert world.heard(SEVR) == ["ACSC", "PDNG"]


def test_a_blocked_account_refuses_and_lets_nothing_wait(world: Settling) -> None:
    world.operate(SetFrozen, participant=PAMR, currency="RUB", frozen=True)
    world.bring(SEVR, 5)
    world.gross(1, 5)
    assert world.heard(SEVR) == ["RJCT AC06"]


def test_what_was_stopped_by_screening_waits_once_it_is_released(world: Settling) -> None:
    world.operate(SetScreeningPolicy, on_hit="hold", hold_limit_s=3600)
    order = world.order(1, clearing_channel="RTGS", interbank_settlement_amount=Money(5, "RUB"))
    world.pay(order, Screening(LIST, (Hit("Иван Петров", "UN", "QDi.1", "Ivan Petrov", 97, "both words"),)))
    assert world.own(CancelObligation, 1).status == "refused"
    world.operate(ReleasePayment, uetr=order.uetr)
    assert world.heard(SEVR) == ["PDNG", "PDNG"]
    refused = world.submit(world.operation(RefusePayment, uetr=order.uetr))
    assert refused.status == "refused"
    assert [each.uetr for each in world.waiting()] == [order.uetr]


@pytest.mark.parametrize("numbers", [(), (1, 1), tuple(range(1, 502))])
def test_a_choice_is_of_some_different_payments(world: Settling, numbers: tuple[int, ...]) -> None:
    origin = world.origin(WORKER, definition="json/settlements")
    answer = world.submit(SettleObligations(origin, numbers, 1, "x", ""))
    assert answer_of(answer)["reason"] == "CH16"


def test_only_the_worker_proposes(world: Settling) -> None:
    origin = world.origin(SEVR, definition="json/settlements")
    answer = world.submit(SettleObligations(origin, (1,), 1, "x", ""))
    assert answer_of(answer)["reason"] == "AG01"


def test_a_restart_forgets_nothing_that_waits(world: Settling) -> None:
    world.gross(1, 5)
    world.gross(2, 5, from_time="12:00:00Z")
    world.restart()
    world.bring(SEVR, 5)
    assert world.settle(1).status == "accepted"
    world.advance(3600)
    assert [each.uetr for each in world.waiting()] == [world.order(2).uetr]
    world.queue_is_counted()


def test_a_quote_is_not_settled_gross(world: Settling) -> None:
    world.gross(
        1,
        5,
        agreed_rate=AgreedRate(unit_currency="TJS", quoted_currency="RUB", rate=Decimal(8), quote_id="q"),
    )
    assert world.heard(SEVR) == ["RJCT CH17"]


def test_what_begins_after_the_day_never_settles(world: Settling) -> None:
    world.operate(SetCutOff, currency="RUB", time="12:30:00Z")
    world.gross(1, 5, from_time="12:30:00Z")
    assert world.heard(SEVR) == ["RJCT TM01"]


def test_what_has_not_begun_to_wait_can_be_hurried_and_cancelled_but_has_no_place_yet(
    world: Settling,
) -> None:
    world.gross(1, 5, from_time="12:00:00Z")
    assert answer_of(world.own(MoveObligation, 1, to="first"))["reason"] == "DT01"
    for _ in range(2):
        assert world.own(SetObligationPriority, 1, priority="URGT").status == "accepted"
    world.gross(2, 5)
    assert world.own(CancelObligation, 1).status == "accepted"
    assert world.heard(SEVR) == ["PDNG", "PDNG", "RJCT DS02"]
    world.queue_is_counted()
    assert world.obligation(1).priority == 0


def test_operators_end_only_what_waits(world: Settling) -> None:
    refused = world.submit(world.operation(RejectObligation, uetr=world.order(9).uetr))
    assert answer_of(refused)["reason"] == "NOOR"


@pytest.mark.parametrize("method", ["", "x" * 36])
def test_a_method_has_a_name(world: Settling, method: str) -> None:
    world.gross(1, 5)
    assert answer_of(world.settle(1, method=method))["reason"] == "CH16"
