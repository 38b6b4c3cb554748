"""One bit flipped at every byte of a signed message and of its signature: nothing of it is believed."""

import asyncio
from random import Random
from typing import Final

from corridor.services.messaging.records import IN
from corridor.simulation.door.caller import MESSAGES
from corridor.simulation.door.house import House
from corridor.simulation.door.wire import JSON, XML, Answer, read_answer, request
from corridor.simulation.door.world import SEVR

REFUSED: Final = 401


async def flip(house: House, seed: int) -> tuple[int, list[str]]:
    """Return how many were sent, of a payment and of a request in JSON, and what was wrong."""
    dice = Random(seed)
    caller = house[SEVR]
    quote = caller.ask("/v1/quotes", creditor_agent="PAMRTJ20").partition(b"\r\n\r\n")[2]
    messages = ((MESSAGES, XML, caller.order(house.fresh())), ("/v1/quotes", JSON, quote))
    sent, wrong = 0, []
    for path, media, body in messages:
        batch = await house.batch()
        signature = caller.sign(body)
        forgeries = [*_bodies(body, signature, dice), *_signatures(body, signature, dice)]
        answers = await _send_all(house, path, media, forgeries)
        sent += len(forgeries)
        for (what, _, _), answer in zip(forgeries, answers, strict=True):
            if answer.status != REFUSED:
                wrong.append(f"{path}: a bit flipped in {what}: HTTP {answer.status}")
        stored = [
            line for line in await house.log(batch) if line.direction == IN and line.participant == SEVR
        ]
        if stored:
            wrong.append(f"{path}: {len(stored)} forgeries reached the hub")
    return sent, wrong


def _bodies(body: bytes, signature: str, dice: Random) -> list[tuple[str, bytes, bytes]]:
    forged = []
    for at in range(len(body)):
        bent = bytearray(body)
        bent[at] ^= 1 << dice.randrange(8)
        forged.append((f"byte {at} of the body", bytes(bent), signature.encode()))
    return forged


def _signatures(body: bytes, signature: str, dice: Random) -> list[tuple[str, bytes, bytes]]:
    forged = []
    for at in range(len(signature)):
        bent = bytearray(signature.encode())
        bent[at] ^= 1 << dice.choice([bit for bit in range(8) if _stands(bent[at] ^ 1 << bit)])
        forged.append((f"byte {at} of the signature", body, bytes(bent)))
    return forged


def _stands(byte: int) -> bool:
    """Say whether a header may have such a byte inside: others are no request at all, which is tried elsewhere."""
    return 0x20 < byte != 0x7F


async def _send_all(
    house: House, path: str, media: str, forgeries: list[tuple[str, bytes, bytes]]
) -> list[Answer]:
    """Send them one after the other on one connection, as fast as they are answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    answers = []
    for _, body, signature in forgeries:
        head = request("POST", path, [("Content-Type", media), ("Corridor-Signature", "?")], body)
        writer.write(head.replace(b"Corridor-Signature: ?", b"Corridor-Signature: " + signature, 1))
        answer = await read_answer(reader)
        answers.append(answer)
        if answer.status == 0 or answer.headers.get("connection") == "close":
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.close()
    return answers
