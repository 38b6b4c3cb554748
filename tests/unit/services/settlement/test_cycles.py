"""docs/rulebook.md, section 12: netting cycles, as rows.

In a story `S>P:100` orders 100 kopecks into the open cycle, numbered 1, 2, 3; `S+100` brings money; `close:1`,
`settle:1` and `tell:1` are of cycle 1, `?` after one that it is refused.
"""

from typing import Any

import msgspec
import pytest

from corridor.codecs.iso20022.pacs008 import DocumentLine, ReferredDocument
from corridor.decision import TRANSFER
from corridor.domain.instants import SECOND
from corridor.domain.money import Money
from corridor.services.compliance.commands import SetScreeningPolicy
from corridor.services.compliance.screening import Hit, Screening
from corridor.services.instant.commands import ReleasePayment
from corridor.services.messaging.commands import AddParticipant, SetFrozen, SetLimit, SetParticipantState
from corridor.services.messaging.records import CASE
from corridor.services.settlement.commands import (
    DeclareDefault,
    ScheduleCycles,
    SetClearingCap,
    SetSettlementLimit,
)
from corridor.services.settlement.cycle_records import CYCLE, CYCLE_ITEM, CYCLE_POSITION
from corridor.services.settlement.losses import LossShare
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.records import DAY_USE
from tests.rig import answer_of
from tests.unit.services.settlement.netting_world import BANKS, PAMR, SEVR, ZARA, Netting
from tests.world import CBTJ, LIST

INVOICE = ReferredDocument(type="CINV", number="I-1", lines=(DocumentLine(type="PTCD", number="7304"),))
ROWS = [
    # what is taken in says so at once, and is final with its cycle
    ("S>P:100", ["ACPD"], ["pacs.008"], "open"),
    ("S>P:100 close:1", ["ACPD"], ["pacs.008"], "closing open"),
    ("S>P:100 S+100 close:1 settle:1", ["ACPD"], ["pacs.008"], "settled open"),
    ("S>P:100 S+100 close:1 settle:1 tell:1", ["ACPD", "ACSC"], ["pacs.008", "ACSC"], "settled open"),
    # money is needed for the net only
    ("S>P:9 P>S:9 close:1 settle:1 tell:1",
     ["ACPD", "pacs.008", "ACSC", "ACSC"], ["pacs.008", "ACPD", "ACSC", "ACSC"], "settled open"),
    ("S>P:9 P>S:8 close:1 settle:1?", ["ACPD", "pacs.008"], ["pacs.008", "ACPD"], "closing open"),
    ("S>P:9 P>S:8 S+1 close:1 settle:1", ["ACPD", "pacs.008"], ["pacs.008", "ACPD"], "settled open"),
    # nothing is lost or doubled at the cut-off: what comes later is in the next cycle
    ("S>P:1 close:1 S>P:2 S+3 settle:1 close:2 settle:2", ["ACPD"] * 2, ["pacs.008"] * 2, "settled settled open"),
    # twice is a typed answer, and so is too early
    ("S>P:1 close:1 close:1?", ["ACPD"], ["pacs.008"], "closing open"),
    ("S>P:1 S+1 settle:1?", ["ACPD"], ["pacs.008"], "open"),
    ("S>P:1 S+1 close:1 tell:1?", ["ACPD"], ["pacs.008"], "closing open"),
    ("S>P:1 S+1 close:1 settle:1 settle:1?", ["ACPD"], ["pacs.008"], "settled open"),
    ("S>P:1 S+1 close:1 settle:1 tell:1 close:1? settle:1? tell:1?",
     ["ACPD", "ACSC"], ["pacs.008", "ACSC"], "settled open"),
    ("close:1? close:7?", [], [], ""),
    ("S>P:1 close:1 close:2?", ["ACPD"], ["pacs.008"], "closing open"),
    ("S>P:1 close:1 S>P:1 close:2?", ["ACPD", "ACPD"], ["pacs.008"] * 2, "closing open"),
    # the cap: of 1,000, over all cycles that have not settled
    ("S>P:1000 S>P:1", ["ACPD", "RJCT AM23"], ["pacs.008"], "open"),
    ("S>P:1000 P>S:1 S>P:1", ["ACPD", "pacs.008", "ACPD"], ["pacs.008", "ACPD", "pacs.008"], "open"),
    ("S>P:1000 close:1 S>P:1", ["ACPD", "RJCT AM23"], ["pacs.008"], "closing open"),
    ("S>P:600 S+600 close:1 settle:1 S>P:1000", ["ACPD", "ACPD"], ["pacs.008"] * 2, "settled open"),
    # what a closed cycle will pay out is not spent before, so that its settlement finds it
    ("P>S:600 close:1 S>P:1000 S>P:1 P+600 settle:1",
     ["pacs.008", "ACPD", "RJCT AM23"], ["ACPD", "pacs.008"], "settled open"),
    # the creditor agent has nothing to answer; it says that its customer has it once that is final
    ("S>P:1 P:ACCC", ["ACPD"], ["pacs.008", "admi.002 CH20"], "open"),
    ("S>P:1 P:RJCT", ["ACPD"], ["pacs.008", "ACPD"], "open"),
    ("S>P:1 S+1 close:1 settle:1 tell:1 P:ACCC", ["ACPD", "ACSC", "ACCC"], ["pacs.008", "ACSC"], "settled open"),
]  # fmt: skip


@pytest.fixture
def world() -> Netting:
    return Netting().found()


def tell(world: Netting, story: str) -> None:
    n = 0
    for event in story.split():
        word, _, rest = event.partition(":")
        if ">" in word:
            n += 1
            debtor, creditor = (BANKS[name] for name in word.split(">"))
            world.netted(n, int(rest), debtor, creditor)
        elif word in ("close", "settle", "tell"):
            act = {"close": world.close, "settle": world.settle_cycle, "tell": world.tell}[word]
            answer = act(int(rest.rstrip("?")))
            assert answer.status == ("refused" if rest.endswith("?") else "accepted"), answer.body
        elif word in BANKS:
            world.report(world.order(1).uetr, rest, BANKS[word], "AC03" if rest == "RJCT" else None)
        else:
            bank, amount = word.split("+")
            world.bring(BANKS[bank], int(amount))


@pytest.mark.parametrize(("story", "severny", "pamir", "cycles"), ROWS, ids=str)
def test_the_rulebook(world: Netting, story: str, severny: list[str], pamir: list[str], cycles: str) -> None:
    tell(world, story)
    assert (world.heard(SEVR), world.heard(PAMR)) == (severny, pamir)
    states = [each.state for _, each in sorted(world.store.rows[CYCLE].items())]
    assert " ".join(states) == cycles
    world.positions_are_items()
    world.watch()


UNFIT = [
    ({"settlement_priority": "URGT"}, "RJCT CH17"),
    ({"till_time": "12:00:00Z"}, "RJCT CH17"),
    ({"from_time": "12:00:00Z"}, "RJCT CH17"),
    ({"reject_time": "12:00:00Z"}, "RJCT CH17"),
    ({"interbank_settlement_date": "2026-11-19"}, "RJCT DT01"),
    ({"interbank_settlement_date": "2026-11-18"}, "ACPD"),
    ({"currency": "USD"}, "RJCT AM03"),
]


@pytest.mark.parametrize(("facts", "hears"), UNFIT, ids=str)
def test_what_an_order_may_say(world: Netting, facts: dict[str, str], hears: str) -> None:
    world.netted(1, 5, **facts)
    assert world.heard(SEVR) == [hears]
    world.watch()


def test_the_status_names_cycle_and_place(world: Netting) -> None:
    world.netted(1, 5)
    world.netted(2, 5)
    told = world.mailboxes[SEVR][-1].message
    assert told.additional_information == ("cycle 1, item 2",)
    assert told.effective_settlement_at is None


def test_what_is_final_says_when_its_cycle_settled(world: Netting) -> None:
    world.netted(1, 5)
    world.bring(SEVR, 5)
    world.close(1)
    world.settle_cycle(1)
    world.advance(3)
    world.tell(1)
    settled = world.cycle(1).settled_at
    told = [world.mailboxes[bank][-1].message.effective_settlement_at for bank in (SEVR, PAMR)]
    assert told == [settled, settled]
    assert world.payment(1).final_at == settled


def test_who_does_not_take_part_is_refused(world: Netting) -> None:
    facts = {"bic": "KHATTJ20", "name": "Khatlon", "role": "bank", "currencies": ("RUB",)}
    world.operate(AddParticipant, **facts, key=world.new_key("KHATTJ20"))
    for state in ("certified", "active"):
        world.operate(SetParticipantState, bic="KHATTJ20", state=state)
    world.netted(1, 5, SEVR, "KHATTJ20")
    assert world.heard(SEVR) == ["RJCT AM03"]


def test_a_blocked_account_nets_nothing(world: Netting) -> None:
    world.operate(SetFrozen, participant=SEVR, currency="RUB", frozen=True)
    world.netted(1, 5)
    world.netted(2, 5, PAMR, SEVR)
    assert (world.heard(SEVR), world.heard(PAMR)) == (["RJCT AC06"], ["RJCT AC06"])


def test_what_is_netted_counts_once_for_the_day_both_ways_when_it_enters(world: Netting) -> None:
    """A place in a cycle cannot be taken back: so it is sent and received at once, and its settlement adds nothing."""
    world.operate(SetSettlementLimit, participant=SEVR, currency="RUB", creditor="", amount=50)
    world.operate(SetSettlementLimit, participant=SEVR, currency="RUB", creditor=PAMR, amount=50)
    world.advance(86_400)
    world.bring(SEVR, 500)
    world.netted(1, 30, PAMR, SEVR)  # nothing has settled, but S is owed 30
    world.netted(2, 81)
    assert world.heard(SEVR)[-1] == "RJCT AM14"
    world.netted(3, 80)
    assert world.heard(SEVR)[-1] == "ACPD"

    def uses() -> set[tuple[int, int]]:
        return {(use.sent, use.received) for use in world.store.rows[DAY_USE].values()}

    assert uses() == {(80, 30)}
    world.run_cycle(1)
    assert uses() == {(80, 30)}
    world.gross(4, 1)
    assert world.heard(SEVR)[-1] == "PDNG"  # as much as may be sent, whichever way
    world.gross(5, 10, PAMR, SEVR)
    assert world.settle(4).status == "accepted"


def test_what_waits_in_a_cycle_is_no_money(world: Netting) -> None:
    """It counts as come back, yet it pays for nothing that settles gross, and nothing of it is taken home."""
    world.operate(SetSettlementLimit, participant=SEVR, currency="RUB", creditor="", amount=0)
    world.advance(86_400)
    world.netted(1, 30, PAMR, SEVR)
    world.gross(2, 30)
    assert world.heard(SEVR)[-1] == "PDNG"
    world.bring(SEVR, 30)
    assert world.settle(2).status == "accepted"


def test_limits_of_the_day_count_what_is_netted(world: Netting) -> None:
    world.operate(SetSettlementLimit, participant=SEVR, currency="RUB", creditor="", amount=50)
    world.advance(24 * 3600)
    world.netted(1, 30)
    world.netted(2, 30)
    world.netted(3, 20)
    assert world.heard(SEVR) == ["ACPD", "RJCT AM23", "ACPD"]


def test_a_cap_is_not_cut_below_what_is_in_use(world: Netting) -> None:
    world.netted(1, 300)
    refused = world.submit(world.operation(SetClearingCap, participant=SEVR, currency="RUB", cap=299))
    assert answer_of(refused) == {"reason": "AM14", "field": "cap", "text": "3.00 RUB of it is in use"}
    world.set_cap(SEVR, 300)
    world.netted(2, 1)
    assert world.heard(SEVR) == ["ACPD", "RJCT AM23"]
    world.watch()


def test_another_count_than_the_hubs_settles_nothing(world: Netting) -> None:
    world.netted(1, 5)
    world.bring(SEVR, 5)
    world.close(1)
    answer = world.settle_cycle(1, proof=bytes(32))
    assert answer_of(answer)["field"] == "digest"
    assert world.cycle(1).state == "closing"
    assert world.settle_cycle(1).status == "accepted"


def test_goods_wages_fees_and_taxes_are_one_position_shown_apart(world: Netting) -> None:
    products = {"SUPP": 100, "SALA": 70, "FCOL": 20, "TAXS": 9, None: 1}
    for n, (purpose, amount) in enumerate(products.items(), 1):
        pair = (PAMR, SEVR) if purpose == "SALA" else (SEVR, PAMR)
        world.netted(n, amount, *pair, category_purpose=purpose)
    world.bring(SEVR, 60)
    world.run_cycle(1)
    shown = {
        p.product: (p.paid, p.received)
        for p in world.store.rows[CYCLE_POSITION].values()
        if p.participant == SEVR
    }
    assert shown == {
        "goods": (100, 0), "wages": (0, 70), "fees": (20, 0), "taxes": (9, 0), "other": (1, 0),
    }  # fmt: skip
    assert [t.amount for t in world.store.rows[TRANSFER].values() if t.code == 21] == [60, 60]
    assert (world.balance(SEVR, "RUB"), world.balance(PAMR, "RUB")) == (0, 60)
    world.watch()


@pytest.mark.parametrize(
    ("facts", "product"),
    [
        ({"purpose": "DEPD"}, "wages"),
        ({"category_purpose": "TAXS", "purpose": "GDDS"}, "taxes"),
        ({"category_purpose": "CASH", "purpose": "GDDS"}, "goods"),
        ({"documents": (INVOICE,)}, "goods"),
        ({"documents": (msgspec.structs.replace(INVOICE, lines=()),)}, "other"),
    ],
    ids=str,
)
def test_a_product_is_what_the_order_says_of_its_purpose_or_goods(
    world: Netting, facts: dict[str, Any], product: str
) -> None:
    world.netted(1, 100, **facts)
    assert {p.product for p in world.store.rows[CYCLE_POSITION].values()} == {product}


def test_currencies_settle_together_and_apart(world: Netting) -> None:
    world.netted(1, 70)
    world.netted(2, 40, PAMR, SEVR, currency="TJS")
    world.bring(SEVR, 70)
    world.close(1)
    assert b"PAMRTJ20 lacks the money in TJS" in world.settle_cycle(1).body
    world.fund(CBTJ, PAMR, "TJS", 40)
    assert world.settle_cycle(1).status == "accepted"
    assert (world.balance(PAMR, "RUB"), world.balance(SEVR, "TJS")) == (70, 40)
    world.watch()


def test_cycles_close_by_themselves(world: Netting) -> None:
    world.operate(ScheduleCycles, every_s=600)
    world.bring(SEVR, 10)
    world.advance(600)
    assert world.cycle(1).state == "open"  # there is nothing in it
    world.netted(1, 5)
    world.advance(600)
    assert (world.cycle(1).state, world.cycle(2).state) == ("closing", "open")
    world.netted(2, 5)
    world.advance(600)
    assert world.cycle(2).state == "open"  # the one before has not settled
    assert [case.kind for case in world.store.rows[CASE].values()] == ["unsettled cycle"]
    world.settle_cycle(1)
    world.advance(600)
    assert world.cycle(2).state == "closing"
    assert world.cycle(2).closed_at % 600_000_000 == 0
    world.watch()


def test_a_cycle_has_one_timer_however_many_items_it_takes(world: Netting) -> None:
    world.operate(ScheduleCycles, every_s=600)
    world.bring(SEVR, 10)
    for n in range(1, 6):
        world.netted(n, 1)
    assert list(world.hub.memory.due(world.now + 600 * SECOND)) == [(CYCLE, 1)]


@pytest.mark.parametrize("every_s", [7, 86_401])
def test_a_schedule_makes_whole_days(world: Netting, every_s: int) -> None:
    refused = world.submit(world.operation(ScheduleCycles, every_s=every_s))
    assert answer_of(refused)["reason"] == "CH16"


def test_a_new_hub_goes_on_where_the_last_one_was(world: Netting) -> None:
    world.netted(1, 5)
    world.restart()
    world.netted(2, 7)
    world.close(1)
    world.restart()
    world.netted(3, 1)
    world.bring(SEVR, 13)
    world.settle_cycle(1)
    world.restart()
    world.tell(1, most=1)
    world.restart()
    world.tell(1)
    world.run_cycle(2)
    assert [world.payment(n).status for n in (1, 2, 3)] == ["ACSC"] * 3
    assert (world.balance(SEVR, "RUB"), world.balance(PAMR, "RUB")) == (0, 13)
    world.watch()


def test_a_member_in_default_is_borne_by_those_who_dealt_with_it(world: Netting) -> None:
    """The whole story: it lacks money, two treasurers say so, the rule says who pays, and nothing is unwound."""
    world.netted(1, 300, SEVR, PAMR)
    world.netted(2, 100, SEVR, ZARA)
    world.bring(SEVR, 101)
    world.close(1)
    assert b"SEVRRUM0 lacks the money in RUB" in world.settle_cycle(1).body
    world.advance(61)
    (case,) = world.store.rows[CASE].values()
    assert "SEVRRUM0 lacks 2.99 RUB" in case.text
    shares = (LossShare(SEVR, PAMR, "RUB", 224), LossShare(SEVR, ZARA, "RUB", 75))
    assert answer_of(world.settle_cycle(1, shares=shares))["reason"] == "AG01"
    world.operate(DeclareDefault, cycle=1, participant=SEVR)
    for wrong in (
        (LossShare(SEVR, PAMR, "RUB", 224), LossShare(SEVR, ZARA, "RUB", 74)),
        (LossShare(SEVR, PAMR, "RUB", 225), LossShare(SEVR, ZARA, "RUB", 75)),
        (LossShare(SEVR, PAMR, "RUB", 299), LossShare(SEVR, ZARA, "RUB", 0)),
        (LossShare(SEVR, SEVR, "RUB", 299),),
        (LossShare(SEVR, PAMR, "TJS", 299),),
    ):
        assert world.settle_cycle(1, shares=wrong).status == "refused", wrong
    over = answer_of(world.settle_cycle(1, shares=(LossShare(SEVR, PAMR, "RUB", 300),)))
    assert over["text"] == "the losses of SEVRRUM0 come to 0.01 RUB too much"
    under = answer_of(world.settle_cycle(1, shares=(LossShare(SEVR, PAMR, "RUB", 297),)))
    assert under["text"] == "the losses of SEVRRUM0 come to 0.02 RUB too little"
    assert world.settle_cycle(1, shares=shares).status == "accepted"
    world.tell(1)
    assert [world.balance(bank, "RUB") for bank in (SEVR, PAMR, ZARA)] == [0, 300 - 224, 100 - 75]
    assert [world.payment(n).status for n in (1, 2)] == ["ACSC", "ACSC"]
    losses = [t for t in world.store.rows[TRANSFER].values() if t.code == 22]
    assert [t.amount for t in losses] == [224, 75]
    world.positions_are_items()
    world.watch()


def test_only_who_is_in_a_cycle_is_in_default_of_it(world: Netting) -> None:
    world.netted(1, 100, SEVR, PAMR)
    world.close(1)
    for bank, reason in ((ZARA, "NOOR"), ("NOPERUM0", "RC01")):
        refused = answer_of(world.submit(world.operation(DeclareDefault, cycle=1, participant=bank)))
        assert (refused["reason"], refused["field"]) == (reason, "participant")
    assert world.cycle(1).defaulted == ""
    world.operate(DeclareDefault, cycle=1, participant=SEVR)
    assert world.cycle(1).defaulted == SEVR


def test_who_is_blocked_is_named_and_not_who_bears_its_loss(world: Netting) -> None:
    world.netted(1, 100, SEVR, PAMR)
    world.close(1)
    world.operate(DeclareDefault, cycle=1, participant=SEVR)
    world.operate(SetFrozen, participant=SEVR, currency="RUB", frozen=True)
    refused = answer_of(world.settle_cycle(1, shares=(LossShare(SEVR, PAMR, "RUB", 100),)))
    assert (refused["reason"], refused["text"]) == ("AC06", "SEVRRUM0 is blocked in RUB")


def test_a_credit_line_comes_before_the_losses_of_others(world: Netting) -> None:
    world.netted(1, 300)
    world.close(1)
    world.operate(SetLimit, participant=SEVR, currency="RUB", limit=300)
    assert world.settle_cycle(1).status == "accepted"
    assert (world.balance(SEVR, "RUB"), world.balance(PAMR, "RUB")) == (-300, 300)


def test_what_was_held_is_in_the_cycle_of_its_release(world: Netting) -> None:
    world.operate(SetScreeningPolicy, on_hit="hold", hold_limit_s=3600)
    order = world.order(1, clearing_channel="MPNS", interbank_settlement_amount=Money(5, "RUB"))
    world.pay(order, Screening(LIST, (Hit("Иван Петров", "UN", "QDi.1", "Ivan Petrov", 97, "both words"),)))
    world.netted(2, 5)
    world.bring(SEVR, 10)
    world.close(1)
    world.operate(ReleasePayment, uetr=order.uetr)
    items = world.store.rows[CYCLE_ITEM]
    assert [items[world.payment(n).number].cycle for n in (1, 2)] == [2, 1]
    assert world.store.rows[PAYMENT][order.uetr].status == "ACPD"
    assert world.heard(SEVR) == ["PDNG", "ACPD", "ACPD"]
    world.watch()
