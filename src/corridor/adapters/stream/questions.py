"""The asking end of a socket on which frames are answered one by one."""

import asyncio
from pathlib import Path
from typing import Final, Generic, TypeVar

import msgspec

from corridor.adapters.stream import frames
from corridor.ports import HubAway

WAITS_S: Final = 10.0
T = TypeVar("T")


class Questions(Generic[T]):
    """Asks one question at a time, over a connection that is remade when it fails.

    Guarantees: each is answered within `WAITS_S`, its turn included, or `HubAway` is raised; and never with the answer
    to another. A connection that still owes an answer is not used again: the answer might come later.
    """

    def __init__(self, path: Path, decoder: msgspec.msgpack.Decoder[T]) -> None:
        self._path = path
        self._decoder = decoder
        self._turn = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, question: object) -> T:
        """Return the answer. Raises: HubAway, if nobody is there, is silent, or says what is none."""
        try:
            async with asyncio.timeout(WAITS_S), self._turn:
                told = await self._exchange(question)
        except (OSError, frames.FrameError):  # a time-out is the first
            told = None
        if told is None:
            raise HubAway
        return told

    async def _exchange(self, question: object) -> T | None:
        streams, self._streams = self._streams, None
        reader, writer = streams or await asyncio.open_unix_connection(self._path, limit=2**20)
        told = None
        try:
            writer.write(frames.encode(question))
            told = await frames.read(reader, self._decoder)
        finally:
            if told is None:
                writer.close()
            else:
                self._streams = reader, writer
        return told

    async def close(self) -> None:
        """Let go of the connection."""
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()
            await streams[1].wait_closed()
