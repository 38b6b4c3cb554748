"""The smallest corridor with real signatures, on a journal in memory or in PostgreSQL."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any

import msgspec
from tests.rig import HUB, finish
from tests.world import World

from corridor.adapters.keys.seals import AesSivSeal
from corridor.adapters.keys.software import Ed25519Key
from corridor.adapters.postgres.journal import PostgresJournal
from corridor.codecs.iso20022.envelope import open_envelope, seal_envelope
from corridor.codecs.iso20022.head001 import Header
from corridor.codecs.jws import HubHeader, audience, compose, protected_header, signing_input
from corridor.decision import Key, Table
from corridor.domain.instants import Instant
from corridor.hub import events
from corridor.hub.lists import DEFINITIONS, TABLES
from corridor.hub.machine import Hub
from corridor.ports import Records, Snapshot, Told, Writes
from corridor.services.messaging.admission import OPERATOR
from corridor.services.messaging.commands import Command, Found, Origin

SEAL = AesSivSeal({1: bytes(range(64))})
_encode = msgspec.json.Encoder(enc_hook=repr).encode


def key_of(bic: str) -> Ed25519Key:
    """Return the key of a participant, the same in every run."""
    return Ed25519Key(sha256(bic.encode()).digest())


def _facts(command: Command) -> list[tuple[str, Any]]:
    return [(name, getattr(command, name)) for name in command.__struct_fields__ if name != "origin"]


def _signature(signer: str, origin: Origin, body: bytes) -> str:
    key = key_of(signer)
    protected = protected_header(
        algorithm=key.algorithm,
        key_id=origin.key_id if signer == origin.signer else f"{signer.removeprefix(OPERATOR)}-1",
        signer=signer,
        audience=audience(HUB, "sandbox"),
        issued_at=origin.issued_at,
        number=origin.number,
    )
    return compose(protected, key.sign(signing_input(protected, body)))


class SignedWorld(World):
    """Every command carries the bytes that a gateway would have taken in, under its sender's signature."""

    def public(self, owner: str) -> bytes:
        return key_of(owner).public

    def submit(self, *commands: Command) -> events.Answered:
        return super().submit(*map(self._signed, commands))

    def _signed(self, command: Command) -> Command:
        origin, replace = command.origin, msgspec.structs.replace
        message = getattr(command, "message", None)
        if message is not None:
            header = Header(
                from_bic=origin.signer,
                to_bic=HUB,
                business_message_id=origin.message_id,
                message_definition_id=DEFINITIONS[type(message)],
                created_at=self.now,
            )
            body = seal_envelope(header, message)
            digest = open_envelope(body).document_digest
        else:
            body = origin.body or _encode([type(command).__name__, origin.message_id, *_facts(command)])
            digest = sha256(body).digest()
        founders = [founder.name for founder in command.founders] if isinstance(command, Found) else []
        signers = founders or [origin.signer]
        signature = " ".join(_signature(signer, origin, body) for signer in signers)
        return replace(command, origin=replace(origin, body=body, digest=digest, signature=signature))


class PostgresWorld(SignedWorld):
    """The same on PostgreSQL. To be used where no event loop runs."""

    def __init__(self, dsn: str, **facts: Any) -> None:
        self._dsn = dsn
        self._loop = asyncio.new_event_loop()
        self._journals: list[_Waiting] = []
        super().__init__(**facts)

    def restart(self) -> None:
        self.journal = _Waiting(PostgresJournal(self._dsn, SEAL), self._loop)  # type: ignore[assignment]
        self._journals.append(self.journal)
        snapshot = finish(self.journal.open(TABLES, HUB, self.now))
        self.hub = Hub(HUB, HubHeader(HUB, "sandbox", f"{HUB}-1"), self.rules, snapshot, self.now)
        self.wake: Instant | None = None
        self._run(events.Woken())

    def close(self) -> None:
        for journal in self._journals:
            finish(journal.close())
        self._loop.close()


class AtTheHub:
    """The link and the clock of a worker beside a world's hub: its commands are decided one after the other."""

    def __init__(self, world: PostgresWorld, submit: Callable[[Any], Told]) -> None:
        self._world = world
        self._submit = submit
        self._one_by_one = ThreadPoolExecutor(1)  # the world runs a loop of its own

    def now(self) -> Instant:
        return self._world.now

    def submit(self, command: Command) -> asyncio.Future[Told]:
        return asyncio.get_running_loop().run_in_executor(self._one_by_one, self._submit, command)


class _Waiting:
    """A journal whose coroutines never wait: each is run to its end on a loop of its own."""

    def __init__(self, journal: PostgresJournal, loop: asyncio.AbstractEventLoop) -> None:
        self._journal = journal
        self._loop = loop

    async def open(self, tables: Sequence[Table[Any]], hub: str, now: Instant) -> Snapshot:
        return self._loop.run_until_complete(self._journal.open(tables, hub, now))

    async def commit(self, writes: Writes) -> None:
        self._loop.run_until_complete(self._journal.commit(writes))

    async def load(self, keys: Sequence[tuple[Table[Any], Key]]) -> Records:
        return self._loop.run_until_complete(self._journal.load(keys))

    async def close(self) -> None:
        self._loop.run_until_complete(self._journal.close())
