"""What the terminal asks of the sandbox's counter: one request, one answer."""

import asyncio
from collections.abc import Mapping
from typing import TypeVar

import msgspec

from corridor.adapters.stream import frames
from corridor.cli.counter import Asked
from corridor.cli.home import Home
from corridor.cli.person import Refusal
from corridor.cli.reading import reading, require
from corridor.ports import HubAway

T = TypeVar("T")


def ask(home: Home, asked: Asked, answer: type[T], named: Mapping[str, str]) -> T:
    """Return what the counter answers; `named` are the institutions that the command line names, by their options.

    Raises: Refusal, NoSuchParticipant, InvalidBIC, HubAway.
    """
    return asyncio.run(_ask(home, asked, answer, named))


async def check(home: Home, named: Mapping[str, str]) -> None:
    """Let nobody be named who is not here. Raises: NoSuchParticipant, InvalidBIC, HubAway."""
    if not home.sandbox_socket.exists():
        raise HubAway
    async with reading(home) as reads:
        for field, bic in named.items():
            await require(reads, bic, field)


async def _ask(home: Home, asked: Asked, answer: type[T], named: Mapping[str, str]) -> T:
    await check(home, named)
    return await exchange(home, asked, answer)


async def exchange(home: Home, asked: Asked, answer: type[T]) -> T:
    """Ask, and return the answer. Raises: Refusal, HubAway."""
    try:
        reader, writer = await asyncio.open_unix_connection(home.sandbox_socket)
    except OSError:
        raise HubAway from None
    writer.write(frames.encode(asked))
    decoder: msgspec.msgpack.Decoder[T | str] = msgspec.msgpack.Decoder(answer | str)
    told = await frames.read(reader, decoder)
    writer.close()
    if told is None:
        raise HubAway
    if isinstance(told, str):
        raise Refusal(told)
    return told
