"""The signer as a process: the one holder of the hub's key."""

import asyncio
from collections.abc import Sequence

from corridor.adapters.keys import seals, software
from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.stream import mail, signer
from corridor.adapters.system.witness import FileWitness
from corridor.cli import database
from corridor.cli.home import HUB, Home
from corridor.ports import Unreadable


async def serve(home: Home) -> None:
    """Sign for the hub, and for gateways that ask for stored messages."""
    key = software.read(home.key(HUB))
    async with await signer.serve(home.signer_socket, key):
        reads = await PostgresReads.connect(database.signer_dsn(home), seals.read(home.personal), size=1)
        async with await mail.serve(home.mail_socket, key, _Witnessed(reads, FileWitness(home.witness))):
            await asyncio.Event().wait()


class _Witnessed:
    """Stored messages as far as the witness holds their batches: nobody is told of one before, not even on asking."""

    def __init__(self, reads: PostgresReads, witness: FileWitness) -> None:
        self._reads = reads
        self._witness = witness

    async def mailbox(self, participant: str, after: int, limit: int) -> Sequence[tuple[int, bytes, bytes]]:
        try:
            mark = await self._witness.read()
        except Unreadable:
            mark = None
        through = mark.batch if mark is not None else 0
        return await self._reads.mailbox(participant, after, limit, through)
