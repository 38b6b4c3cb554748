"""A town for the sandbox: a hub on a memory journal and a gateway on a socket, in one event loop."""

import asyncio
import random
import time
from contextlib import asynccontextmanager

import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec

from corridor.adapters.keys.software import Ed25519Key, P256Key, verifier
from corridor.adapters.memory.journal import MemoryJournal
from corridor.adapters.memory.link import MemoryLink
from corridor.adapters.memory.reads import MemoryMail, MemoryReads, MemoryStatements
from corridor.client.identifiers import random_uetrs
from corridor.client.profile import Profile
from corridor.codecs.jws import HubHeader
from corridor.gateway.app import Gateway
from corridor.gateway.server import configuration
from corridor.sandbox import world
from corridor.services.compliance.commands import ActivateList
from corridor.services.compliance.screening import Screening
from corridor.services.fx.commands import SetFxFee, SetFxPair
from corridor.services.messaging import commands
from corridor.simulation.door.hub import start_hub
from tests.rig import HUB, Rig

HUB_KEY = Ed25519Key(b"H" * 32)
LIST = "list-1"


class SystemClock:
    def now(self):
        return time.time_ns() // 1_000


class NobodyListed:
    version = LIST

    def screen(self, names):
        return Screening(LIST)


def key_of(each):
    if each.algorithm == "ES256":
        return P256Key(ec.derive_private_key(sum(each.bic.encode()), ec.SECP256R1()))
    return Ed25519Key(each.bic.encode() * 4)


class Town:
    """Its hub's books open at `rig`; `url` is the front door."""

    def __init__(self):
        self.clock = SystemClock()
        self.rig = rig = Rig(now=self.clock.now())
        hub = world.Institution(HUB, "Corridor", "hub", world.BOTH, world.ROUBLE)
        for each in (hub, *world.INSTITUTIONS):
            rig.operate(
                commands.AddParticipant,
                bic=each.bic,
                name=each.name,
                role=each.role,
                currencies=each.currencies,
            )
            key = key_of(each)
            rig.operate(
                commands.AddKey,
                key_id=f"{each.bic}-1",
                participant=each.bic,
                algorithm=key.algorithm,
                public=key.public,
                valid_from=0,
                valid_until=2**62,
            )
            for state in ("certified", "active"):
                rig.operate(commands.SetParticipantState, bic=each.bic, state=state)
        rig.operate(SetFxPair, base_currency=world.PAIR[0], quote_currency=world.PAIR[1])
        for currency, rate_bps, minimum in world.FEES:
            rig.operate(SetFxFee, currency=currency, rate_bps=rate_bps, minimum_amount=minimum)
        rig.operate(ActivateList, version=LIST, entries=20_000)
        self.keys = {each.bic: key_of(each) for each in world.INSTITUTIONS}

    @property
    def profiles(self):
        return {each.bic: self.profile(each.bic) for each in world.INSTITUTIONS}

    def profile(self, bic, **facts):
        filled = {
            "bic": bic,
            "hub": HUB,
            "environment": "sandbox",
            "url": self.url,
            "key_id": f"{bic}-1",
            "hub_keys": {f"{HUB}-1": HUB_KEY.public},
        }
        return Profile(**(filled | facts))

    def uetr(self, seed=1):
        return random_uetrs(random.Random(seed))

    async def open(self):
        clock = self.clock
        self.hub = await start_hub(HUB, "sandbox", HUB_KEY, MemoryJournal(self.rig.store), clock)
        self.link = MemoryLink(1, self.hub.process)
        self.gateway = Gateway(
            hub=HUB,
            environment="sandbox",
            link=self.link,
            reads=MemoryReads(self.rig.store),
            mail=MemoryMail(self.rig.store, HUB_KEY),
            statements=MemoryStatements(self.rig.store, HUB_KEY, HubHeader(HUB, "sandbox", f"{HUB}-1"), HUB),
            verifier=verifier,
            load_list=self._load_list,
            clock=clock,
        )
        self._server = uvicorn.Server(configuration(self.gateway, "127.0.0.1", 0))
        self._serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.005)
        host, port = self._server.servers[0].sockets[0].getsockname()[:2]
        self.url = f"http://{host}:{port}"

    async def _load_list(self):
        return NobodyListed()

    async def close(self):
        self._server.should_exit = True
        await self._serving
        await self.hub.close()


@asynccontextmanager
async def a_town():
    town = Town()
    await town.open()
    try:
        yield town
    finally:
        await town.close()
