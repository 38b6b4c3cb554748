"""The signer's two ends: the process that alone holds the hub's key, and the hub's way to it."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import msgspec

from corridor.adapters.keys.software import PrivateKey
from corridor.adapters.stream import frames
from corridor.adapters.stream.questions import Questions
from corridor.ports import HubAway

_inputs = msgspec.msgpack.Decoder(list[bytes])
_signatures = msgspec.msgpack.Decoder(list[bytes])


async def serve(path: Path, key: PrivateKey) -> asyncio.Server:
    """Sign every input of every frame, in order, for whoever may open the socket: the hub."""

    async def sign(inputs: list[bytes]) -> list[bytes]:
        return [key.sign(signing_input) for signing_input in inputs]

    return await frames.answer(path, _inputs, sign)


class StreamSigner:
    """The hub's way to the signer. While it is away or silent, signing waits: nothing is lost or skipped."""

    def __init__(self, path: Path) -> None:
        self._questions = Questions(path, _signatures)

    async def sign(self, inputs: Sequence[bytes]) -> Sequence[bytes]:
        while True:
            try:
                signatures = await self._questions.ask(inputs)
            except HubAway:
                signatures = []
            if len(signatures) == len(inputs):
                return signatures
            await self.close()
            await asyncio.sleep(0.05)

    async def close(self) -> None:
        """Let go of the connection."""
        await self._questions.close()
