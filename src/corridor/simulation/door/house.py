"""A whole house in one event loop: the real hub on either journal, the real gateway served as in production."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import Any, Final, TypeVar

import msgspec
import uvicorn

from corridor.adapters.keys.certificates import Authority
from corridor.adapters.keys.software import PrivateKey, verifier
from corridor.adapters.memory.journal import MemoryJournal, MemoryStore
from corridor.adapters.memory.link import MemoryLink
from corridor.adapters.memory.reads import MemoryMail, MemoryReads, MemoryStatements
from corridor.adapters.postgres.journal import PostgresJournal
from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.postgres.statements import read_page
from corridor.client.tls import Certificate, context
from corridor.codecs.jws import HubHeader, audience, compose, signing_input
from corridor.decision import ACCOUNT, BALANCE, Table
from corridor.domain.errors import CorridorError
from corridor.domain.instants import Instant
from corridor.domain.phones import parse_phone
from corridor.gateway.app import Gateway
from corridor.gateway.handshakes import CertifiedServer
from corridor.gateway.limits import Limits
from corridor.gateway.server import configuration
from corridor.gateway.trust import Files, Trust
from corridor.ports import Journal, Mail, Post, Reads, Stated, Statements, Told, Unstated
from corridor.reports.pages import signed_parts
from corridor.services.compliance.screening import Index
from corridor.services.messaging.commands import Command
from corridor.services.messaging.records import MESSAGE, Message
from corridor.services.settlement.payments import PAYMENT
from corridor.simulation.door import world
from corridor.simulation.door.caller import Caller, uetr
from corridor.simulation.door.hub import SkippingClock, start_hub
from corridor.simulation.door.world import ENVIRONMENT, FUNDS, HUB, LISTED, SEAL
from corridor.simulation.staff import Ordered, Staff

R = TypeVar("R", bound=msgspec.Struct)
_HEADER: Final = HubHeader(HUB, ENVIRONMENT, f"{HUB}-1")
AT_THE_DOOR: Final = 1 << 32
"""From here operators count what they send to the door; what they give past it is counted from 1."""


class Ledger(msgspec.Struct, frozen=True):
    """Every account, balance and payment, by key, at one moment."""

    accounts: dict[Any, Any]
    balances: dict[Any, Any]
    payments: dict[Any, Any]


class House:
    """Hub, gateway, participants and operators. `fresh` is a UETR never used before."""

    def __init__(
        self,
        clock: SkippingClock,
        store: "Store",
        limits: Limits | None = None,
        authority: Authority | None = None,
    ) -> None:
        self.clock = clock
        self.port = 0
        self.staff = Staff(audience(HUB, ENVIRONMENT), lambda name: world.key_of(world.first_key(name)))
        members = (*(member.bic for member in world.MEMBERS), world.UNKNOWN)
        persons = (world.ANNA, world.VERA, *(person.name for person in world.PERSONS))
        self.callers = {name: Caller(self, name) for name in members}
        self.callers |= {name: Caller(self, name, AT_THE_DOOR) for name in persons}
        self._store = store
        self._limits = limits
        self.authority = authority
        """Who issues the certificates of everyone, if the door asks for them."""
        self._uetrs = map(uetr, count(1))

    def __getitem__(self, bic: str) -> Caller:
        return self.callers[bic]

    def now(self) -> Instant:
        """Return the time, as everyone here has it."""
        return self.clock.now()

    def fresh(self) -> str:
        """Return a UETR never used before."""
        return next(self._uetrs)

    async def give(self, command: type[Command], **facts: Any) -> None:
        """Let the operators give a command past the gateway, a second one approving where it takes two."""
        await self.give_all([self.staff.order(command, **facts)])

    async def give_all(self, orders: Sequence[Ordered]) -> None:
        """Let the operators give commands of which none builds on another."""
        told = await self._give([self.staff.sign(order, self.now()) for order in orders])
        approvals = [approval for each in told if (approval := self.staff.approval(each.body))]
        await self._give([self.staff.sign(approval, self.now()) for approval in approvals])

    async def _give(self, commands: Sequence[Command]) -> list[Told]:
        told = await asyncio.gather(*(self.link.submit(command) for command in commands))
        for each in told:
            assert each.status == "accepted", each
        return told

    async def skip(self, by: Instant) -> None:
        """Let time pass, and the gateway learn what is new."""
        self.clock.skip(by)
        await self.gateway._keys.refresh()  # noqa: SLF001  it would do so within five seconds

    async def ledger(self) -> Ledger:
        """Return what an attack must not change, from what is durable."""
        return Ledger(*[await self._by_key(table) for table in (ACCOUNT, BALANCE, PAYMENT)])

    async def _by_key(self, table: Table[Any]) -> dict[Any, Any]:
        return {table.key(record): record for record in await self._store.rows(table)}

    async def batch(self) -> int:
        """Return the number of the last durable batch."""
        return await self._store.batch()

    async def log(self, after: int) -> list[Message]:
        """Return the lines of the log after a batch."""
        lines: list[Message] = await self._store.rows(MESSAGE, after)
        return lines

    def metric(self, name: str, **labels: str) -> float:
        """Return a number as the gateway's metrics page has it."""
        registry = self.gateway._metrics._registry  # noqa: SLF001  the page without the parsing
        return registry.get_sample_value(f"corridor_gateway_{name}", labels) or 0

    async def load_list(self) -> Index:
        """Return a list on which one person stands."""
        return LISTED

    async def open(self, rest: AsyncExitStack) -> None:
        """Start everything; what must end is given to `rest`."""
        key = world.key_of(world.first_key(HUB))
        hub = await start_hub(HUB, ENVIRONMENT, key, self._store.journal(), self.clock)
        rest.push_async_callback(hub.close)
        self.link = MemoryLink(1, hub.process)
        hub.running.add_done_callback(lambda _: self.link.cut())  # as a socket is when its process ends
        reads, mail, statements = await self._store.reads(key, rest)
        self.gateway = Gateway(
            hub=HUB,
            environment=ENVIRONMENT,
            link=self.link,
            reads=reads,
            mail=mail,
            statements=statements,
            verifier=verifier,
            load_list=self.load_list,
            clock=self.clock,
            limits=self._limits,
        )
        await self._give([self.staff.founding(self.now())])
        for frame in world.orders(self.staff):
            await self.give_all(frame)
        settings = configuration(self.gateway, "127.0.0.1", 0)
        self.server = self._certified(settings) if self.authority else uvicorn.Server(settings)
        listener = rest.enter_context(socket.create_server(("127.0.0.1", 0)))
        self.port = listener.getsockname()[1]
        serving = asyncio.create_task(self.server.serve(sockets=[listener]))
        rest.push_async_callback(_stop, self.server, serving)
        while not self.server.started:  # noqa: ASYNC110  uvicorn says it no other way
            await asyncio.sleep(0.002)
        parse_phone("+992917000001")  # the plans of numbers are loaded once a process
        await self._fund()

    def identity(self, signer: str) -> Certificate:
        """Return the files with which somebody connects."""
        assert self.authority is not None
        directory = self.authority.certificate_path.parent
        return Certificate(directory / f"{signer}.pem", self.authority.certificate_path)

    def _certified(self, settings: uvicorn.Config) -> CertifiedServer:
        assert self.authority is not None
        for signer, caller in self.callers.items():
            identity = self.identity(signer)
            self.authority.issue(signer, identity.own)
            caller.tls = context(identity)
        own = self.identity("gateway").own
        self.authority.issue_server(("127.0.0.1",), own)
        files = Files(own, self.authority.certificate_path, self.authority.revoked_path)
        return CertifiedServer(settings, Trust(files))

    async def _fund(self) -> None:
        for bic, currency in ((world.CBRR, "RUB"), (world.CBTJ, "TJS")):
            for member in world.MEMBERS:
                if member.role in ("bank", "fx_provider") and member.state == "active":
                    amount = {"amount": str(FUNDS), "currency": currency, "scale": 2}
                    issuer = self[bic]
                    sent = issuer.ask("/v1/funding", participant=member.bic, amount=amount)
                    answer = await issuer.send(sent)
                    assert answer.status == 200, answer


class Store:
    """A journal in memory, and the ways to what it holds."""

    def __init__(self) -> None:
        self._store = MemoryStore()

    def journal(self) -> Journal:
        return MemoryJournal(self._store)

    async def reads(self, key: PrivateKey, _rest: AsyncExitStack) -> tuple[Reads, Mail, Statements]:
        statements = MemoryStatements(self._store, key, _HEADER, HUB)
        return MemoryReads(self._store), MemoryMail(self._store, key), statements

    async def batch(self) -> int:
        return self._store.batch

    async def rows(self, table: Table[R], after: int = 0) -> list[R]:
        rows = self._store.rows[table].values()
        return [row for row in rows if not after or getattr(row, "batch", 0) > after]


class PostgresStore(Store):
    """A database, and the ways to what it holds."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn

    def journal(self) -> Journal:
        return PostgresJournal(self._dsn, SEAL)

    async def reads(self, key: PrivateKey, rest: AsyncExitStack) -> tuple[Reads, Mail, Statements]:
        self._reads = await PostgresReads.connect(self._dsn, SEAL)
        rest.push_async_callback(self._reads.close)
        return self._reads, _StoredMail(self._reads, key), _StoredStatements(self._reads, key)

    async def batch(self) -> int:
        (line,) = await self._reads.fetch("SELECT batch FROM hub")
        number: int = line["batch"]
        return number

    async def rows(self, table: Table[R], after: int = 0) -> list[R]:
        columns = ", ".join(table.record.__struct_fields__)
        where = f"WHERE batch > {after} ORDER BY batch, position" if after else ""
        rows = await self._reads.fetch(f"SELECT {columns} FROM {table.name} {where}")
        record = self._reads.sealing.to_record(table)
        return [record(row) for row in rows]


class _StoredMail:
    """Stored messages, signed again in this process."""

    def __init__(self, reads: PostgresReads, key: PrivateKey) -> None:
        self._reads = reads
        self._key = key

    async def read(self, participant: str, after: int, limit: int) -> list[Post]:
        return [
            Post(participant, number, compose(header, self._key.sign(header + b"." + payload)), payload)
            for number, header, payload in await self._reads.mailbox(participant, after, limit)
        ]


class _StoredStatements:
    """Statements of what is stored, signed in this process."""

    def __init__(self, reads: PostgresReads, key: PrivateKey) -> None:
        self._reads = reads
        self._key = key

    async def read(self, participant: str, currency: str, day: str, page: int) -> Stated:
        try:
            async with self._reads.snapshot() as fetch:
                found = await read_page(fetch, participant, currency, day, page)
        except CorridorError as error:
            raise Unstated(error.reason, error.field or "", error.message) from None
        protected, payload = signed_parts(found, _HEADER)
        return Stated(compose(protected, self._key.sign(signing_input(protected, payload))), payload)


@asynccontextmanager
async def open_house(
    store: Store | None = None, limits: Limits | None = None, authority: Authority | None = None
) -> AsyncIterator[House]:
    """Open a house in which everyone is registered and has money; close it behind the last.

    With an authority the door asks for certificates, and everyone has one.
    """
    house = House(SkippingClock(world.FIRST_DAY), store or Store(), limits, authority)
    async with AsyncExitStack() as rest:
        await house.open(rest)
        yield house


async def _stop(server: uvicorn.Server, serving: "asyncio.Task[None]") -> None:
    server.should_exit = True
    await serving
