"""One attack and what it must come to: an answer, a word in the mailbox, a trace, and nothing moved."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import process_time
from typing import Any, Final

import msgspec

from corridor.gateway.acknowledgements import DEFINITION as ACKNOWLEDGEMENT
from corridor.services.messaging.records import IN, OUT, TIMER
from corridor.services.settlement.payments import HELD
from corridor.simulation.door import world
from corridor.simulation.door.caller import Caller
from corridor.simulation.door.house import House
from corridor.simulation.door.wire import Answer, exchange, request

CPU_S: Final = 0.1
GROWTH_BYTES: Final = 16 * 1024 * 1024
HEALTH: Final = request("GET", "/health")

Send = Callable[["Strike"], Awaitable[Answer]]


class Attack(msgspec.Struct, frozen=True):
    """A row: the number in the list of attacks, what is sent, and all that may come of it.

    `http` is the answer's status, 0 for a connection that is closed without one; `hears` what the sender then finds
    in its mailbox, last; None if that is not asked. `trace` is what an auditor finds: `handshake WHY`,
    `unauthenticated WHY` or `unreadable`, counted by the gateway; `accepted` or `refused REASON` in the log; nothing, or
    `again` for a message known already, where the log has no line of it. `moves`: money or open payments may change, as the case says.
    """

    number: str
    name: str
    send: Send
    http: int
    hears: str | None = ""
    trace: str = ""
    moves: bool = False


class Listener:
    """Somebody outside, whom nothing in the house may call."""

    def __init__(self) -> None:
        self.calls = 0
        self.port = 0

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Listener"]:
        """Listen for as long as the context lasts."""

        async def hear(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.calls += 1
            writer.close()

        async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            yield self

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/x"


class Strike:
    """One attack under way: everything is noted right before it, and compared after."""

    def __init__(self, house: House, listener: Listener) -> None:
        self.house = house
        self.outside = listener
        self.sevr, self.pamr, self.volg = house[world.SEVR], house[world.PAMR], house[world.VOLG]
        self.alfx = house[world.ALFX]
        self.worst_s = 0.0
        self.complaints: list[str] = []
        self.afterwards: list[Callable[[], Awaitable[object]]] = []
        """What a case leaves to be tidied once all is judged."""
        self._by: Caller = self.sevr

    async def send(self, sent: bytes, by: Caller | None = None, *, ends: bool = False) -> Answer:
        """Send the bytes of the attack."""
        tls = (by or self.sevr).tls
        return await self.measure(exchange(self.house.port, sent, ends=ends, tls=tls), by)

    async def post(self, body: bytes, by: Caller | None = None, **how: Any) -> Answer:
        """Send a body that the sender really signs."""
        caller = by or self.sevr
        return await self.send(caller.post(body, **how), caller)

    async def measure(self, attack: Awaitable[Answer], by: Caller | None = None) -> Answer:
        """Let an attack happen, in whoever's name."""
        self._by = by or self.sevr
        if self._by.bic in _HAVE_MAILBOXES:
            await self._by.heard()
        self._before = await self.house.ledger()
        self._batch = await self.house.batch()
        self._counted, self._were_unreadable = self._unauthenticated(), self._unreadable()
        self._failed = self._handshakes()
        resident = _reset_peak()
        started = process_time()
        answer = await attack
        self.worst_s = process_time() - started
        grown = _peak() - resident
        if self.worst_s > CPU_S:
            self.complaints.append(f"it took {self.worst_s * 1000:.0f} ms of the processor")
        if grown > GROWTH_BYTES:
            self.complaints.append(f"memory grew by {grown >> 20} MB")
        return answer

    def demand(self, true: bool, what: str) -> None:
        """Note what should have been true and is not."""
        if not true:
            self.complaints.append(what)

    async def judge(self, attack: Attack, answer: Answer) -> list[str]:
        """Return everything that is not as the row says."""
        self.demand(
            answer.status == attack.http, f"HTTP {answer.status}, not {attack.http}: {answer.body[:200]!r}"
        )
        self.demand(self.outside.calls == 0, "something was fetched from outside")
        await self._judge_log(attack)
        if attack.hears is not None and self._by.bic in _HAVE_MAILBOXES:
            heard = await self._by.heard()
            last = heard[-1] if heard else ""
            self.demand(last == attack.hears, f"the mailbox says {last!r}, not {attack.hears!r}")
        if not attack.moves:
            await self._judge_ledger()
        await self._end_open_payments()
        for tidy in self.afterwards:
            await tidy()
        health = await self.sevr.send(HEALTH)
        self.demand(health.status == 200 and health.json["hub"] == "connected", "the gateway serves no more")
        return self.complaints

    async def _judge_log(self, attack: Attack) -> None:
        lines = [line for line in await self.house.log(self._batch) if line.definition != ACKNOWLEDGEMENT]
        stored = [line for line in lines if line.direction == IN]
        counted = {why for why, count in self._unauthenticated().items() if count > self._counted.get(why, 0)}
        match attack.trace.split(" ", 1):
            case ["unauthenticated", why]:
                self.demand(counted == {why}, f"counted as {counted or 'nothing'}, not {why!r}")
                self.demand(not stored, "it reached the hub")
            case ["handshake", why]:
                failed = {
                    why for why, count in self._handshakes().items() if count > self._failed.get(why, 0)
                }
                self.demand(failed == {why}, f"counted as {failed or 'nothing'}, not {why!r}")
                self.demand(not counted and not stored, "it went further than a handshake")
            case ["unreadable"]:
                self.demand(self._unreadable() > self._were_unreadable, "nobody counted it")
                self.demand(not stored, "it reached the hub")
            case ["accepted" | "refused" as outcome, *reason]:
                self.demand(bool(stored), "the log has no line of it")
                for line in stored[-1:]:
                    found = f"{line.outcome} {line.reason}".strip()
                    self.demand(found == " ".join((outcome, *reason)), f"the log says {found!r}")
            case _:
                self.demand(not stored, f"the log has {len(stored)} lines of it")
        if not attack.moves:
            # What an earlier case began may come to its time just now: that is not of this one.
            timed = {line.payment for line in lines if line.direction == TIMER}
            told = {line.participant for line in lines if line.direction == OUT and line.payment not in timed}
            others = told - {self._by.bic}
            self.demand(not others, f"others were told of it: {others}")

    async def _judge_ledger(self) -> None:
        before, after = self._before, await self.house.ledger()
        self.demand(after.accounts == before.accounts, "an account changed")
        self.demand(after.balances == before.balances, "a balance changed")
        for key, payment in after.payments.items():
            if key in before.payments:
                self.demand(payment == before.payments[key], f"payment {key} changed")
            else:
                self.demand(payment.status == "RJCT", f"payment {key} is {payment.status}")

    async def _end_open_payments(self) -> None:
        """Leave nothing behind that the next attack would find changed by time."""
        for payment in (await self.house.ledger()).payments.values():
            if not payment.open:
                continue
            if payment.status == HELD:  # queued: only its owner takes it back
                owner = self.house[payment.debtor_agent]
                await owner.send(owner.ask("/v1/queue/cancel", uetr=payment.uetr))
            else:
                agent = self.house[payment.creditor_agent]
                await agent.send(agent.post(agent.report(payment.uetr, "RJCT", "AC04")))

    def _unreadable(self) -> float:
        return self.house.metric("requests_total", route="none", status="400")

    def _unauthenticated(self) -> dict[str, int]:
        metrics = self.house.gateway._metrics  # noqa: SLF001  the metrics page without the parsing
        return {why: count for (why,), count in metrics.unauthenticated.items()}

    def _handshakes(self) -> dict[str, int]:
        metrics = self.house.gateway._metrics  # noqa: SLF001  as above
        return {why: count for (why,), count in metrics.handshakes.items()}


async def strike(house: House, listener: Listener, attack: Attack) -> tuple[list[str], float]:
    """Return what is wrong with how an attack was met, and the processor's seconds that it took."""
    under_way = Strike(house, listener)
    try:
        answer = await attack.send(under_way)
        complaints = await under_way.judge(attack, answer)
    except Exception as error:  # noqa: BLE001  whatever it is, the other attacks must have their turn
        complaints = [*under_way.complaints, f"the case itself failed: {error!r}"]
    return complaints, under_way.worst_s


def _reset_peak() -> int:
    """Let the kernel measure the peak of memory anew from here; return what is resident now."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")
    return _status("VmRSS")


def _peak() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0


_HAVE_MAILBOXES: Final = frozenset(
    member.bic for member in world.MEMBERS if member.role != "hub" and member.state != "certified"
)
