"""The front door as a process."""

import asyncio
import socket

import uvicorn

from corridor.adapters.keys import seals, software
from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.stream import link, mail, statements
from corridor.adapters.system.clock import SystemClock
from corridor.cli import database, identities, watchlist
from corridor.cli.home import ENVIRONMENT, HUB, Home
from corridor.gateway.app import Gateway
from corridor.gateway.handshakes import CertifiedServer
from corridor.gateway.server import configuration
from corridor.gateway.trust import Trust


async def serve(home: Home, host: str, port: int, *, mutual_tls: bool) -> None:
    """Serve, and say where in the state directory. Raises: Incomplete, before anybody is let in."""
    trust = Trust(identities.files(home)) if mutual_tls else None
    hub_link = link.StreamLink(home.hub_socket)
    hub_link.open()
    gateway = Gateway(
        hub=HUB,
        environment=ENVIRONMENT,
        link=hub_link,
        reads=await PostgresReads.connect(database.reader_dsn(home), seals.read(home.personal)),
        mail=mail.StreamMail(home.mail_socket),
        statements=statements.StreamStatements(home.statements_socket),
        verifier=software.verifier,
        load_list=lambda: asyncio.to_thread(watchlist.load_index, home),
        clock=SystemClock(),
    )
    settings = configuration(gateway, host, port)
    server = uvicorn.Server(settings) if trust is None else CertifiedServer(settings, trust)
    with socket.create_server((host, port)) as listener:
        bound = listener.getsockname()
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not serving.done():  # noqa: ASYNC110  uvicorn says it no other way
            await asyncio.sleep(0.005)
        if server.started:
            # Whoever waits for the file reads it at once, so it must appear whole.
            hidden = home.address.with_suffix(".new")
            scheme = "http://" if trust is None else identities.SECURE
            hidden.write_text(f"{scheme}{bound[0]}:{bound[1]}")
            hidden.rename(home.address)
        await serving
