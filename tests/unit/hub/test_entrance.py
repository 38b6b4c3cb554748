"""A hub whose log is in doubt: closed until everybody has said what they hold, and ended by whoever holds more."""

import asyncio
from contextlib import asynccontextmanager

import msgspec
import pytest

from corridor.adapters.memory.journal import MemoryJournal
from corridor.adapters.memory.link import MemoryLink
from corridor.adapters.memory.reads import MemorySigner
from corridor.adapters.memory.witness import MemoryPlace, MemoryWitness
from corridor.codecs.jws import HubHeader
from corridor.hub.entrance import Entrance
from corridor.hub.fence import TailLost, WitnessedJournal
from corridor.hub.lists import RULES, TABLES
from corridor.hub.machine import Hub
from corridor.hub.process import HubProcess
from corridor.services.messaging.commands import ReportVoucher, WaiveVoucher
from corridor.services.messaging.records import CHAIN_HEAD, IN, MESSAGE, PARTICIPANT, SUSPENDED
from corridor.simulation.door.hub import SkippingClock
from tests.rig import HUB, START
from tests.unit.gateway.house import HUB_KEY
from tests.world import World

pytestmark = pytest.mark.anyio


class Closed:
    """A world's log under a hub that has no witness of it."""

    def __init__(self, world, place):
        self.world = world
        self.store = world.store
        self.place = place
        self.clock = SkippingClock(max(START, world.now) + 1_000_000)

    async def start(self):
        journal = WitnessedJournal(MemoryJournal(self.store), MemoryWitness(self.place))
        snapshot = await journal.open(TABLES, HUB, self.clock.now())
        doubt = await journal.examine()

        def shell():
            hub = Hub(HUB, HubHeader(HUB, "sandbox", f"{HUB}-1"), RULES, snapshot, self.clock.now())
            self.process = HubProcess(hub, journal, MemorySigner(HUB_KEY), self.clock)
            return self.process

        self.process = None
        self.entrance = Entrance(journal, snapshot, self.clock, shell, doubt)
        self.running = asyncio.create_task(self.entrance.run())
        self.link = MemoryLink(1, self.entrance)

    async def end(self):
        for task in (self.running, *(self.process._tasks if self.process else ())):
            task.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    @property
    def banks(self):
        return [each.bic for each in self.store.rows[PARTICIPANT].values() if each.role != "hub"]

    async def report(self, bic, batch=None, head=None, reach=None, number=0, **origin):
        batch = self.store.batch if batch is None else batch
        if head is None:
            head = self.store.rows[CHAIN_HEAD][batch].head if batch else bytes(32)
        facts = {"received_at": self.clock.now(), "issued_at": self.clock.now()} | origin
        command = ReportVoucher(
            self.world.origin(bic, definition="json/vouchers", **facts),
            f"{HUB}-1",
            batch,
            head,
            batch if reach is None else reach,
            number,
        )
        return await self.link.submit(command)

    async def waive(self, bic, person):
        origin = self.world.origin(f"operator:{person}")
        return await self.link.submit(WaiveVoucher(origin, participant=bic, reason="their house burnt down"))


@asynccontextmanager
async def closed(place=None):
    hub = Closed(World().found(), place or MemoryPlace())
    await hub.start()
    try:
        yield hub
    finally:
        await hub.end()


async def test_a_closed_hub_hears_nothing_else_and_writes_nothing():
    async with closed() as hub:
        assert "no witness" in hub.link.closed
        batch = hub.store.batch
        answer = await hub.link.submit(hub.world.credit_transfer(hub.world.order(1)))
        assert (answer.status, answer.batch, answer.signature) == ("closed", 0, "")
        noted = await hub.report(hub.banks[0])
        assert noted.status == "noted"
        assert hub.store.batch == batch
        assert hub.place.mark is None


async def test_it_opens_once_everybody_has_said_what_they_hold_and_writes_that_down():
    async with closed() as hub:
        for bic in hub.banks:
            told = await hub.report(bic)
            assert told.status == "noted"
        assert told.body == b"the hub opens"
        assert hub.link.closed == ""
        paid = await hub.link.submit(hub.world.credit_transfer(hub.world.order(1), issued_at=hub.clock.now()))
        assert paid.status == "accepted"
        said = [
            (line.participant, line.outcome)
            for line in hub.store.rows[MESSAGE].values()
            if line.definition == "json/vouchers"
        ]
        assert sorted(said) == [(bic, "accepted") for bic in sorted(hub.banks)]
        assert hub.place.mark.batch == hub.store.batch


def outcomes(hub, signer):
    lines = hub.store.rows[MESSAGE].values()
    return [line.outcome for line in lines if line.participant == signer and line.direction == IN]


async def test_two_persons_waive_who_cannot_report_and_that_stands_in_the_log():
    async with closed() as hub:
        silent, *others = hub.banks
        for bic in others:
            await hub.report(bic)
        before = outcomes(hub, "operator:bob")
        assert (await hub.waive(silent, "alice")).status == "noted"
        assert (await hub.waive(silent, "alice")).status == "noted"
        assert hub.link.closed
        assert b"the hub opens" in (await hub.waive(silent, "bob")).body
        await hub.report(silent)
        assert outcomes(hub, "operator:bob") == [*before, "accepted"]


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"batch": 500, "head": b"h" * 32}, "to 500 are lost, for SEVRRUM0 holds"),
        ({"reach": 501}, "to 501 are lost, for SEVRRUM0 holds"),
        ({"number": 77}, "SEVRRUM0 holds what the hub signed"),
        ({"batch": 3, "head": b"h" * 32}, "rewritten, or a second hub"),
    ],
)
async def test_who_holds_more_than_the_log_ends_it(held, said):
    async with closed() as hub:
        waiting = asyncio.create_task(hub.report("SEVRRUM0", **held))
        with pytest.raises(TailLost, match=said):
            await hub.running
        waiting.cancel()


@pytest.mark.parametrize(
    "lacking",
    [
        {"issued_at": START - 10**9},
        {"key_id": "unknown"},
    ],
)
async def test_a_report_that_may_not_be_heard_opens_nothing(lacking):
    async with closed() as hub:
        first, *others = hub.banks
        for bic in others:
            await hub.report(bic)
        assert (await hub.report(first, **lacking)).status == "closed"
        assert hub.link.closed


async def test_what_a_suspended_participant_holds_is_heard_all_the_same():
    world = World().found()
    participants = world.store.rows[PARTICIPANT]
    participants["SEVRRUM0"] = msgspec.structs.replace(participants["SEVRRUM0"], state=SUSPENDED)
    hub = Closed(world, MemoryPlace())
    await hub.start()
    assert (await hub.report("SEVRRUM0")).status == "noted"
    waiting = asyncio.create_task(hub.report("SEVRRUM0", batch=9_000, head=b"h" * 32))
    with pytest.raises(TailLost, match="to 9000 are lost, for SEVRRUM0 holds"):
        await hub.running
    waiting.cancel()
    await hub.end()


async def test_an_open_hub_ends_at_once_when_somebody_holds_more():
    async with closed() as hub:
        for bic in hub.banks:
            await hub.report(bic)
        waiting = asyncio.create_task(hub.report("SEVRRUM0", batch=9_000, head=b"h" * 32))
        with pytest.raises(TailLost, match="to 9000 are lost, for SEVRRUM0 holds"):
            await hub.running
        waiting.cancel()


async def test_with_its_witness_it_opens_at_once():
    place = MemoryPlace()
    async with closed(place) as hub:
        for bic in hub.banks:
            await hub.report(bic)
        await hub.report(hub.banks[0])
    again = Closed(hub.world, place)
    await again.start()
    assert again.link.closed == ""
    assert (await again.report(hub.banks[0])).status == "accepted"
    await again.end()
