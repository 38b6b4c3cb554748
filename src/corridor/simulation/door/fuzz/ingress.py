"""Mutated bodies under genuine signatures at the real door: no HTTP 500, no hang, and money where it was."""

import asyncio
from collections import Counter
from random import Random
from typing import Final

from corridor.domain.instants import SECOND
from corridor.gateway.requests import OPERATIONS_PATH
from corridor.simulation.door.caller import MESSAGES, Caller
from corridor.simulation.door.fuzz.mutations import NUMBERS, OF_JSON, OF_QUERY, OF_XML, TEXTS, mutate
from corridor.simulation.door.fuzz.parsers import JSON_EXAMPLES, body
from corridor.simulation.door.house import House
from corridor.simulation.door.wire import HANG_S, JSON, Answer, read_answer
from corridor.simulation.door.world import ANNA, PAMR, SEVR, VOLG

COUNT: Final = 5_000
ALLOWED: Final = frozenset({0, 200, 202, 400, 401, 404, 405, 413, 415, 422, 429})
"""0: the connection was closed, as it is for heads without end."""
ENDED: Final = 8 * SECOND


async def fuzz_door(house: House, seed: int, count: int) -> tuple[Counter[int], list[str]]:
    """Return how often each status was answered, and what is wrong."""
    dice = Random(f"door/{seed}")
    before = await house.ledger()
    answered: Counter[int] = Counter()
    wrong = []
    line = _Line(house.port)
    for n in range(count):
        sent, bank = _choose(dice, house, n)
        answer = await line.exchange(sent)
        answered[answer.status] += 1
        if answer.status not in ALLOWED:
            wrong.append(f"seed {seed}, number {n} of {bank.bic}: HTTP {answer.status}: {sent[-600:]!r}")
    line.close()
    await house.skip(ENDED)
    bank = house[VOLG]
    probe = await bank.send(bank.post(bank.order(house.fresh(), SEVR)))
    if probe.status != 202:
        wrong.append(f"an honest payment is answered {probe.status}")
    other = house[SEVR]
    await other.send(other.post(other.report((await _last(house)), "RJCT", "AC04")))
    wrong += await _moved(house, before.balances, before.accounts)
    return answered, wrong


async def _last(house: House) -> str:
    """Return the UETR of the one open payment, once the others have timed out."""
    for _ in range(500):
        opened = [payment.uetr for payment in (await house.ledger()).payments.values() if payment.open]
        if len(opened) == 1:
            return str(opened[0])
        await asyncio.sleep(0.01)
    return ""


async def _moved(house: House, balances: object, accounts: object) -> list[str]:
    """Genuine payments may have slipped through a mild mutation; all have ended without a promise."""
    after = await house.ledger()
    wrong = []
    if after.balances != balances:
        wrong.append("a balance is not what it was")
    if after.accounts != accounts:
        wrong.append("an account is not what it was")
    if settled := [uetr for uetr, payment in after.payments.items() if payment.status != "RJCT"]:
        wrong.append(f"payments did not end: {settled[:3]}")
    return wrong


def _choose(dice: Random, house: House, n: int) -> tuple[bytes, Caller]:
    bank = house[dice.choice((SEVR, PAMR, VOLG))]
    match dice.randrange(20):
        case 0 | 1 | 2 | 3:
            path = dice.choice(list(JSON_EXAMPLES))
            bent = mutate(dice, body(path, n), OF_JSON)
            by = house[ANNA] if path == OPERATIONS_PATH else bank
            return by.post(bent, path, media=JSON), by
        case 4:
            bent = mutate(dice, b'{"number":0}', OF_JSON)
            return bank.post(bent, "/v1/mailbox/acknowledgement", media=JSON), bank
        case 5 | 6:
            return bank.get(_target(dice)), bank
        case 7:
            return _head(dice, bank.post(bank.order(house.fresh(), _other(bank)))), bank
        case 8 | 9:
            bent = mutate(dice, bank.report(house.fresh(), "ACCP"), OF_XML)
        case 10:
            bent = mutate(dice, bank.question(house.fresh()), OF_XML)
        case _:
            bent = mutate(dice, bank.order(house.fresh(), _other(bank)), OF_XML)
    return bank.post(bent, MESSAGES), bank


def _other(bank: Caller) -> str:
    return SEVR if bank.bic == PAMR else PAMR


def _target(dice: Random) -> str:
    start = dice.choice(
        (b"/v1/mailbox?after=0&limit=5", b"/v1/aliases/+992917000001?name=a", b"/v1/aliases/%2B7")
    )
    bent = mutate(dice, start, OF_QUERY)[:4_000]
    return "/" + "".join(chr(byte) for byte in bent if 0x20 < byte < 0x7F and byte not in b"#").lstrip("/")


def _head(dice: Random, sent: bytes) -> bytes:
    """Change a header; never the length, for a request that never ends is another trial's."""
    head, _, rest = sent.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    at = dice.randrange(1, len(lines) - 1)
    trouble = dice.choice((*TEXTS, *NUMBERS)).replace(b"\r", b"").replace(b"\n", b"")
    lines[at] = lines[at] + trouble if dice.randrange(2) else trouble + lines[at]
    return b"\r\n".join(lines) + b"\r\n\r\n" + rest


class _Line:
    """One connection, opened again whenever the door has closed it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def exchange(self, sent: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        writer.write(sent)
        try:
            async with asyncio.timeout(HANG_S):
                answer = await read_answer(reader)
        except TimeoutError:
            answer = Answer(-1)
        if answer.status <= 0 or answer.headers.get("connection") == "close":
            self.close()
        return answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None
