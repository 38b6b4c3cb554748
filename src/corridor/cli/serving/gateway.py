"""The front door as a process."""

import asyncio
import socket

import uvicorn

from corridor.adapters.keys import seals, software
from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.stream import link, mail
from corridor.adapters.system.clock import SystemClock
from corridor.cli import database, watchlist
from corridor.cli.home import ENVIRONMENT, HUB, Home
from corridor.gateway.app import Gateway
from corridor.gateway.server import configuration


async def serve(home: Home, host: str, port: int) -> None:
    """Serve, and say where in the state directory."""
    hub_link = link.StreamLink(home.hub_socket)
    hub_link.open()
    gateway = Gateway(
        hub=HUB,
        environment=ENVIRONMENT,
        link=hub_link,
        reads=await PostgresReads.connect(database.reader_dsn(home), seals.read(home.personal)),
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
