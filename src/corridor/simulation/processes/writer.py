"""A hub and its journal in this process on a real PostgreSQL, and a record of what was acknowledged, kept outside."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from itertools import count
from typing import Any

import asyncpg
import msgspec

from corridor.adapters.keys.seals import KEY_BYTES, AesSivSeal
from corridor.adapters.keys.software import Ed25519Key
from corridor.adapters.postgres.journal import PostgresJournal
from corridor.adapters.system.clock import SystemClock
from corridor.codecs.jws import HubHeader
from corridor.decision import ACCOUNT, Key, Table
from corridor.domain.instants import Instant
from corridor.hub.lists import RULES, TABLES, Rules
from corridor.hub.machine import Hub
from corridor.hub.process import HubProcess
from corridor.ledger.transfers import Transfer
from corridor.ports import Post, Records, Snapshot, Told, Writes
from corridor.services.messaging.admission import GATEWAY, Right
from corridor.services.messaging.commands import (
    OPERATION,
    AddParticipant,
    Command,
    Origin,
    PostTransfers,
    SetLimit,
)

HUB, ENVIRONMENT = "CORRXXM0", "sandbox"
BANKS = tuple(f"BNK{letter}RUM0" for letter in "ABCDEFGH")
LIMIT = 10**15
AT_ONCE = 6
_encode = msgspec.msgpack.Encoder().encode
Record = dict[int, bytes]
"""The head of every batch whose commit was acknowledged: what somebody outside may have been told of."""
SEAL = AesSivSeal({1: bytes(range(KEY_BYTES))})
_HOUSE = Right(house=GATEWAY)
OURS = msgspec.structs.replace(
    RULES,
    rights={
        **RULES.rights,
        AddParticipant: _HOUSE,
        SetLimit: _HOUSE,
        PostTransfers: Right(house=GATEWAY, audited=False),
    },
)
"""The hub's own rules, but what takes two persons, or nobody may do, is done here alone."""


class _Witnessed:
    """A journal, and beside it the record of what it has acknowledged."""

    def __init__(self, journal: PostgresJournal, record: Record) -> None:
        self._journal = journal
        self._record = record

    async def open(self, tables: Sequence[Table[Any]], hub: str, now: Instant) -> Snapshot:
        return await self._journal.open(tables, hub, now)

    async def commit(self, writes: Writes) -> None:
        await self._journal.commit(writes)
        self._record[writes.number] = writes.head

    async def load(self, keys: Sequence[tuple[Table[Any], Key]]) -> Records:
        return await self._journal.load(keys)

    async def close(self) -> None:
        await self._journal.close()


class _Signer:
    def __init__(self) -> None:
        self._key = Ed25519Key(bytes(32))

    async def sign(self, inputs: Sequence[bytes]) -> Sequence[bytes]:
        return [self._key.sign(signing_input) for signing_input in inputs]


class Writer:
    """Gives commands to a hub; `ended` raises what ended the hub."""

    def __init__(self, process: HubProcess, ended: "asyncio.Future[None]", first_transfer: int) -> None:
        self.accounts: list[int] = []
        self.ended = ended
        self._process = process
        self._clock = SystemClock()
        self._tickets = count(1)
        self._transfers = count(max(first_transfer, self._clock.now()) + 1)
        self._waiting: dict[int, asyncio.Future[Told]] = {}
        process.connect(1, self._hear)

    async def give(self, *commands: Command) -> list[Told]:
        """Give commands in one frame; return their answers, once durable. Raises what ended the hub."""
        loop = asyncio.get_running_loop()
        frame = [(next(self._tickets), command) for command in commands]
        answers: list[asyncio.Future[Told]] = [loop.create_future() for _ in commands]
        self._waiting.update(zip([ticket for ticket, _ in frame], answers, strict=True))
        self._process.submit(1, frame)
        for answer in answers:
            await asyncio.wait((answer, self.ended), return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                self.ended.result()
        return [answer.result() for answer in answers]

    async def write_for(self, seconds: float, dice: random.Random) -> None:
        """Post transfers as fast as they are committed. Raises what ended the hub."""
        end = asyncio.get_running_loop().time() + seconds

        async def post() -> None:
            while asyncio.get_running_loop().time() < end:
                await self.give(self.transfers(dice))

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(post())

    def transfers(self, dice: random.Random) -> Command:
        """A few transfers between the banks."""
        transfers = []
        for _ in range(dice.randrange(1, 8)):
            debit, credit = dice.sample(self.accounts, 2)
            transfers.append(Transfer(next(self._transfers), debit, credit, dice.randrange(1, 9_999), "RUB"))
        return PostTransfers(self.origin(transfers), tuple(transfers))

    def origin(self, content: object) -> Origin:
        """Return the origin of a command, with its encoding as evidence."""
        body, now = _encode(content), self._clock.now()
        message_id = f"{now}-{next(self._tickets)}"
        return Origin(GATEWAY, message_id, OPERATION, sha256(body).digest(), now, body=body)

    def _hear(self, told: Sequence[Told], _posts: Sequence[Post]) -> None:
        for answer in told:
            waiting = self._waiting.pop(answer.ticket)
            if not waiting.done():
                waiting.set_result(answer)


@asynccontextmanager
async def writing(dsn: str, record: Record, rules: Rules = OURS) -> AsyncIterator[Writer]:
    """Open a hub on this database; on the first day, register the banks."""
    clock = SystemClock()
    journal = _Witnessed(PostgresJournal(dsn, SEAL), record)
    snapshot = await journal.open(TABLES, HUB, clock.now())
    hub = Hub(HUB, HubHeader(HUB, ENVIRONMENT, f"{HUB}-1"), rules, snapshot, clock.now())
    process = HubProcess(hub, journal, _Signer(), clock)
    running = asyncio.create_task(process.run())
    writer = Writer(process, running, snapshot.last_transfer)
    try:
        if not snapshot.records[ACCOUNT]:
            for bic in BANKS:
                await writer.give(
                    AddParticipant(writer.origin(bic), bic=bic, name=bic, role="bank", currencies=("RUB",)),
                    SetLimit(writer.origin((bic, LIMIT)), participant=bic, currency="RUB", limit=LIMIT),
                )
        writer.accounts += sorted(account.id for account in hub.memory.records(ACCOUNT))
        yield writer
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            async with asyncio.timeout(5):
                await journal.close()


async def lost(dsn: str, record: Record) -> list[str]:
    """Compare the log with the record: each acknowledged batch that is not there, or is another."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch("SELECT batch, head FROM blob WHERE batch = ANY($1)", list(record))
        at = await connection.fetchval("SELECT batch FROM hub") or 0
    finally:
        connection.terminate()
    heads = {row["batch"]: row["head"] for row in rows}
    stories = [
        f"batch {number} was acknowledged; the log {'has another' if number in heads else 'does not have it'}"
        for number, head in sorted(record.items())
        if heads.get(number) != head
    ]
    if record and at < max(record):
        stories.append(f"batch {max(record)} was acknowledged; the hub would go on after batch {at}")
    return stories
