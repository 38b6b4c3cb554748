"""A line between two parties that can go bad in every way that lines do: TCP or Unix socket, byte by byte.

A fault concerns all connections from the moment it is set; `heal` ends it. Bytes that were swallowed are gone, so
a connection that has lost some is cut at healing: no real line goes on as if nothing had been.
"""

import asyncio
import random
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, TypeAlias

import msgspec

Address: TypeAlias = Path | tuple[str, int]
Kind = Literal["delay", "cut", "half-open", "one-way", "drip", "swizzle-clog"]
KINDS: Final[tuple[Kind, ...]] = ("delay", "cut", "half-open", "one-way", "drip", "swizzle-clog")
THERE, BACK = "there", "back"
CHUNK: Final = 65_536
DRIP_S: Final = 0.02


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a line.

    `delay_s` is of each piece (delay), `at_byte` the byte of each direction after which a connection is cut (cut),
    `lost` the directions whose bytes arrive nowhere (half-open, one-way), `drip_bytes` how many get through in
    a fiftieth of a second (drip).
    """

    kind: Kind
    delay_s: float = 0
    at_byte: int = 0
    lost: tuple[str, ...] = ()
    drip_bytes: int = 0


def draw(kind: Kind, dice: random.Random) -> Fault:
    """A fault of this kind, as bad as the dice say."""
    match kind:
        case "delay":
            return Fault(kind, delay_s=dice.uniform(0.05, 0.6))
        case "cut":
            return Fault(kind, at_byte=dice.randrange(1, 6_000))
        case "half-open":
            return Fault(kind, lost=(THERE, BACK))
        case "one-way":
            return Fault(kind, lost=(dice.choice((THERE, BACK)),))
        case "drip":
            return Fault(kind, drip_bytes=dice.randrange(1, 40))
        case "swizzle-clog":
            return Fault(kind)


class _Connection:
    def __init__(self, *ends: asyncio.StreamWriter) -> None:
        self.ends = ends
        self.passed = {THERE: 0, BACK: 0}
        self.damaged = False
        self.open = asyncio.Event()
        self.open.set()

    def abort(self) -> None:
        for end in self.ends:
            end.transport.abort()
        self.open.set()


class Proxy:
    """Listens at one address and passes on to another."""

    def __init__(self, listen: Address, upstream: Address, dice: random.Random) -> None:
        self._listen = listen
        self._upstream = upstream
        self._dice = dice
        self._fault: Fault | None = None
        self._changed = asyncio.Event()
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None
        self._swizzling: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Take connections."""
        if isinstance(self._listen, Path):
            self._server = await asyncio.start_unix_server(self._accept, self._listen)
        else:
            self._server = await asyncio.start_server(self._accept, *self._listen)

    @property
    def port(self) -> int:
        """The TCP port on which it listens."""
        assert self._server is not None, "it is not open"
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more connections, and end those there are."""
        self.heal()
        if self._server is not None:
            self._server.close()
        for connection in tuple(self._connections):
            connection.abort()

    def spoil(self, fault: Fault) -> None:
        """From now on the line is bad."""
        self.heal()
        self._fault = fault
        for connection in self._connections:
            connection.passed = {THERE: 0, BACK: 0}
        if fault.kind == "swizzle-clog":
            self._swizzling = asyncio.create_task(self._swizzle())

    def heal(self) -> None:
        """From now on the line is good."""
        self._fault = None
        if self._swizzling is not None:
            self._swizzling.cancel()
            self._swizzling = None
        for connection in tuple(self._connections):
            connection.open.set()
            if connection.damaged:
                connection.abort()
        self._changed.set()
        self._changed = asyncio.Event()

    async def _swizzle(self) -> None:
        """Clog the connections one after the other, then open them in another order; again and again."""
        while True:
            for clog in (True, False):
                connections = list(self._connections)
                self._dice.shuffle(connections)
                for connection in connections:
                    (connection.open.clear if clog else connection.open.set)()
                    await asyncio.sleep(self._dice.uniform(0.005, 0.05))

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if isinstance(self._upstream, Path):
                far_reader, far_writer = await asyncio.open_unix_connection(self._upstream)
            else:
                far_reader, far_writer = await asyncio.open_connection(*self._upstream)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writer, far_writer)
        self._connections.add(connection)
        pumps = [
            asyncio.create_task(self._pump(connection, reader, far_writer, THERE)),
            asyncio.create_task(self._pump(connection, far_reader, writer, BACK)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._connections.discard(connection)
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for end in connection.ends:
                end.close()

    async def _pump(
        self, connection: _Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: str
    ) -> None:
        with suppress(ConnectionError):
            while chunk := await reader.read(CHUNK):
                await connection.open.wait()
                await self._pass_on(connection, chunk, writer, way)
                await writer.drain()

    async def _pass_on(
        self, connection: _Connection, chunk: bytes, writer: asyncio.StreamWriter, way: str
    ) -> None:
        match self._fault:
            case Fault(kind="delay", delay_s=delay_s):
                await asyncio.sleep(delay_s)
            case Fault(kind="cut", at_byte=at_byte):
                left = at_byte - connection.passed[way]
                connection.passed[way] += len(chunk)
                if len(chunk) >= left:
                    writer.write(chunk[:left])
                    await asyncio.sleep(0)  # so that the bytes before the cut leave
                    connection.abort()
                    return
            case Fault(kind="half-open" | "one-way", lost=lost) if way in lost:
                connection.damaged = True
                return
            case Fault(kind="drip", drip_bytes=drip_bytes):
                chunk = await self._drip(chunk, drip_bytes, writer)
        writer.write(chunk)

    async def _drip(self, chunk: bytes, size: int, writer: asyncio.StreamWriter) -> bytes:
        """Let a few bytes through at a time, until the line is good again; return what is left then."""
        changed = self._changed
        while chunk and not changed.is_set():
            writer.write(chunk[:size])
            chunk = chunk[size:]
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), DRIP_S)
        return chunk
