"""Frames: four bytes of length, one of version, then MessagePack."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import msgspec

VERSION = 1
LIMIT_BYTES = 64 * 1024 * 1024
T = TypeVar("T")
_encoder = msgspec.msgpack.Encoder()


class FrameError(Exception):
    """The peer speaks another version, or nothing that is a frame: the connection ends."""


async def listen(
    path: Path, handle: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
) -> asyncio.Server:
    """Listen on a Unix socket that only its owner may open. It appears once it is ready.

    Keep what is returned: a server that nobody holds ends when it is collected as garbage.
    """
    hidden = path.with_suffix(".new")
    hidden.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(handle, hidden, limit=2**20)
    hidden.chmod(0o600)
    hidden.rename(path)
    return server


async def answer(
    path: Path, decoder: msgspec.msgpack.Decoder[T], give: Callable[[T], Awaitable[object]]
) -> asyncio.Server:
    """Listen, and answer each frame with what is given for it, in order, until the peer goes."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (asked := await read(reader, decoder)) is not None:
                writer.write(encode(await give(asked)))
                await writer.drain()
        except (FrameError, ConnectionError):
            pass
        finally:
            writer.close()

    return await listen(path, handle)


def encode(content: object) -> bytes:
    """Return the content as one frame."""
    body = _encoder.encode(content)
    return (len(body) + 1).to_bytes(4, "big") + bytes((VERSION,)) + body


async def read(reader: asyncio.StreamReader, decoder: msgspec.msgpack.Decoder[T]) -> T | None:
    """Return the next frame's content, None at the end of the stream.

    Raises: FrameError.
    """
    try:
        length = int.from_bytes(await reader.readexactly(4), "big")
        if not 1 <= length <= LIMIT_BYTES:
            raise FrameError(f"a frame of {length} bytes")
        frame = await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    if frame[0] != VERSION:
        raise FrameError(f"version {frame[0]}, not {VERSION}")
    try:
        return decoder.decode(memoryview(frame)[1:])
    except Exception as error:  # msgspec's, Unicode's, or that of a record's own checks
        raise FrameError(str(error)) from error
