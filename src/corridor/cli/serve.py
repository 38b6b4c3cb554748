"""The long-running processes, each started by `up` and `demo` as a child of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Union

import typer
import uvloop

from corridor.adapters.keys import software
from corridor.adapters.postgres.journal import PostgresJournal
from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.stream import link, mail, signer
from corridor.adapters.system.clock import SystemClock
from corridor.cli import database
from corridor.cli.home import ENVIRONMENT, HUB, Home, key_id
from corridor.codecs.jws import HubHeader
from corridor.hub.lists import HANDLERS, RULES, TABLES
from corridor.hub.machine import Hub
from corridor.hub.process import HubProcess

app = typer.Typer(hidden=True, help="The processes behind `up` and `demo`.")
Directory = Annotated[Path, typer.Option("--directory", "-d", help="The state directory.")]


@app.command("hub")
def serve_hub(directory: Directory) -> None:
    """The one writer. Ends when a commit fails; whoever supervises starts a fresh one."""
    _run(lambda: _hub(Home(directory)))


@app.command("signer")
def serve_signer(directory: Directory) -> None:
    """The one holder of the hub's key."""
    _run(lambda: _signer(Home(directory)))


async def _hub(home: Home) -> None:
    clock = SystemClock()
    journal = PostgresJournal(database.writer_dsn(home))
    snapshot = await journal.open(TABLES, HUB, clock.now())
    header = HubHeader(HUB, ENVIRONMENT, key_id(HUB))
    hub = Hub(HUB, header, RULES, snapshot, clock.now())
    process = HubProcess(hub, journal, signer.StreamSigner(home.signer_socket), clock)
    await link.serve(home.hub_socket, process, Union[tuple(HANDLERS)])  # noqa: UP007  built from the list
    await process.run()


async def _signer(home: Home) -> None:
    key = software.read(home.key(HUB))
    await signer.serve(home.signer_socket, key)
    reads = await PostgresReads.connect(database.reader_dsn(home), size=1)
    await mail.serve(home.mail_socket, key, reads)
    await asyncio.Event().wait()


def _run(serve: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await serve()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
