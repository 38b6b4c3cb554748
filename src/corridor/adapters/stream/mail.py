"""Stored messages, read and signed by the signer, for gateways that ask by number."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from corridor.adapters.keys.software import PrivateKey
from corridor.adapters.stream import frames
from corridor.adapters.stream.questions import Questions
from corridor.codecs.jws import compose
from corridor.ports import Post


class Ask(msgspec.Struct, frozen=True, array_like=True):
    """Which messages of a mailbox."""

    participant: str
    after: int
    limit: int


class Told(msgspec.Struct, frozen=True, array_like=True):
    """The messages asked for."""

    posts: list[Post]


class Mailboxes(Protocol):
    """Where stored messages are read: number, protected header in base64url, payload."""

    async def mailbox(
        self, participant: str, after: int, limit: int
    ) -> Sequence[tuple[int, bytes, bytes]]: ...


async def serve(path: Path, key: PrivateKey, mailboxes: Mailboxes) -> asyncio.Server:
    """Answer from what is durable, and from nothing else: the same bytes always get the same signature."""

    async def read(ask: Ask) -> Told:
        return Told(
            [
                Post(ask.participant, number, compose(header, key.sign(header + b"." + payload)), payload)
                for number, header, payload in await mailboxes.mailbox(ask.participant, ask.after, ask.limit)
            ]
        )

    return await frames.answer(path, msgspec.msgpack.Decoder(Ask), read)


class StreamMail:
    """A gateway's way to stored messages."""

    def __init__(self, path: Path) -> None:
        self._questions = Questions(path, msgspec.msgpack.Decoder(Told))

    async def read(self, participant: str, after: int, limit: int) -> Sequence[Post]:
        """Return the messages of a mailbox with higher numbers, in order.

        Raises: HubAway, if the signer cannot be reached or is silent.
        """
        return (await self._questions.ask(Ask(participant, after, limit))).posts

    async def close(self) -> None:
        """Let go of the connection."""
        await self._questions.close()
