"""The long-running processes, each started by `up` and `demo` as a child of its own."""

import asyncio
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, Union

import typer
import uvicorn
import uvloop

from corridor.adapters.keys import software
from corridor.adapters.postgres.journal import PostgresJournal
from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.stream import link, mail, signer
from corridor.adapters.system.clock import SystemClock
from corridor.cli import counter, database, watchlist
from corridor.cli.bringup import open_sandbox
from corridor.cli.home import ENVIRONMENT, HUB, Home, key_id
from corridor.codecs.jws import HubHeader
from corridor.gateway.app import Gateway
from corridor.gateway.server import configuration
from corridor.hub.lists import HANDLERS, RULES, TABLES
from corridor.hub.machine import Hub
from corridor.hub.process import HubProcess

app = typer.Typer(help="The processes behind `up` and `demo`.", pretty_exceptions_enable=False)
Directory = Annotated[Path, typer.Option("--directory", "-d", help="The state directory.")]


@app.command("hub")
def serve_hub(directory: Directory) -> None:
    """The one writer. Ends when a commit fails; whoever supervises starts a fresh one."""
    _run(lambda: _hub(Home(directory)))


@app.command("signer")
def serve_signer(directory: Directory) -> None:
    """The one holder of the hub's key."""
    _run(lambda: _signer(Home(directory)))


@app.command("gateway")
def serve_gateway(
    directory: Directory,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 0,
) -> None:
    """The front door."""
    _run(lambda: _gateway(Home(directory), host, port))


@app.command("sandbox")
def serve_sandbox(
    directory: Directory,
    rate: Annotated[float, typer.Option(help="Payments a second that customers make by themselves.")] = 0,
) -> None:
    """The simulated institutions."""
    _run(lambda: _sandbox(Home(directory), rate))


async def _sandbox(home: Home, rate: float) -> None:
    async with open_sandbox(home) as sandbox:
        await sandbox.found()
        async with await counter.serve(home.sandbox_socket, sandbox):
            if rate:
                await sandbox.offer(rate, sys.maxsize, lambda _notice: None)
            await asyncio.Event().wait()


async def _gateway(home: Home, host: str, port: int) -> None:
    hub_link = link.StreamLink(home.hub_socket)
    hub_link.open()
    gateway = Gateway(
        hub=HUB,
        environment=ENVIRONMENT,
        link=hub_link,
        reads=await PostgresReads.connect(database.reader_dsn(home)),
        mail=mail.StreamMail(home.mail_socket),
        verifier=software.verifier,
        load_list=lambda: asyncio.to_thread(watchlist.load_index, home),
        clock=SystemClock(),
    )
    server = uvicorn.Server(configuration(gateway, host, port))
    with socket.create_server((host, port)) as listener:
        bound = listener.getsockname()
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not serving.done():  # noqa: ASYNC110  uvicorn says it no other way
            await asyncio.sleep(0.005)
        if server.started:
            # Whoever waits for the file reads it at once, so it must appear whole.
            hidden = home.address.with_suffix(".new")
            hidden.write_text(f"http://{bound[0]}:{bound[1]}")
            hidden.rename(home.address)
        await serving


async def _hub(home: Home) -> None:
    clock = SystemClock()
    journal = PostgresJournal(database.writer_dsn(home))
    snapshot = await journal.open(TABLES, HUB, clock.now())
    header = HubHeader(HUB, ENVIRONMENT, key_id(HUB))
    hub = Hub(HUB, header, RULES, snapshot, clock.now())
    process = HubProcess(hub, journal, signer.StreamSigner(home.signer_socket), clock)
    commands: Any = Union[tuple(HANDLERS)]  # noqa: UP007  built from the list
    async with await link.serve(home.hub_socket, process, commands):
        await process.run()


async def _signer(home: Home) -> None:
    key = software.read(home.key(HUB))
    async with await signer.serve(home.signer_socket, key):
        reads = await PostgresReads.connect(database.reader_dsn(home), size=1)
        async with await mail.serve(home.mail_socket, key, reads):
            await asyncio.Event().wait()


def _run(serve: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await serve()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
