"""A town in virtual time: the same seed does the same, promises hold under faults, and a bug makes a small story."""

import os
import subprocess
import sys
from random import Random

import msgspec
import pytest

from corridor.client.events import Receipt
from corridor.decision import BALANCE, TRANSFER
from corridor.ports import Writes
from corridor.reports.invariants import INVARIANTS
from corridor.reports.watch import Broken
from corridor.sandbox import bank
from corridor.sandbox.world import BANKS
from corridor.services.messaging.records import CASE, SETTLEMENT_ACCOUNT, Case
from corridor.services.settlement.legs import PRINCIPAL
from corridor.simulation.town import correspondents, dealings, lost_tail, shrinking, statements
from corridor.simulation.town.correspondents import CORRESPONDENTS
from corridor.simulation.town.customers import wishes
from corridor.simulation.town.faults import FAULTS, swarm
from corridor.simulation.town.returns import RETURNS
from corridor.simulation.town.run import RACES, Outcome, Plan, plan, run
from corridor.simulation.town.story import Story
from corridor.simulation.town.town import START, Town
from corridor.simulation.town.trial import first_lane, seeds
from corridor.simulation.town.wire import CHEAP
from corridor.simulation.trials import Order

EVERY_FAULT = tuple(fault.name for fault in FAULTS)


@pytest.mark.parametrize("real", [False, True], ids=["cheap wire", "real wire"])
def test_the_same_seed_does_the_same(real):
    same = Plan(77, tuple(range(25)), (*EVERY_FAULT, RACES), real)
    outcomes = [run(same), run(same), run(same, keep=True)]
    assert len({outcome.hash for outcome in outcomes}) == 1
    assert run(msgspec.structs.replace(same, seed=78)).hash != outcomes[0].hash


def test_the_same_seed_does_the_same_in_every_process():
    code = "from corridor.simulation.town.run import plan, run; print(run(plan(5, payments=15)).hash)"
    hashes = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": str(each)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for each in (0, 1)
    }
    assert hashes == {run(plan(5, payments=15)).hash + "\n"}


def test_leaving_a_customer_out_changes_no_other():
    all_of_them = list(wishes(3, 10, 1_000, 500))
    assert list(wishes(3, 4, 1_000, 500)) == all_of_them[:4]


def test_a_swarm_has_every_fault_and_none_always():
    drawn = [swarm(seed) for seed in range(200)]
    for name in EVERY_FAULT:
        assert 5 <= sum(name in each for each in drawn) < 150


def test_a_lost_tail_is_seen():
    lossy = Plan(4, tuple(range(30)), (lost_tail.LOST_TAIL,), real=False)
    outcome = run(lossy)
    assert outcome.broken == ()
    assert outcome.struck == {lost_tail.LOST_TAIL: 1}


def test_a_lost_tail_that_nobody_sees_is_a_violation(monkeypatch):
    monkeypatch.setattr(lost_tail, "exposes", lambda *_: False)
    outcome = run(Plan(4, tuple(range(30)), (lost_tail.LOST_TAIL,), real=False))
    assert outcome.broken[0].name == "known"


def test_what_is_given_back_is_in_every_book(monkeypatch):
    one = Plan(12, tuple(range(150)), (), real=False, business=(RETURNS, CORRESPONDENTS))
    outcome = run(one)
    assert outcome.broken == ()
    assert outcome.checked["returns"] > 5
    # A debtor agent that keeps what came back is found.
    monkeypatch.setattr(bank.Bank, "_take_back", lambda *_: None)
    assert {each.name for each in run(one).broken} == {"banks"}


def test_a_mirror_of_a_correspondent_account_that_lacks_an_entry_is_a_violation(monkeypatch):
    one = Plan(11, tuple(range(400)), (), real=False, business=(CORRESPONDENTS,))
    assert run(one).broken == ()
    monkeypatch.setattr(bank, "reported", lambda *_: ())
    found = run(one).broken
    assert {each.name for each in found} == {"banks"}
    assert "have booked otherwise on correspondent accounts" in found[0].sentence


def test_what_broke_is_made_small():
    found = Outcome(
        Plan(1, tuple(range(100)), EVERY_FAULT, real=False), "", 0, 0, 0, {}, {}, (Broken("legs", ""),), ()
    )

    def attempt(plan):
        breaks = 42 in plan.payments and "loss" in plan.faults
        return msgspec.structs.replace(found, plan=plan, broken=(Broken("legs", ""),) if breaks else ())

    small = shrinking.shrink(found, attempt).plan
    assert 42 in small.payments
    assert len(small.payments) <= 4
    assert small.faults == ("loss",)


def test_a_story_is_told_in_words_and_ends_with_what_broke():
    lines: list[str] = []
    run(Plan(11, tuple(range(4)), ("hub crash",), real=False), tell=lines.append)
    assert any(" orders " in line and "(payment 0)" in line for line in lines)
    assert any("holds payment 0 as ACSC" in line for line in lines)


def test_the_first_seed_is_the_orders_own(tmp_path):
    one = Order(77, 1, tmp_path, one=True)
    assert (list(seeds(one, 0)), list(seeds(one, 1))) == ([77], [])
    told: list[str] = []
    tally = first_lane(msgspec.structs.replace(one, scale=0.001), told.append)
    assert tally.seeds == 1
    assert told


def test_every_invariant_that_is_asked_has_a_promise():
    assert all(each.promise and each.model for each in INVARIANTS.values())
    assert set(run(plan(8, payments=20)).checked) <= set(INVARIANTS)


def test_a_poisoned_message_may_be_committed_when_the_poison_is_gone():
    town = Town(1, CHEAP, Story(START, keep=False))
    for number, fault in enumerate(("PoisonedError()", "KeyError('rate')")):
        case = Case(number, "fault", "SEVRRUM0", 0, f"CreditTransfer: {fault}", START)
        town.watch(Writes(number, START, 0, b"", {CASE: [case]}))
    assert [each.sentence for each in town.broken if each.name == "process"] == [
        "the hub could not decide: CreditTransfer: KeyError('rate')"
    ]


@pytest.mark.parametrize(
    ("bend", "told"),
    [
        (
            lambda balance: msgspec.structs.replace(balance, credits_posted=balance.credits_posted + 1),
            "stored is",
        ),
        (None, ""),
    ],
)
def test_statements_that_do_not_end_with_what_is_stored_are_noticed(bend, told):
    town = Town(1, CHEAP, Story(START, keep=False))
    account = town.disk.rows[SETTLEMENT_ACCOUNT]["SEVRRUM0", "RUB"]
    if bend is not None:
        balances = town.disk.rows[BALANCE]
        balances[account.account_id] = bend(balances[account.account_id])
    sentences = list(statements.wrong(town))
    assert [told in each and "SEVRRUM0 RUB" in each for each in sentences] == ([True] if told else [])


def test_an_entry_that_nobody_paid_is_noticed():
    town = Town(1, CHEAP, Story(START, keep=False))
    last = max(town.disk.rows[TRANSFER])
    transfer = town.disk.rows[TRANSFER][last]
    town.disk.rows[TRANSFER][last] = msgspec.structs.replace(transfer, code=PRINCIPAL, reference=4711)
    assert {"which has not settled" in each for each in statements.wrong(town)} == {True}


def test_an_offer_that_was_lost_with_its_bank_is_not_taken_for_another_message() -> None:
    """Found by seed 20375307: a bank came up again, and gave the id of its offer to a payment."""
    town = Town(1, CHEAP, Story(START, keep=False))
    one, other = (bank.bic for bank in BANKS[:2])
    receipt = Receipt("m1", 1, 1, START, answer=b"", body=b"{}", signature="")
    town.banks[one].store.receipts["m1"] = receipt
    dealings.hear(town, one, "m1", lambda _: pytest.fail("it is no offer of a facility"))
    correspondents._hear(town, Random(1), None, (one, other), "m1")
