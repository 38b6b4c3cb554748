"""The hub as a process: its journal, its witness, its socket."""

import sys
from typing import Any, Union

from corridor.adapters.keys import seals, software
from corridor.adapters.postgres.journal import PostgresJournal
from corridor.adapters.stream import link, signer
from corridor.adapters.system.clock import SystemClock
from corridor.adapters.system.witness import FileWitness
from corridor.cli import database
from corridor.cli.home import ENVIRONMENT, HUB, Home, key_id
from corridor.codecs.jws import HubHeader, audience
from corridor.hub.entrance import Entrance
from corridor.hub.fence import WitnessedJournal
from corridor.hub.lists import HANDLERS, RULES, TABLES
from corridor.hub.machine import Hub
from corridor.hub.process import HubProcess
from corridor.hub.proof import Proof


async def serve(home: Home) -> None:
    """Serve until something fails. Raises: TailLost."""
    clock = SystemClock()
    store = PostgresJournal(database.writer_dsn(home), seals.read(home.personal))
    journal = WitnessedJournal(store, FileWitness(home.witness))
    snapshot = await journal.open(TABLES, HUB, clock.now())
    doubt = await journal.examine()
    if doubt:
        print(f"the hub is closed: {doubt}", file=sys.stderr, flush=True)  # noqa: T201  its log
    proof = Proof(audience(HUB, ENVIRONMENT), software.verifier)

    def shell() -> HubProcess:
        header = HubHeader(HUB, ENVIRONMENT, key_id(HUB))
        hub = Hub(HUB, header, RULES, snapshot, clock.now(), proof)
        return HubProcess(hub, journal, signer.StreamSigner(home.signer_socket), clock)

    entrance = Entrance(journal, snapshot, clock, shell, doubt, proof)
    commands: Any = Union[tuple(HANDLERS)]  # noqa: UP007  built from the list
    async with await link.serve(home.hub_socket, entrance, commands):
        await entrance.run()
