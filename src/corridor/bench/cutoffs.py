"""Cut-offs under load: a hub on a real PostgreSQL takes payments into cycles that are closed one after another.

Hub, netter, banks and PostgreSQL share this machine's cores. Afterwards every cycle is recomputed from its transfers.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from hashlib import sha256
from itertools import count
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from corridor.adapters.keys.seals import KEY_BYTES, AesSivSeal
from corridor.adapters.keys.software import Ed25519Key
from corridor.adapters.memory.link import MemoryLink
from corridor.adapters.postgres.cycles import CycleReads, sheets
from corridor.adapters.postgres.journal import PostgresJournal
from corridor.adapters.system.clock import SystemClock
from corridor.codecs.iso20022 import pacs008
from corridor.codecs.jws import HubHeader
from corridor.domain.money import Money
from corridor.domain.parties import Party
from corridor.hub.lists import RULES, TABLES
from corridor.hub.machine import Hub
from corridor.hub.process import HubProcess
from corridor.ports import Told
from corridor.services.compliance.commands import ActivateList
from corridor.services.compliance.screening import Screening
from corridor.services.instant.commands import CreditTransfer
from corridor.services.messaging.admission import GATEWAY, Right
from corridor.services.messaging.commands import (
    OPERATION,
    AddParticipant,
    Command,
    NewKey,
    Origin,
    SetLimit,
    SetParticipantState,
)
from corridor.services.settlement.commands import CloseCycle, SetClearingCap
from corridor.services.settlement.cycles import TOLD_MAX
from corridor.services.settlement.proof import differences
from corridor.workers.netter import Netter

HUB: Final = "CORRXXM0"
BANKS: Final = 20
CURRENCIES: Final = ("RUB", "TJS")
PURPOSES: Final = ("SUPP", "SALA", "FCOL", "TAXS", None)
LIST: Final = "bench"
LIMIT: Final = 10**15
RETRY_S: Final = 0.01
"""Where the cycle before has not settled, the cut-off is asked for again so soon."""
AT_REST_S: Final = 120.0
_STATE = "SELECT closed_at, settled_at, ended_at, state, items FROM cycle ORDER BY number"
_OURS = Right(house=GATEWAY, audited=False)
_SET_UP = (AddParticipant, SetParticipantState, SetLimit, SetClearingCap, ActivateList, CloseCycle)
_RULES = msgspec.structs.replace(RULES, rights={**RULES.rights, **dict.fromkeys(_SET_UP, _OURS)})
"""The cycles are measured, not who may close them: what a corridor asks persons for is given by the house here."""
_encode = msgspec.msgpack.Encoder().encode


class CutoffFigures(msgspec.Struct, frozen=True):
    """`difference_units` is by how much, in all, positions and settled nets are not what gross transfers add up to.

    `lost` is how many payments were accepted, but are in no cycle. `settle_*_ms` is from cut-off to settlement.
    """

    cutoffs: int
    difference_units: int
    lost: int
    payments: int
    refused: int
    offered_per_second: int
    payments_per_second: int
    settle_p50_ms: float
    settle_p99_ms: float
    seconds: float


class _LocalSigner:
    def __init__(self) -> None:
        self._key = Ed25519Key(bytes(range(32)))

    async def sign(self, inputs: Sequence[bytes]) -> Sequence[bytes]:
        return [self._key.sign(signing_input) for signing_input in inputs]


class _Load:
    """Banks that pay each other, and who closes cycles."""

    def __init__(self, link: MemoryLink, clock: SystemClock) -> None:
        self._link = link
        self._clock = clock
        self._dice = random.Random(11)  # noqa: S311  a load, not a secret
        self._banks = [f"BN{chr(65 + n // 10)}{chr(65 + n % 10)}RUM0" for n in range(BANKS)]
        self._numbers = {bank: count(1) for bank in (*self._banks, GATEWAY)}
        self._payments = count(1)
        self.told: Counter[str] = Counter()

    async def found(self) -> None:
        """Register banks that may owe and pay without end."""
        await self._give(ActivateList, version=LIST, entries=1)
        for bank in self._banks:
            key = NewKey(f"{bank}-1", "EdDSA", sha256(bank.encode()).digest(), 0, 2**62)
            facts = {"bic": bank, "name": bank, "role": "bank", "currencies": CURRENCIES, "key": key}
            await self._give(AddParticipant, **facts)
            for state in ("certified", "active"):
                await self._give(SetParticipantState, bic=bank, state=state)
            for currency in CURRENCIES:
                await self._give(SetLimit, participant=bank, currency=currency, limit=LIMIT)
                await self._give(SetClearingCap, participant=bank, currency=currency, cap=LIMIT)

    async def pay(self, per_s: float, until: asyncio.Event) -> None:
        """Offer payments at a rate, whatever becomes of those before."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        waiting: set[asyncio.Future[Told]] = set()
        for n in count():
            if until.is_set():
                break
            await asyncio.sleep(max(0.0, began + n / per_s - loop.time()))
            future = self._link.submit(self._order())
            waiting.add(future)
            future.add_done_callback(lambda done: self.told.update([done.result().status]))
            future.add_done_callback(waiting.discard)
        await asyncio.gather(*waiting)

    async def close(self, cutoffs: int) -> None:
        """Close so many cycles, each as soon as something is in it and the one before has settled."""
        cycle = 1
        while cycle <= cutoffs:
            told = await self._link.submit(self._command(CloseCycle, cycle=cycle))
            cycle += told.status == "accepted"
            await asyncio.sleep(RETRY_S)

    async def _give(self, command: type[Command], **facts: object) -> None:
        told = await self._link.submit(self._command(command, **facts))
        assert told.status == "accepted", told.body

    def _command(self, command: type[Command], **facts: object) -> Command:
        return command(self._origin(GATEWAY, OPERATION, _encode(facts)), **facts)

    def _order(self) -> CreditTransfer:
        debtor, creditor = self._dice.sample(self._banks, 2)
        n, currency = next(self._payments), self._dice.choice(CURRENCIES)
        order = pacs008.CreditTransfer(
            message_id=f"b{n}",
            created_at=self._clock.now(),
            settlement_method="CLRG",
            clearing_channel="MPNS",
            end_to_end_id=f"e{n}",
            uetr=str(UUID(int=n, version=4)),
            category_purpose=self._dice.choice(PURPOSES),
            interbank_settlement_amount=Money(self._dice.randint(1, 10**7), currency),
            charge_bearer="DEBT",
            instructing_agent=debtor,
            instructed_agent=HUB,
            debtor=Party(name="Debtor", account="40817810000000000001"),
            debtor_agent=debtor,
            creditor_agent=creditor,
            creditor=Party(name="Creditor", account="20206972000000000001"),
        )
        origin = self._origin(debtor, "pacs.008.001.13", order.uetr.encode())
        return CreditTransfer(origin, message=order, screening=Screening(LIST))

    def _origin(self, signer: str, definition: str, content: bytes) -> Origin:
        number, now = next(self._numbers[signer]), self._clock.now()
        digest = sha256(content + number.to_bytes(8, "big")).digest()
        return Origin(
            signer, f"{signer}-{number}", definition, digest, now, issued_at=now, number=number,
            key_id=f"{signer}-1", body=content,
        )  # fmt: skip


async def measure(writer: str, reader: str, *, cutoffs: int, per_s: float) -> CutoffFigures:
    """Close so many cycles while payments come at a rate; then recompute all of them from what is stored."""
    clock = SystemClock()
    async with _hub(writer, clock) as link:
        load = _Load(link, clock)
        await load.found()
        reads, enough = CycleReads(reader, TOLD_MAX), asyncio.Event()
        netting = asyncio.create_task(Netter(reads.read, link, clock).run())
        paying = asyncio.create_task(load.pay(per_s, enough))
        started = time.perf_counter()
        await load.close(cutoffs)
        enough.set()
        await paying
        seconds = time.perf_counter() - started
        rows = await _rest(reader)
        netting.cancel()
        await reads.close()
    wrong = [each async for sheet in sheets(reader) for each in differences(sheet)]
    took_ms = sorted((row["settled_at"] - row["closed_at"]) / 1000 for row in rows if row["settled_at"])
    accepted = load.told["accepted"]
    return CutoffFigures(
        cutoffs=len(took_ms),
        difference_units=sum(each.units for each in wrong),
        lost=accepted - sum(row["items"] for row in rows),
        payments=accepted,
        refused=load.told.total() - accepted,
        offered_per_second=round(per_s),
        payments_per_second=round(accepted / seconds),
        settle_p50_ms=round(took_ms[len(took_ms) // 2], 1),
        settle_p99_ms=round(took_ms[int(len(took_ms) * 0.99)], 1),
        seconds=round(seconds, 1),
    )


async def _rest(reader: str) -> list[asyncpg.Record]:
    """Wait until every closed cycle is told to its end; return all cycles."""
    db = await asyncpg.connect(reader)
    try:
        async with asyncio.timeout(AT_REST_S):
            while True:
                rows: list[asyncpg.Record] = await db.fetch(_STATE)
                if all(row["ended_at"] or row["state"] == "open" for row in rows):
                    return rows
                await asyncio.sleep(RETRY_S)
    finally:
        await db.close()


@asynccontextmanager
async def _hub(dsn: str, clock: SystemClock) -> AsyncIterator[MemoryLink]:
    journal = PostgresJournal(dsn, AesSivSeal({1: bytes(KEY_BYTES)}))
    snapshot = await journal.open(TABLES, HUB, clock.now())
    hub = Hub(HUB, HubHeader(HUB, "bench", f"{HUB}-1"), _RULES, snapshot, clock.now())
    process = HubProcess(hub, journal, _LocalSigner(), clock)
    running = asyncio.create_task(process.run())
    try:
        yield MemoryLink(1, process)
    finally:
        running.cancel()
        await journal.close()
