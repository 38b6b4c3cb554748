"""Slow, not dead: processes that stand still, lines that go bad, a second hub that believes it is the writer."""

import asyncio
import random
import subprocess
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from corridor.adapters.system.clock import SystemClock
from corridor.simulation.processes import books, promises
from corridor.simulation.processes.evidence import Evidence
from corridor.simulation.processes.installation import (
    BANKS,
    GATEWAY,
    HUB,
    POSTGRES,
    SIGNER,
    Installation,
)
from corridor.simulation.processes.kills import come_to_rest
from corridor.simulation.processes.proxy import KINDS, Kind, Proxy, draw
from corridor.simulation.tally import Tally
from corridor.simulation.trials import Order, Tell

NAME = "lines"
RATE = 50.0
FROZEN_S = [1.0, 1.5, 2.5, 4.0, 8.0]
BAD_S = (0.5, 1.5)
HEALED_S = 60.0
"""After healing payments are settled again within this time: banks notice a dead line by its silence."""
FENCED_S = 60.0
AT_THE_DOOR, TO_THE_HUB, TO_THE_SIGNER = "banks to gateway", "gateway to hub", "hub to signer"


def run(order: Order, tell: Tell) -> Tally:
    """Freeze, fence and spoil, in one installation under load."""
    return asyncio.run(_run(order, tell))


async def _run(order: Order, tell: Tell) -> Tally:
    evidence = Evidence(NAME, order, tell)
    dice = random.Random(f"{order.seed}/lines")
    rounds = max(1, round(order.scale))
    with Installation(order.directory, rate=RATE) as installation:
        for _ in range(rounds):
            await _freeze_each(evidence, installation, dice)
            await _second_hub(evidence, installation)
        async with AsyncExitStack() as stack:
            lines = await _put_proxies_between(installation, dice)
            for line in lines.values():
                stack.push_async_callback(line.close)
            await promises.settled_since(installation.dsn, SystemClock().now())
            for _ in range(rounds):
                for name, kind in _bad_lines(dice):
                    await _spoil(evidence, installation, lines, name, kind, dice)
        await come_to_rest(evidence, installation)
    return evidence.tally()


async def _freeze_each(evidence: Evidence, installation: Installation, dice: random.Random) -> None:
    targets = [HUB, GATEWAY, POSTGRES, BANKS, SIGNER]
    dice.shuffle(targets)
    for target, seconds in zip(targets, FROZEN_S, strict=True):
        evidence.tell(f"{target} stands still for {seconds:.1f} s")
        evidence.faults[f"F36: {target} stands still"] += 1
        with installation.frozen(target):
            await asyncio.sleep(seconds)
        await _heal(evidence, installation, f"{target}, frozen")


async def _second_hub(evidence: Evidence, installation: Installation) -> None:
    """While the writer is frozen another takes over; thawed, the old one must end at the fence."""
    evidence.faults["F13: a second hub writes"] += 1
    socket = installation.sockets / HUB
    before = socket.stat().st_ino
    first = installation.pid(HUB)
    output = installation.output.with_name("second-hub.log")
    with installation.frozen(HUB), output.open("wb") as log:
        second = subprocess.Popen(  # noqa: ASYNC220  it runs beside
            [sys.executable, "-m", "corridor", "serve", HUB, "-d", str(installation.state)],
            stdout=log,
            stderr=log,
        )
        await _until(lambda: second.poll() is not None or socket.stat().st_ino != before)
        died = f"the second hub does not take over: {output.read_text(errors='replace')[-500:]}"
        evidence.ask("a new writer takes over", 1, [died] if second.poll() is not None else ())
    # Thawed, the first decides what waits for it, and may commit none of it.
    fenced = await _until(lambda: not Path(f"/proc/{first}").exists())
    said = "Fenced" in installation.log_of(HUB)
    story = f"the hub that was overtaken {'ended without a word' if fenced else 'goes on'}"
    evidence.ask("who is overtaken ends at the fence", 1, () if fenced and said else [story])
    # Its supervisor starts it anew, and now the second is overtaken.
    ended = await _until(lambda: second.poll() is not None)
    if not ended:
        second.kill()
        second.wait()
    said = "Fenced" in output.read_text(errors="replace")
    story = f"the second hub {'ended without a word' if ended else 'goes on'} after the first came back"
    evidence.ask("who is overtaken ends at the fence", 1, () if ended and said else [story])
    await _heal(evidence, installation, "two hubs")


async def _put_proxies_between(installation: Installation, dice: random.Random) -> dict[str, Proxy]:
    """Lead every line through a proxy; whoever is connected already is killed, so that it connects anew."""
    sockets = installation.sockets
    to_the_signer = await _overlay(sockets / SIGNER, dice)
    old = (sockets / HUB).stat().st_ino
    installation.kill(HUB)
    await _until(lambda: (sockets / HUB).stat().st_ino != old)
    to_the_hub = await _overlay(sockets / HUB, dice)
    address = installation.address
    old = address.stat().st_ino
    installation.kill(GATEWAY)
    await _until(lambda: address.stat().st_ino != old)
    host, port = address.read_text().removeprefix("http://").split(":")
    at_the_door = Proxy((host, 0), (host, int(port)), dice)
    await at_the_door.open()
    address.write_text(f"http://{host}:{at_the_door.port}")
    installation.kill(BANKS)
    return {AT_THE_DOOR: at_the_door, TO_THE_HUB: to_the_hub, TO_THE_SIGNER: to_the_signer}


async def _overlay(socket: Path, dice: random.Random) -> Proxy:
    behind = socket.rename(socket.with_suffix(".behind"))  # noqa: ASYNC240  a rename waits for nothing
    proxy = Proxy(socket, behind, dice)
    await proxy.open()
    return proxy


def _bad_lines(dice: random.Random) -> list[tuple[str, Kind]]:
    """Every fault at the door, and half of them on the lines within, which in one machine hardly go bad."""
    lines: list[tuple[str, Kind]] = [(AT_THE_DOOR, kind) for kind in KINDS]
    for name in (TO_THE_HUB, TO_THE_SIGNER):
        lines += [(name, kind) for kind in dice.sample(KINDS, len(KINDS) // 2)]
    dice.shuffle(lines)
    return lines


async def _spoil(
    evidence: Evidence,
    installation: Installation,
    lines: dict[str, Proxy],
    name: str,
    kind: Kind,
    dice: random.Random,
) -> None:
    fault, seconds = draw(kind, dice), dice.uniform(*BAD_S)
    evidence.tell(f"{name}: {fault} for {seconds:.1f} s")
    evidence.faults[f"F36: a line is bad: {kind}"] += 1
    lines[name].spoil(fault)
    await asyncio.sleep(seconds)
    lines[name].heal()
    await _heal(evidence, installation, f"a bad line ({kind})")


async def _heal(evidence: Evidence, installation: Installation, what: str) -> None:
    await promises.recover(evidence, installation.dsn, what, HEALED_S, SystemClock().now())
    with installation.frozen(BANKS):
        holdings = books.read(installation.state)
    await promises.nothing_acknowledged_is_lost(evidence, installation.dsn, holdings)


async def _until(happens: Callable[[], bool]) -> bool:
    try:
        async with asyncio.timeout(FENCED_S):
            while True:
                try:
                    if happens():
                        return True
                except FileNotFoundError:
                    pass  # between two names
                await asyncio.sleep(0.02)
    except TimeoutError:
        return False
