"""The start-up fence as a table: every way in which log and witness can stand to each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.adapters.memory.journal import MemoryJournal
from corridor.adapters.memory.witness import MemoryPlace, MemoryWitness
from corridor.hub.fence import Doubt, TailLost, WitnessedJournal, compare
from corridor.hub.lists import TABLES
from corridor.ports import Fenced, Mark
from corridor.services.messaging.records import ACTIVE, BANK, CHAIN_HEAD, ChainHead, Participant
from corridor.services.messaging.records import HUB as HUB_ROLE
from tests.rig import HUB, START, finish
from tests.world import SEVR, World


def head(batch, fork=0):
    return bytes([batch, fork]) * 16 if batch else bytes(32)


def mark(batch, fork=0, hub=HUB):
    return Mark(hub, 1, batch, head(batch, fork))


AGREED, LOST, REWRITTEN = "", "lost", "rewritten"


@pytest.mark.parametrize(
    ("end", "witness", "verdict"),
    [
        (0, None, AGREED),  # the first day
        (0, mark(0), AGREED),  # ended before its first batch
        (7, mark(7), AGREED),
        (7, mark(6), AGREED),  # committed, and killed before the witness held it: nobody was told
        (1, mark(0), AGREED),
        (7, mark(5), "the witness is old"),  # restored, or the log was written without it
        (7, None, "there is no witness"),
        (7, mark(7, hub="OTHRXXM0"), "another hub"),
        (7, mark(90, hub="OTHRXXM0"), "another hub"),
        (7, mark(8), LOST),
        (7, mark(12), LOST),
        (0, mark(5), LOST),  # a new database under an old witness
        (7, mark(7, fork=1), REWRITTEN),
        (7, mark(5, fork=1), REWRITTEN),
    ],
)
def test_log_and_witness(end, witness, verdict):
    logged = None
    if witness is not None and 0 < witness.batch <= end:
        logged = ChainHead(witness.batch, head(witness.batch))
    if verdict == LOST:
        with pytest.raises(TailLost, match=f"{end + 1}.* lost, as the witness proves"):
            compare(mark(end), witness, logged)
    elif verdict == REWRITTEN:
        with pytest.raises(TailLost, match="rewritten"):
            compare(mark(end), witness, logged)
    else:
        doubt = compare(mark(end), witness, logged)
        assert doubt == verdict == "" or (verdict and verdict in doubt)


@given(st.integers(0, 30), st.integers(0, 30), st.booleans())
def test_a_hub_opens_at_once_only_if_all_that_the_witness_holds_is_in_its_log(end, seen, forked):
    """The log as the hub has it, and a witness of a log that was the same up to a batch, or was not."""
    fork = 1 if forked and seen else 0
    logged = ChainHead(seen, head(seen)) if 0 < seen <= end else None
    try:
        doubt = compare(mark(end), mark(seen, fork), logged)
    except TailLost:
        assert seen > end or fork
    else:
        assert seen <= end
        assert not fork
        assert (doubt == "") == (end - seen <= 1)


def participants(*bics, state=ACTIVE, role=BANK):
    return [Participant(bic, 1, bic, role, state) for bic in bics]


def test_everybody_must_speak_or_be_waived_by_two_persons():
    doubt = Doubt("why", HUB, participants("A", "B", "C") + participants(HUB, role=HUB_ROLE))
    doubt.vouch("A")
    assert doubt.waive("B", "operator:alice") == 1
    assert doubt.waive("B", "operator:alice") == 1
    assert doubt.missing == {"B", "C"}
    assert doubt.waive("B", "operator:bob") == 2
    doubt.vouch("A")
    assert doubt.missing == {"C"}
    doubt.vouch("C")
    assert not doubt.missing


def test_where_nobody_is_active_two_persons_answer_for_the_hub_itself():
    doubt = Doubt("why", HUB, participants("A", state="suspended"))
    doubt.vouch("A")
    assert doubt.missing == {HUB}
    doubt.waive(HUB, "operator:alice")
    doubt.waive(HUB, "operator:bob")
    assert not doubt.missing


def opened(store, place):
    journal = WitnessedJournal(MemoryJournal(store), MemoryWitness(place))
    finish(journal.open(TABLES, HUB, START))
    return journal, finish(journal.examine())


def test_a_batch_is_durable_once_the_witness_holds_it():
    world, place = World().found(), MemoryPlace()
    journal, doubt = opened(world.store, place)
    assert "no witness" in doubt
    finish(journal.settle())
    assert place.mark.batch == world.store.batch
    next_batch = world.batches[-1].writes
    rows = {CHAIN_HEAD: [ChainHead(world.store.batch + 1, b"h" * 32)]}
    again = type(next_batch)(world.store.batch + 1, next_batch.at, next_batch.last_number, b"h" * 32, rows)
    finish(journal.commit(again))
    assert (place.mark.batch, place.mark.head) == (again.number, again.head)
    assert opened(world.store, place)[1] == ""


def test_a_witness_that_cannot_be_written_ends_the_commit():
    world, place = World().found(), MemoryPlace()
    journal, _ = opened(world.store, place)
    finish(journal.settle())
    place.mark = mark(3, fork=9)
    writes = world.batches[-1].writes
    with pytest.raises(Fenced):
        finish(journal.commit(type(writes)(world.store.batch + 1, writes.at, 0, b"h" * 32, {})))


def test_a_journal_that_lost_its_tail_is_found_out():
    world, place = World().found(), MemoryPlace()
    journal, _ = opened(world.store, place)
    finish(journal.settle())
    kept = world.store.batch
    world.restart()
    world.fund("CBRRRUM0", SEVR, "RUB", 1)
    place.mark = Mark(HUB, 9, world.store.batch, world.store.head)
    world.store.batch = kept
    with pytest.raises(TailLost, match=f"batch {kept + 1} is lost"):
        opened(world.store, place)
