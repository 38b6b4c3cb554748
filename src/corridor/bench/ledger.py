"""How many transfers a second one hub decides and makes durable: 20 hot accounts, a limit for each."""

import asyncio
import random
import resource
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256

import msgspec

from corridor.adapters.keys.seals import KEY_BYTES, AesSivSeal
from corridor.adapters.keys.software import Ed25519Key
from corridor.adapters.postgres.journal import PostgresJournal
from corridor.adapters.system.clock import SystemClock
from corridor.codecs.jws import HubHeader
from corridor.decision import ACCOUNT
from corridor.hub.lists import RULES, TABLES
from corridor.hub.machine import Hub
from corridor.hub.process import HubProcess
from corridor.ledger.transfers import Transfer, TransferFlag
from corridor.ports import Post, Told
from corridor.services.messaging.admission import GATEWAY, Right
from corridor.services.messaging.commands import (
    OPERATION,
    AddParticipant,
    Command,
    Origin,
    PostTransfers,
    SetLimit,
)

HUB = "CORRXXM0"
ACCOUNTS = 20
LIMIT = 10**15
COMMAND_TRANSFERS = 500
AHEAD = 2
"""Batches offered before the first is answered: one commits while the next is decided."""

_encode = msgspec.msgpack.Encoder().encode


class LedgerFigures(msgspec.Struct, frozen=True):
    """What was measured; every transfer was durable before it was answered."""

    transfers_per_second: int
    batch: int
    stored_before: int
    fsync: str
    transfers: int
    two_phase: bool
    seconds: float
    cpu_us_per_transfer: float
    hub_rss_mb: int


class _LocalSigner:
    def __init__(self) -> None:
        self._key = Ed25519Key(bytes(range(32)))

    async def sign(self, inputs: Sequence[bytes]) -> Sequence[bytes]:
        return [self._key.sign(signing_input) for signing_input in inputs]


_OURS = Right(house=GATEWAY, audited=False)
_RULES = msgspec.structs.replace(
    RULES, rights={**RULES.rights, AddParticipant: _OURS, SetLimit: _OURS, PostTransfers: _OURS}
)
"""The ledger is measured, not who may use it: what a corridor lets two persons do, or nobody, is done here alone."""


class _Bench:
    """One hub in this process on a real PostgreSQL, and what is asked of it."""

    def __init__(self, process: HubProcess, accounts: list[int], newest: int) -> None:
        self._process = process
        self._accounts = accounts
        self._random = random.Random(20)  # noqa: S311  a load, not a secret
        self._clock = SystemClock()
        self._next = max(newest, self._clock.now())
        self._tickets = 0
        self._waiting: dict[int, asyncio.Future[Told]] = {}
        process.connect(1, self.hear)

    def hear(self, told: Sequence[Told], _posts: Sequence[Post]) -> None:
        for answer in told:
            self._waiting.pop(answer.ticket).set_result(answer)

    async def give(self, commands: Sequence[Command]) -> list[Told]:
        """Give commands in one frame; return their answers, once durable."""
        loop = asyncio.get_running_loop()
        frame, futures = [], []
        for command in commands:
            self._tickets += 1
            future: asyncio.Future[Told] = loop.create_future()
            self._waiting[self._tickets] = future
            frame.append((self._tickets, command))
            futures.append(future)
        self._process.submit(1, frame)
        answers = await asyncio.gather(*futures)
        for answer in answers:
            assert answer.status == "accepted", answer.body
            assert b'"answer"' not in answer.body, f"refused transfers: {answer.body[:300]!r}"
        return answers

    def origin(self, content: object) -> Origin:
        """Return the origin of a command, with its encoding as evidence."""
        self._tickets += 1
        body = _encode(content)
        now, digest = self._clock.now(), sha256(body).digest()
        return Origin(GATEWAY, f"{now}-{self._tickets}", OPERATION, digest, now, body=body)

    def batch(self, size: int, *, two_phase: bool) -> list[Command]:
        """Return commands with so many transfers; in two phases half are pending and half end those."""
        ids = range(self._next + 1, self._next + 1 + size)
        self._next += size
        if two_phase:
            half = size // 2
            transfers = [self._transfer(i, TransferFlag.PENDING) for i in ids[:half]]
            post = int(TransferFlag.POST_PENDING)
            ends = zip(ids[half:], ids, strict=False)
            transfers += [Transfer(i, 0, 0, 0, "", post, pending_id) for i, pending_id in ends]
        else:
            transfers = [self._transfer(i, 0) for i in ids]
        parts = [
            tuple(transfers[i : i + COMMAND_TRANSFERS]) for i in range(0, len(transfers), COMMAND_TRANSFERS)
        ]
        return [PostTransfers(self.origin(part), part) for part in parts]

    def _transfer(self, number: int, flags: int) -> Transfer:
        debit, credit = self._random.sample(self._accounts, 2)
        return Transfer(number, debit, credit, self._random.randint(1, 1000), "RUB", int(flags))


async def measure(
    dsn: str, *, batch: int, transfers: int, stored: int = 0, two_phase: bool = False
) -> LedgerFigures:
    """Post `transfers` in batches, after `stored` others; return the figures of the former.

    Client, hub and PostgreSQL share this machine's cores; nothing is batched that was not offered as a batch.
    """
    async with _hub(dsn) as bench:
        for _ in range(0, stored, 8_000):
            await bench.give(bench.batch(8_000, two_phase=False))
        offered = [bench.batch(batch, two_phase=two_phase) for _ in range(max(1, transfers // batch))]
        started, cpu = time.perf_counter(), time.process_time()
        ahead: set[asyncio.Task[list[Told]]] = set()
        for commands in offered:
            if len(ahead) >= AHEAD:
                done, ahead = await asyncio.wait(ahead, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            ahead.add(asyncio.create_task(bench.give(commands)))
            await asyncio.sleep(0)
        await asyncio.gather(*ahead)
        seconds = time.perf_counter() - started
        posted = len(offered) * batch
        return LedgerFigures(
            transfers_per_second=round(posted / seconds),
            batch=batch,
            stored_before=stored,
            fsync="on",
            transfers=posted,
            two_phase=two_phase,
            seconds=round(seconds, 3),
            cpu_us_per_transfer=round((time.process_time() - cpu) / posted * 1e6, 2),
            hub_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        )


@asynccontextmanager
async def _hub(dsn: str) -> AsyncIterator[_Bench]:
    clock = SystemClock()
    journal = PostgresJournal(dsn, AesSivSeal({1: bytes(KEY_BYTES)}))
    snapshot = await journal.open(TABLES, HUB, clock.now())
    hub = Hub(HUB, HubHeader(HUB, "bench", f"{HUB}-1"), _RULES, snapshot, clock.now())
    process = HubProcess(hub, journal, _LocalSigner(), clock)
    running = asyncio.create_task(process.run())
    bench = _Bench(process, [], snapshot.last_transfer)
    for i in range(ACCOUNTS):
        bic = f"BNK{chr(65 + i)}RUM0"
        added = AddParticipant(
            bench.origin(("add", bic)), bic=bic, name=bic, role="bank", currencies=("RUB",)
        )
        limit = SetLimit(bench.origin(("limit", bic)), participant=bic, currency="RUB", limit=LIMIT)
        await bench.give([added, limit])
    bench._accounts += [account.id for account in hub.memory.records(ACCOUNT)]  # noqa: SLF001  its own
    try:
        yield bench
    finally:
        running.cancel()
        await journal.close()
