"""The signer's two ends: the process that alone holds the hub's key, and the hub's way to it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec

from corridor.adapters.keys.software import PrivateKey
from corridor.adapters.stream import frames

_inputs = msgspec.msgpack.Decoder(list[bytes])
_signatures = msgspec.msgpack.Decoder(list[bytes])


async def serve(path: Path, key: PrivateKey) -> asyncio.Server:
    """Sign every input of every frame, in order, for whoever may open the socket: the hub."""

    async def sign(inputs: list[bytes]) -> list[bytes]:
        return [key.sign(signing_input) for signing_input in inputs]

    return await frames.answer(path, _inputs, sign)


class StreamSigner:
    """The hub's way to the signer. While it is away, signing waits: nothing is lost or skipped."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def sign(self, inputs: Sequence[bytes]) -> Sequence[bytes]:
        while True:
            try:
                if self._streams is None:
                    self._streams = await asyncio.open_unix_connection(self._path, limit=2**20)
                reader, writer = self._streams
                writer.write(frames.encode(inputs))
                signatures = await frames.read(reader, _signatures)
            except OSError:
                signatures = None
            if signatures is not None and len(signatures) == len(inputs):
                return signatures
            self._streams = None
            await asyncio.sleep(0.05)

    async def close(self) -> None:
        """Let go of the connection."""
        if self._streams is not None:
            self._streams[1].close()
            await self._streams[1].wait_closed()
            self._streams = None
