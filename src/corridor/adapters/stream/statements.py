"""Statements of accounts, read and signed by the signer, for gateways and the person at the terminal."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec

from corridor.adapters.keys.software import PrivateKey
from corridor.adapters.stream import frames
from corridor.adapters.stream.questions import Questions
from corridor.codecs.jws import HubHeader, compose, signing_input
from corridor.domain.errors import CorridorError
from corridor.ports import HubAway, Stated, Unstated
from corridor.reports.pages import Page, signed_parts

ReadPage = Callable[[str, str, str, int], Awaitable[Page]]
"""A page of a participant's account in a currency, of a day, by its number. Raises: CorridorError."""
_log: Final = logging.getLogger(__name__)


class Ask(msgspec.Struct, frozen=True, array_like=True):
    """Which page of whose statement."""

    participant: str
    currency: str
    day: str
    page: int


class Refusal(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Why there is none."""

    reason: str
    field: str
    detail: str


class Given(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """The page asked for."""

    stated: Stated


class Failed(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """It could not be read now."""


Answer = Given | Refusal | Failed


async def serve(path: Path, key: PrivateKey, header: HubHeader, read: ReadPage) -> asyncio.Server:
    """Answer from what is durable, and from nothing else."""

    async def answer(ask: Ask) -> Answer:
        try:
            page = await read(ask.participant, ask.currency, ask.day, ask.page)
            protected, payload = signed_parts(page, header)
        except CorridorError as error:
            return Refusal(error.reason, error.field or "", error.message)
        except Exception as error:  # noqa: BLE001  whatever it is, whoever asks gets an answer
            _log.warning("a statement cannot be read: %r", error)
            return Failed()
        return Given(Stated(compose(protected, key.sign(signing_input(protected, payload))), payload))

    return await frames.answer(path, msgspec.msgpack.Decoder(Ask), answer)


class StreamStatements:
    """The way to the signer's statements."""

    def __init__(self, path: Path) -> None:
        decoder: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
        self._questions = Questions(path, decoder)

    async def read(self, participant: str, currency: str, day: str, page: int) -> Stated:
        """Return a page, signed. Raises: Unstated; HubAway, if the signer or its database cannot be reached."""
        match await self._questions.ask(Ask(participant, currency, day, page)):
            case Given(stated):
                return stated
            case Refusal(reason, field, detail):
                raise Unstated(reason, field, detail)
            case Failed():
                raise HubAway

    async def close(self) -> None:
        """Let go of the connection."""
        await self._questions.close()
