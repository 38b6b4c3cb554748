"""A crowd of connections from one side that never finish a request, while another bank pays.

The crowd comes from an address of its own. Those who have begun a request, or nothing, are gone after the door's
bound for arrival; those who finished one may stay as long as any honest client may; those who do not read an answer
take no more memory than the answer.
"""

import asyncio
import contextlib
import sys
from collections.abc import Callable, Coroutine
from time import perf_counter
from typing import Any, Final

import msgspec

from corridor.gateway.server import ARRIVAL_S
from corridor.simulation.door.attacks.trial import on_uvloop
from corridor.simulation.door.caller import Caller
from corridor.simulation.door.house import House, open_house
from corridor.simulation.door.wire import closed, request
from corridor.simulation.door.world import PAMR, SEVR, VOLG
from corridor.simulation.tally import Tally, Violation
from corridor.simulation.trials import Order, Tell

NAME: Final = "crowd"
CROWD: Final = 1_000
P99_S: Final = 1.0
"""So much longer than alone a payment may take, where it is alone on a machine that does nothing else ..."""
AS_ALONE: Final = 4
"""... and so many times what the slowest took alone: a busy machine makes everything slow."""
ALONE_S: Final = 1.0
CROWDS_ADDRESS: Final = ("127.0.0.2", 0)
LATE_S: Final = 5.0
"""So much later than its bound a connection may end on a busy machine."""
START_S: Final = 60.0
"""A process may take long to begin on a busy machine."""
PAUSE_S: Final = 0.02
DRIP_S: Final = 0.5

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Visit(msgspec.Struct):
    """What became of one connection of the crowd."""

    kind: str
    bounded: bool
    lasted_s: float | None = None


def run(order: Order, tell: Tell) -> Tally:
    """Crowd the door with connections, then flood it with signed requests; another bank's payments go on."""
    stories, held, flooded = on_uvloop(_run(order, tell))
    return Tally(
        attacks=held + 1,
        checked={"half-open, idle and dripping connections": held, "requests of a flood": flooded},
        faults={"crowd": 1, "flood": 1},
        violations=tuple(Violation("others are not hurt", NAME, order.seed, story) for story in stories),
    )


async def _run(order: Order, tell: Tell) -> tuple[list[str], int, int]:
    async with open_house() as house:
        alone = await pay_for(house, ALONE_S)
        stories, visits = await crowd(house, CROWD, ARRIVAL_S, alone, tell)
        flooding, flooded = await flood(house, 6.0 * order.scale, alone, tell)
    return stories + flooding, len(visits), flooded


async def crowd(
    house: House, count: int, bound_s: float, alone: list[float], tell: Tell
) -> tuple[list[str], list[Visit]]:
    """Return what is wrong, and what became of the crowd."""
    visits: list[Visit] = []
    kinds = list(KINDS.items())
    enough = asyncio.Event()
    paying = asyncio.create_task(pay_on(house, enough))
    comers = [asyncio.create_task(_visit(house, visits, *kinds[n % len(kinds)])) for n in range(count)]
    while len(visits) < count:  # noqa: ASYNC110  they come one by one
        await asyncio.sleep(PAUSE_S)
    left = bound_s + LATE_S
    while left > 0 and any(visit.bounded and visit.lasted_s is None for visit in visits):
        await asyncio.sleep(PAUSE_S)
        left -= PAUSE_S
    enough.set()
    times = await paying
    for comer in comers:
        comer.cancel()
    await asyncio.gather(*comers, return_exceptions=True)
    stories = judge_times("beside the crowd", times, alone, tell)
    for kind, bounded in ((kind, bounded) for kind, (bounded, _) in KINDS.items()):
        lasted = [visit.lasted_s for visit in visits if visit.kind == kind]
        ended = [each for each in lasted if each is not None]
        tell(
            f"{kind}: {len(lasted)} came, {len(ended)} were let go, the last after {max(ended, default=0):.1f} s"
        )
        if bounded and len(ended) < len(lasted):
            stories.append(
                f"{len(lasted) - len(ended)} connections are held after {bound_s + LATE_S:.1f} s: {kind}"
            )
    return stories, visits


async def pay_on(house: House, enough: asyncio.Event) -> list[float]:
    """Let a bank pay, one payment after the other, promised and settled; return how long each took."""
    debtor, creditor = house[SEVR], house[PAMR]
    times = []
    while not enough.is_set():
        started, payment = perf_counter(), house.fresh()
        ordered = await debtor.send(debtor.post(debtor.order(payment)))
        promised = await creditor.send(creditor.post(creditor.report(payment, "ACCP")))
        told = await debtor.heard()
        times.append(perf_counter() - started)
        if (ordered.status, promised.status, told) != (202, 202, ["ACSC"]):
            times.append(float("inf"))
        await asyncio.sleep(PAUSE_S)
    return times


async def pay_for(house: House, for_s: float) -> list[float]:
    """As `pay_on`, for so long."""
    enough = asyncio.Event()
    asyncio.get_running_loop().call_later(for_s, enough.set)
    return await pay_on(house, enough)


def judge_times(when: str, times: list[float], alone: list[float], tell: Tell) -> list[str]:
    """Return what is wrong with how long payments took, beside how long they took alone."""
    p99 = sorted(times)[int(len(times) * 0.99)] if times else float("inf")
    bound = P99_S + AS_ALONE * max(alone)
    tell(
        f"{len(times)} payments {when}, p99 {p99 * 1000:.0f} ms from order to settlement;"
        f" alone {max(alone) * 1000:.0f} ms at the most"
    )
    return (
        []
        if p99 < bound < float("inf")
        else [f"p99 of payments {when} is {p99:.2f} s, alone {max(alone):.2f} s at most"]
    )


async def flood(house: House, for_s: float, alone: list[float], tell: Tell) -> tuple[list[str], int]:
    """Let one bank, in a process of its own, ask as fast as it is answered, while another pays."""
    flooder = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "corridor.simulation.door.flooder",
        str(house.port),
        str(house.now()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert flooder.stdout is not None
    async with asyncio.timeout(START_S):
        await flooder.stdout.readline()
    times = await pay_for(house, for_s)
    told, _ = await flooder.communicate(b"")
    pairs = (pair.partition(":") for pair in told.decode().split())
    answered = {int(status): int(times) for status, _, times in pairs}
    tell(f"one bank in {for_s:.0f} s: {answered}")
    stories = judge_times("beside a flood", times, alone, tell)
    if not answered or answered.keys() - {202, 429, 503}:
        stories.append(f"the flood was answered otherwise: {answered}")
    return stories, sum(answered.values())


async def _visit(
    house: House,
    visits: list[Visit],
    kind: str,
    how: tuple[bool, Callable[[Caller, Streams], Coroutine[Any, Any, None]]],
) -> None:
    """Come, do as one's kind does, and note when one was let go."""
    bounded, behave = how
    streams = await asyncio.open_connection("127.0.0.1", house.port, local_addr=CROWDS_ADDRESS)
    visit = Visit(kind, bounded)
    visits.append(visit)
    started = perf_counter()
    behaving = asyncio.create_task(behave(house[VOLG], streams))
    try:
        if behave is not _never_read:
            await closed(streams[0])
            visit.lasted_s = perf_counter() - started
        await asyncio.Event().wait()
    finally:
        behaving.cancel()
        streams[1].close()


async def _silent(_by: Caller, _streams: Streams) -> None:
    """Say nothing."""


async def _half_a_line(_by: Caller, streams: Streams) -> None:
    streams[1].write(b"POST /v1/mess")


async def _half_a_head(by: Caller, streams: Streams) -> None:
    streams[1].write(by.post(by.question(_NOTHING))[:150])


async def _half_a_body(by: Caller, streams: Streams) -> None:
    streams[1].write(by.post(by.question(_NOTHING))[:-200])


async def _drip(by: Caller, streams: Streams) -> None:
    """A genuine request, a byte at a time."""
    with contextlib.suppress(ConnectionError):
        for byte in by.post(by.question(_NOTHING)):
            streams[1].write(bytes((byte,)))
            await streams[1].drain()
            await asyncio.sleep(DRIP_S)


async def _drip_headers(_by: Caller, streams: Streams) -> None:
    with contextlib.suppress(ConnectionError):
        streams[1].write(b"POST /v1/messages HTTP/1.1\r\n")
        while True:
            streams[1].write(b"X-Drop: 1\r\n")
            await streams[1].drain()
            await asyncio.sleep(DRIP_S)


async def _idle(_by: Caller, streams: Streams) -> None:
    """One whole request, and then nothing: an honest client that waits does the same."""
    streams[1].write(request("GET", "/health"))


async def _never_read(by: Caller, streams: Streams) -> None:
    """Ask for much and read nothing of it."""
    streams[1].write(by.get("/v1/mailbox?after=0") * 20)


_NOTHING: Final = "00000000-0000-4000-8000-000000000000"
KINDS: Final[dict[str, tuple[bool, Callable[[Caller, Streams], Coroutine[Any, Any, None]]]]] = {
    "silence": (True, _silent),
    "half a line": (True, _half_a_line),
    "half a head": (True, _half_a_head),
    "half a body": (True, _half_a_body),
    "a byte at a time": (True, _drip),
    "a header at a time": (True, _drip_headers),
    "idle after a request": (False, _idle),
    "answers that nobody reads": (False, _never_read),
}
"""Whether the door's bound for arrival lets it go, and what it does."""
