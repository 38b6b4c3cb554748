"""From nothing to a running corridor: database, keys, screening list, processes, participants."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from corridor.adapters.keys import software
from corridor.adapters.system.clock import SystemClock
from corridor.cli import genesis, identities, watchlist
from corridor.cli.home import ENVIRONMENT, FOUNDERS, HUB, Home, key_id
from corridor.cli.stack import Stack
from corridor.client import Profile
from corridor.client.identifiers import random_uetrs
from corridor.sandbox.process import Sandbox
from corridor.sandbox.world import INSTITUTIONS

Tell = Callable[[str], None]


def bring_up(
    stack: Stack, tell: Tell, *, host: str = "127.0.0.1", port: int = 0, mutual_tls: bool = False
) -> None:
    """Start everything but the simulated institutions; on the first day, found the corridor.

    Raises: NotReady, ClusterFailed, Incomplete.
    """
    home = stack.home
    if mutual_tls:
        identities.prepare(home, host)
    first_day = not home.exists()
    genesis.make_keys(home)
    with ThreadPoolExecutor(1) as pool:
        preparing = pool.submit(watchlist.make_synthetic, home) if first_day else None
        stack.start_database()
        tell("PostgreSQL")
        stack.start(("signer", home.signer_socket), ("hub", home.hub_socket))
        tell("signer and hub")
        if preparing is not None:
            prepared = preparing.result()
            tell(f"a screening list of {prepared.entries:,} entries")
            asyncio.run(genesis.found(home))
    # A gateway that falls must come back where participants know it.
    fixed = port or _free_port(host)
    arguments = ("--host", host, "--port", str(fixed), *(("--mutual-tls",) if mutual_tls else ()))
    stack.start(("gateway", home.address), arguments=arguments)
    stack.start(("settler", home.settler_mark))
    tell(f"gateway at {home.address.read_text()}")
    if preparing is not None:
        asyncio.run(genesis.furnish(home, prepared))
        tell(f"{len(INSTITUTIONS)} institutions, certified and active, as {' and '.join(FOUNDERS)} want it")


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as listener:
        return int(listener.getsockname()[1])


@asynccontextmanager
async def open_sandbox(home: Home, *, seed: int = 1) -> AsyncIterator[Sandbox]:
    """Let the simulated institutions work in this process, over the front door."""
    hub_keys = {key_id(HUB): software.read(home.key(HUB)).public}
    profiles = {
        each.bic: Profile(
            bic=each.bic,
            hub=HUB,
            environment=ENVIRONMENT,
            url=home.address.read_text(),
            key_id=key_id(each.bic),
            hub_keys=hub_keys,
            certificate=identities.shown(home, each.bic),
        )
        for each in INSTITUTIONS
    }
    keys = {each.bic: software.read(home.key(each.bic)) for each in INSTITUTIONS}
    home.sandbox.mkdir(parents=True, exist_ok=True)
    uetr = random_uetrs(random.SystemRandom())
    clock = SystemClock().now
    async with Sandbox.open(profiles, keys, home.sandbox, clock=clock, uetr=uetr, seed=seed) as sandbox:
        yield sandbox
