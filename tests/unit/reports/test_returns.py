"""What must hold of returns: nothing is said of one as it was, and each thing that was not so is noticed."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from corridor.decision import TRANSFER
from corridor.hub.batch import chain
from corridor.reports import returns
from corridor.reports.watch import Watch
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.returns.records import RETURN, RETURNED_PAYMENT, ReturnedPayment
from tests.unit.services.settlement.returns.giving_back import GivingBack
from tests.world import PAMR, SEVR

Rows = dict[Any, list[Any]]


@pytest.fixture(scope="module")
def world() -> GivingBack:
    """One payment that was given back in settlement money, and one on a correspondent account."""
    world = GivingBack().found()
    world.bring(SEVR, 1_000)
    world.instant(1, 400)
    assert world.give_back(1, 400) == "ACSC"
    world.opened(500)
    world.book(2, 300)
    assert world.give_back(2, 300) == "ACSC"
    return world


def watched(world: GivingBack, change: Callable[[Rows], None]) -> set[str]:
    """Return which promises are broken if a batch with a return had written something else."""
    watch = Watch(chain)
    broken: list[str] = []
    changed = False
    for batch in world.batches:
        rows: Rows = {table: list(each) for table, each in batch.writes.rows.items()}
        if rows.get(RETURNED_PAYMENT) and not changed:
            change(rows)
            changed = True
        writes = msgspec.structs.replace(batch.writes, rows=rows)
        broken += [each.name for each in watch.commit(writes)]
    return {*broken, *(each.name for each in watch.finish())}


def replaced(**facts: Any) -> Callable[[Rows], None]:
    def change(rows: Rows) -> None:
        (known,) = rows[RETURNED_PAYMENT]
        rows[RETURNED_PAYMENT] = [msgspec.structs.replace(known, **facts)]

    return change


def forgotten(rows: Rows) -> None:
    del rows[RETURNED_PAYMENT]


def moved_in_another_name(rows: Rows) -> None:
    rows[TRANSFER] = [
        msgspec.structs.replace(each, reference=each.reference + 1) if each.code == RETURN else each
        for each in rows[TRANSFER]
    ]


def written_twice(rows: Rows) -> None:
    known = rows[RETURNED_PAYMENT][0]
    rows[RETURNED_PAYMENT].append(known)


BENT: dict[str, Callable[[Rows], None]] = {
    "another amount": replaced(amount=401),
    "another currency": replaced(currency="TJS"),
    "another receiver": replaced(debtor_agent="ZARATJ20"),
    "another payment": replaced(payment=1),
    "no payment": replaced(uetr="00000000-0000-4000-8000-000000000099"),
    "another transfer": replaced(transfer_id=10**6),
    "before it was paid": replaced(final_at=0),
    "forgotten": forgotten,
    "moved in another name": moved_in_another_name,
    "twice": written_twice,
}


def test_a_return_as_it_was(world: GivingBack) -> None:
    assert watched(world, lambda _: None) == set()


@pytest.mark.parametrize("case", BENT)
def test_what_was_not_so_is_noticed(world: GivingBack, case: str) -> None:
    assert "returns" in watched(world, BENT[case])


@pytest.mark.parametrize(
    "facts", [{"number": 0}, {"amount": 0}, {"reason": ""}, {"forwarded_id": ""}, {"payment": 10**6}]
)
def test_a_record_that_could_not_be(world: GivingBack, facts: dict[str, Any]) -> None:
    known = world.returned(1)
    assert known is not None
    assert list(returns.record(known)) == []
    assert len(list(returns.record(msgspec.structs.replace(known, **facts)))) == 1


def said(world: GivingBack) -> list[tuple[str, Any]]:
    """Return what both were told of the first return."""
    known = world.returned(1)
    assert known is not None
    return [
        (bank, each.message)
        for bank in (SEVR, PAMR)
        for each in world.mailboxes[bank]
        if getattr(each.message, "clearing_system_reference", "") == str(known.number)
        and hasattr(each.message, "transaction_status")
    ]


def test_what_both_were_told_is_so(world: GivingBack) -> None:
    known, heard = world.returned(1), said(world)
    assert isinstance(known, ReturnedPayment)
    assert len(heard) == 2
    assert all(returns.is_told(message) for _, message in heard)
    assert list(returns.told(known, heard)) == []
    assert list(returns.told(known, heard[:1], all_of_it=False)) == []
    assert list(returns.told(known, heard[:1])) == [
        f"the return of payment {known.uetr} is final, but {PAMR} was never told"
    ]


@pytest.mark.parametrize(
    "facts",
    [
        {"transaction_status": "RJCT"},
        {"effective_settlement_at": 0},
        {"original_message_id": "other"},
        {"clearing_system_reference": "1"},
        {"original_message_definition_id": "pacs.008.001.13"},
    ],
)
def test_what_one_was_told_that_is_not_so(world: GivingBack, facts: dict[str, Any]) -> None:
    known = world.returned(1)
    assert known is not None
    (bank, message), other = said(world)
    wrong = [(bank, msgspec.structs.replace(message, **facts)), other]
    assert len(list(returns.told(known, wrong))) == 1
    assert len(list(returns.told(known, [("ZARATJ20", message), *said(world)]))) == 1


def test_a_payment_that_is_not_final_is_noticed(world: GivingBack) -> None:
    known = world.returned(1)
    assert known is not None
    payment = world.store.rows[PAYMENT][known.uetr]
    transfers = [each for each in world.store.rows[TRANSFER].values() if each.reference == known.number]
    watch = Watch(chain)
    for batch in world.batches:
        watch.commit(batch.writes)
    judge = returns.moves
    assert list(judge(known.number, known, payment, transfers, watch.books)) == []
    for facts in ({"status": "ACSP", "final_at": None}, {"final_at": known.final_at + 1}):
        wrong = msgspec.structs.replace(payment, **facts)
        assert len(list(judge(known.number, known, wrong, transfers, watch.books))) == 1
