"""A hub on a real PostgreSQL, without its front door, and banks that pay each other over it."""

import asyncio
import random
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final, Union
from uuid import UUID

import msgspec

from corridor.adapters.keys.seals import KEY_BYTES, AesSivSeal
from corridor.adapters.keys.software import Ed25519Key
from corridor.adapters.memory.link import MemoryLink
from corridor.adapters.postgres.journal import PostgresJournal
from corridor.adapters.stream import link as stream
from corridor.adapters.stream import signer
from corridor.adapters.stream.signer import StreamSigner
from corridor.adapters.system.clock import SystemClock
from corridor.adapters.system.garbage import collect_rarely
from corridor.codecs.iso20022 import pacs008
from corridor.codecs.jws import HubHeader
from corridor.domain.money import Money
from corridor.domain.parties import Party
from corridor.hub.lists import HANDLERS, RULES, TABLES
from corridor.hub.machine import Hub
from corridor.hub.process import HubProcess
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

HUB: Final = "CORRXXM0"
BANKS: Final = 20
CURRENCIES: Final = ("RUB", "TJS")
PURPOSES: Final = ("SUPP", "SALA", "FCOL", "TAXS", None)
LIST: Final = "bench"
AMOUNT_MAX: Final = 10**7
ENOUGH: Final = 10**15
"""A limit that no load comes to."""
_OURS = Right(house=GATEWAY, audited=False)
_SET_UP = (AddParticipant, SetParticipantState, SetLimit, SetClearingCap, ActivateList, CloseCycle)
_RULES = msgspec.structs.replace(RULES, rights={**RULES.rights, **dict.fromkeys(_SET_UP, _OURS)})
"""Settlement is measured, not who may do what: what a corridor asks persons for is given by the house here."""
_encode = msgspec.msgpack.Encoder().encode


class Members:
    """Banks that pay each other by one channel, in amounts and currencies drawn from a seed."""

    def __init__(self, link: MemoryLink, clock: SystemClock, channel: str) -> None:
        self._link = link
        self._clock = clock
        self._channel = channel
        self._dice = random.Random(11)  # noqa: S311  a load, not a secret
        self.banks = [f"BN{chr(65 + n // 10)}{chr(65 + n % 10)}RUM0" for n in range(BANKS)]
        self._numbers = {bank: count(1) for bank in (*self.banks, GATEWAY)}
        self._payments = count(1)

    async def found(self, *, limit: int, cap: int = 0) -> None:
        """Register the banks: they may owe up to a limit, and clear up to a cap."""
        await self.order(ActivateList, version=LIST, entries=1)
        for bank in self.banks:
            key = NewKey(f"{bank}-1", "EdDSA", sha256(bank.encode()).digest(), 0, 2**62)
            facts = {"bic": bank, "name": bank, "role": "bank", "currencies": CURRENCIES, "key": key}
            await self.order(AddParticipant, **facts)
            for state in ("certified", "active"):
                await self.order(SetParticipantState, bic=bank, state=state)
            for currency in CURRENCIES:
                if cap:
                    await self.order(SetClearingCap, participant=bank, currency=currency, cap=cap)
        await self.limit(limit)

    async def limit(self, limit: int) -> None:
        """Let every bank owe up to a limit."""
        for bank in self.banks:
            for currency in CURRENCIES:
                await self.order(SetLimit, participant=bank, currency=currency, limit=limit)

    async def order(self, command: type[Command], **facts: object) -> None:
        """Order what the house may, and see that it is done."""
        told = await self._link.submit(self.command(command, **facts))
        assert told.status == "accepted", told.body

    def command(self, command: type[Command], **facts: object) -> Command:
        """Return an order of the house."""
        return command(self._origin(GATEWAY, OPERATION, _encode(facts)), **facts)

    def payment(self) -> Command:
        """Return one bank's order to pay another."""
        debtor, creditor = self._dice.sample(self.banks, 2)
        n, currency = next(self._payments), self._dice.choice(CURRENCIES)
        order = pacs008.CreditTransfer(
            message_id=f"b{n}",
            created_at=self._clock.now(),
            settlement_method="CLRG",
            clearing_channel=self._channel,
            end_to_end_id=f"e{n}",
            uetr=str(UUID(int=n, version=4)),
            category_purpose=self._dice.choice(PURPOSES),
            interbank_settlement_amount=Money(self._dice.randint(1, AMOUNT_MAX), currency),
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


@asynccontextmanager
async def serve(dsn: str, clock: SystemClock) -> AsyncIterator[tuple[MemoryLink, Path]]:
    """Run a hub with all its services on this database, its signer in a process of its own as in a corridor.

    Yielded are a link to it and the socket by which other processes come.
    """
    with tempfile.TemporaryDirectory(prefix="corridor-bench-") as directory:
        hub_socket, signer_socket = Path(directory) / "hub", Path(directory) / "signer"
        signing = get_context("spawn").Process(target=_sign, args=(signer_socket,), daemon=True)
        signing.start()
        collect_rarely()
        journal = PostgresJournal(dsn, AesSivSeal({1: bytes(KEY_BYTES)}))
        snapshot = await journal.open(TABLES, HUB, clock.now())
        hub = Hub(HUB, HubHeader(HUB, "bench", f"{HUB}-1"), _RULES, snapshot, clock.now())
        signatures = StreamSigner(signer_socket)
        process = HubProcess(hub, journal, signatures, clock)
        running = asyncio.create_task(process.run())
        commands: Any = Union[tuple(HANDLERS)]  # noqa: UP007  built from the list
        others = await stream.serve(hub_socket, process, commands)
        try:
            yield MemoryLink(0, process), hub_socket
        finally:
            others.close()
            running.cancel()
            await journal.close()
            await signatures.close()
            signing.kill()


def _sign(socket: Path) -> None:
    """Be the signer, in a process of its own."""
    collect_rarely()

    async def run() -> None:
        async with await signer.serve(socket, Ed25519Key(bytes(range(32)))) as server:
            await server.serve_forever()

    asyncio.run(run())
