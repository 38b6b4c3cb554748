"""The signer as a process: the one holder of the hub's key."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Final

from corridor.adapters.keys import seals, software
from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.postgres.statements import read_page
from corridor.adapters.stream import mail, signer, statements
from corridor.adapters.system.witness import FileWitness
from corridor.cli import database
from corridor.cli.home import ENVIRONMENT, HUB, Home, key_id
from corridor.codecs.jws import HubHeader
from corridor.ports import HubAway, Unreadable
from corridor.reports.pages import Page

LOOKS: Final = 200
LOOK_S: Final = 0.005
"""The mark of a batch follows its commit at once; one that does not come is a hub that has gone."""


async def serve(home: Home) -> None:
    """Sign for the hub, and for gateways that ask for stored messages and statements."""
    key = software.read(home.key(HUB))
    witness = FileWitness(home.witness)
    header = HubHeader(HUB, ENVIRONMENT, key_id(HUB))
    async with AsyncExitStack() as rest:
        await rest.enter_async_context(await signer.serve(home.signer_socket, key))
        reads, pages = [await _reads(home, rest) for _ in range(2)]  # no mail waits for a long statement
        messages, moments = _Witnessed(reads, witness), _WitnessedPages(pages, witness)
        await rest.enter_async_context(await mail.serve(home.mail_socket, key, messages))
        await rest.enter_async_context(
            await statements.serve(home.statements_socket, key, header, moments.read)
        )
        await asyncio.Event().wait()


async def _reads(home: Home, rest: AsyncExitStack) -> PostgresReads:
    reads = await PostgresReads.connect(database.signer_dsn(home), seals.read(home.personal), size=1)
    rest.push_async_callback(reads.close)
    return reads


async def _witnessed(witness: FileWitness) -> int:
    """Return the last batch that the witness holds."""
    try:
        mark = await witness.read()
    except Unreadable:
        return 0
    return mark.batch if mark is not None else 0


class _Witnessed:
    """Stored messages as far as the witness holds their batches: nobody is told of one before, not even on asking."""

    def __init__(self, reads: PostgresReads, witness: FileWitness) -> None:
        self._reads = reads
        self._witness = witness

    async def mailbox(self, participant: str, after: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        return await self._reads.mailbox(participant, after, limit, await _witnessed(self._witness))


class _WitnessedPages:
    """Statements of moments that the witness holds, for the same reason."""

    def __init__(self, reads: PostgresReads, witness: FileWitness) -> None:
        self._reads = reads
        self._witness = witness

    async def read(self, participant: str, currency: str, day: str, number: int) -> Page:
        """Return a page. Raises: CorridorError; HubAway, if its moment is not witnessed soon."""
        async with self._reads.snapshot() as fetch:
            page = await read_page(fetch, participant, currency, day, number)
        for _ in range(LOOKS):
            if await _witnessed(self._witness) >= page.batch:
                return page
            await asyncio.sleep(LOOK_S)
        raise HubAway
