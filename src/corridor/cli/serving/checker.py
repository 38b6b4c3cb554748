"""The checker as a process: it reads as the read-only role does, gives way to all others, and is asked over HTTP."""

import asyncio
import logging
import os
import socket
from contextlib import suppress

import uvicorn

from corridor.adapters.keys import seals, software
from corridor.adapters.postgres.looks import Looks
from corridor.adapters.postgres.verify import SAMPLE
from corridor.adapters.system.clock import SystemClock
from corridor.adapters.system.shelf import FileShelf
from corridor.adapters.system.witness import FileWitness
from corridor.cli import database
from corridor.cli.home import ENVIRONMENT, HUB, Home
from corridor.hub.batch import chain
from corridor.ports import Mark, Unreadable
from corridor.reports.follow import Follower
from corridor.reports.log import Log
from corridor.workers.checker import Checker
from corridor.workers.page import Page

NICE = 10
FORMAT = "%(asctime)s %(levelname)s %(message)s"


async def serve(home: Home, host: str, port: int) -> None:
    """Check until something fails, and say where it can be asked."""
    os.nice(NICE)
    logging.basicConfig(level=logging.WARNING, format=FORMAT)
    clock = SystemClock()
    looks = Looks(database.reader_dsn(home), seals.read(home.personal))
    checker = Checker(
        follower=Follower(Log(HUB, ENVIRONMENT, chain, software.verifier, SAMPLE), HUB),
        look=looks.look,
        shelf=FileShelf(home.checker),
        witness=lambda: _mark(FileWitness(home.witness)),
        clock=clock,
    )
    page = uvicorn.Config(
        Page(checker, clock),
        interface="asgi3",
        lifespan="off",
        ws="none",
        access_log=False,
        log_level="error",
    )
    server = uvicorn.Server(page)
    with socket.create_server((host, port)) as listener:
        bound = listener.getsockname()
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        checking = asyncio.create_task(checker.run())
        # Whoever waits for the file reads it at once, so it must appear whole.
        hidden = home.checker_address.with_suffix(".new")
        hidden.write_text(f"http://{bound[0]}:{bound[1]}")
        hidden.rename(home.checker_address)
        await asyncio.wait((serving, checking), return_when=asyncio.FIRST_COMPLETED)
        if checking.done():
            checking.result()


async def _mark(witness: FileWitness) -> Mark | None:
    """Return what the witness holds; one that cannot be read holds nothing."""
    with suppress(Unreadable, OSError):
        return await witness.read()
    return None
