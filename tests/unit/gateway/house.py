"""A whole house in one event loop: the real hub on a memory journal, the real gateway, banks with keys."""

import asyncio
from contextlib import asynccontextmanager
from urllib.parse import unquote
from uuid import UUID

import msgspec

from corridor.adapters.keys.software import Ed25519Key, verifier
from corridor.adapters.memory.journal import MemoryJournal
from corridor.adapters.memory.link import MemoryLink
from corridor.adapters.memory.reads import MemoryMail, MemoryReads, MemoryStatements
from corridor.codecs import jws
from corridor.codecs.iso20022.envelope import open_envelope, seal_envelope
from corridor.codecs.iso20022.head001 import Header
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.gateway.app import Gateway
from corridor.services.compliance.screening import Screening
from corridor.services.messaging import commands
from corridor.services.messaging.admission import OPERATOR
from corridor.simulation.door.hub import SkippingClock, start_hub
from tests.rig import FOUNDERS, HUB, START
from tests.world import ALFX, CBRR, CBTJ, LIST, PAMR, SEVR, World

ENVIRONMENT = "sandbox"
HUB_KEY = Ed25519Key(b"H" * 32)
HEADER = jws.HubHeader(HUB, ENVIRONMENT, f"{HUB}-1")
XML = (("content-type", "application/xml"),)
JSON = (("content-type", "application/json"),)


class OneList:
    """A list on which nobody stands, or whoever is named."""

    def __init__(self, version=LIST):
        self.version = version
        self.asked = []

    def screen(self, names):
        self.asked += names
        return Screening(self.version)


class Answer(msgspec.Struct):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self):
        return msgspec.json.decode(self.body)

    @property
    def lines(self):
        return [msgspec.json.decode(line) for line in self.body.splitlines() if line]


class Exchange:
    """One request to an ASGI application; its body comes in pieces, its answer can be read while it grows."""

    def __init__(self, app, method, target, headers=(), pieces=(b"",), *, ends=True):
        raw_path, _, query = target.partition("?")
        self._scope = {
            "type": "http",
            "method": method,
            "path": unquote(raw_path),
            "raw_path": raw_path.encode(),
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
        }
        self._app = app
        self._incoming = asyncio.Queue()
        for at, piece in enumerate(pieces):
            more = at < len(pieces) - 1 or not ends
            self._incoming.put_nowait({"type": "http.request", "body": piece, "more_body": more})
        self.sent = asyncio.Queue()
        self.task = asyncio.create_task(app(self._scope, self._incoming.get, self.sent.put))

    def leave(self):
        self._incoming.put_nowait({"type": "http.disconnect"})

    async def answer(self):
        await self.task
        start = self.sent.get_nowait()
        body = b""
        while not self.sent.empty():
            body += self.sent.get_nowait().get("body", b"")
        headers = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], headers, body)


class Bank:
    """A participant, or an operator, with its key: it signs and asks."""

    def __init__(self, house, bic, seed):
        self.house = house
        self.bic = bic
        self.key = Ed25519Key(seed)
        self.key_id = f"{bic.removeprefix(OPERATOR)}-door"
        self.number = 100

    def sign(self, payload, *, key=None, **facts):
        self.number += 1
        filled = {
            "algorithm": "EdDSA",
            "key_id": self.key_id,
            "signer": self.bic,
            "audience": f"{HUB}/{ENVIRONMENT}",
            "issued_at": self.house.clock.now(),
            "number": self.number,
        }
        protected = jws.protected_header(**(filled | facts))
        return jws.compose(protected, (key or self.key).sign(jws.signing_input(protected, payload)))

    def start(self, path, body, headers=XML, **facts):
        signature = self.sign(body, **facts)
        signed = (*headers, ("corridor-signature", signature), ("content-length", str(len(body))))
        return Exchange(self.house.gateway, "POST", path, signed, (body,))

    async def send(self, body):
        return await self.start("/v1/messages", body).answer()

    async def request(self, path, **members):
        body = msgspec.json.encode({"message_id": f"{self.bic}-r{self.number}", **members})
        return await self.start(path, body, JSON).answer()

    def open(self, target):
        signature = self.sign(b"GET " + target.encode())
        return Exchange(self.house.gateway, "GET", target, (("corridor-signature", signature),))

    async def get(self, target):
        return await self.open(target).answer()

    async def mailbox(self, after=0, wait=0):
        """Return what stands in the mailbox after a number, every signature of the hub verified."""
        answer = await self.get(f"/v1/mailbox?after={after}&wait={wait}")
        assert answer.status == 200, answer
        return [self.opened(line) for line in answer.lines]

    def opened(self, line):
        payload = line["payload"].encode()
        header = check_hub(line["signature"], payload, jws.DeliveredHeader)
        assert header.num == line["number"]
        assert header.aud == f"{self.bic}/{ENVIRONMENT}"
        return open_envelope(payload)

    def envelope(self, message, definition, **facts):
        filled = {
            "from_bic": self.bic,
            "to_bic": HUB,
            "business_message_id": getattr(message, "message_id", ""),
            "message_definition_id": definition,
            "created_at": self.house.clock.now(),
        }
        return seal_envelope(Header(**(filled | facts)), message)

    def order(self, n, **facts):
        """Return the envelope of a payment."""
        return self.envelope(self.house.world.order(n, debtor=self.bic, **facts), "pacs.008.001.13")

    def report(self, n, status, reason=None):
        """Return the envelope of an answer to the n-th payment."""
        message = StatusReport(
            message_id=f"{self.bic}-s{self.number}",
            created_at=self.house.clock.now(),
            original_uetr=str(UUID(int=n, version=4)),
            transaction_status=status,
            reason=reason,
        )
        return self.envelope(message, "pacs.002.001.10")


def check_hub(signature, payload, kind=jws.ReceiptHeader):
    """Return the protected header of what the hub has signed."""
    parsed = jws.parse(signature, kind)
    assert verifier("EdDSA", HUB_KEY.public).verify(
        jws.signing_input(parsed.protected, payload), parsed.signature
    )
    return parsed.header


class House:
    """Hub, gateway and participants."""

    def __init__(self, suspended="", **given):
        self.world = World().found()
        if suspended:
            self.world.operate(commands.SetParticipantState, bic=suspended, state="suspended")
        self.store = self.world.store
        self.clock = SkippingClock(max(START, self.world.now) + 1_000_000)
        self.names = OneList()
        self.banks = {}
        for seed, bic in enumerate((SEVR, PAMR, ALFX, CBRR, CBTJ), 1):
            bank = self.banks[bic] = Bank(self, bic, bytes([seed]) * 32)
            self.register(bank.key_id, bic, bank.key.public)
        self.persons = {}
        for seed, name in enumerate(FOUNDERS, 101):
            person = self.persons[name] = Bank(self, OPERATOR + name, bytes([seed]) * 32)
            self.register(person.key_id, person.bic, person.key.public)
        self._given = given

    @property
    def sevr(self):
        return self.banks[SEVR]

    @property
    def pamr(self):
        return self.banks[PAMR]

    def register(self, key_id, bic, public, algorithm="EdDSA"):
        self.world.operate(
            commands.AddKey,
            key_id=key_id,
            participant=bic,
            algorithm=algorithm,
            public=public,
            valid_from=0,
            valid_until=2**62,
        )

    @property
    def batches(self):
        """How many batches are durable: unchanged, if nothing reached the hub."""
        return self.store.batch

    def metric(self, name, **labels):
        registry = self.gateway._metrics._registry
        return registry.get_sample_value(f"corridor_gateway_{name}", labels) or 0

    async def load_list(self):
        return self.names

    async def build(self):
        """Start the hub, and make the gateway without opening it."""
        self.hub = await start_hub(HUB, ENVIRONMENT, HUB_KEY, MemoryJournal(self.store), self.clock)
        self.process = self.hub.process
        self.link = MemoryLink(1, self.process)
        self.mail = MemoryMail(self.store, HUB_KEY)
        self.reads = MemoryReads(self.store)
        outside = {
            "link": self.link,
            "reads": self.reads,
            "mail": self.mail,
            "statements": MemoryStatements(self.store, HUB_KEY, HEADER, HUB),
            "verifier": verifier,
            "load_list": self.load_list,
            "clock": self.clock,
        }
        self.gateway = Gateway(hub=HUB, environment=ENVIRONMENT, **(outside | self._given))

    async def open(self):
        await self.build()
        await self.gateway.open()

    async def close(self):
        await self.gateway.close()
        await self.hub.close()


@asynccontextmanager
async def opened(house):
    await house.open()
    try:
        yield house
    finally:
        await house.close()


def a_house(**given):
    return opened(House(**given))


async def eventually(true):
    """Wait until something holds."""
    async with asyncio.timeout(5):
        while not true():
            await asyncio.sleep(0.005)
