"""The trial of rights: every cell of the table, against the description that the running gateway gives of itself."""

import re
from typing import Any, Final

from corridor.simulation.door.attacks.strike import Attack, Strike
from corridor.simulation.door.attacks.trial import attack_all, on_uvloop
from corridor.simulation.door.described import take_at_its_word
from corridor.simulation.door.house import open_house
from corridor.simulation.door.rights.table import CALLERS, ROWS, Row, cells
from corridor.simulation.door.wire import Answer, exchange, request
from corridor.simulation.tally import Tally, Violation
from corridor.simulation.trials import Order, Tell

NAME: Final = "rights"
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
ASKED: Final = 2_000
NUMBER: Final = "A65-A67"
_SIGNATURE: Final = re.compile(rb"Corridor-Signature: [^\r]*\r\n")


def run(order: Order, tell: Tell) -> Tally:
    """Try every cell, then take the description at its word."""
    cells_tried, asked, broken = on_uvloop(_run(order, tell))
    return Tally(
        attacks=cells_tried,
        malformed=asked,
        checked={"endpoint x role x object": cells_tried, "requests made from the OpenAPI": asked},
        violations=tuple(Violation(NAME, NAME, order.seed, story) for story in broken),
    )


async def _run(order: Order, tell: Tell) -> tuple[int, int, list[str]]:
    async with open_house() as house:
        document = (await exchange(house.port, request("GET", "/openapi.json"))).json
        broken = missing(document)
        attacks = (*_cells(), *_other_methods(document))
        broken += await attack_all(house, tell, attacks)
        asked, wrong = await take_at_its_word(house, order.seed, round(ASKED * order.scale))
        tell(f"{asked:,} requests were made from the description")
    return len(attacks), asked, broken + wrong


def missing(document: Any) -> list[str]:
    """Return what the description has and the table has not, or the other way round, or what nobody signs."""
    described = {
        f"{method.upper()} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    wrong = [
        f"{each} is in no row of the table" for each in described.keys() - {row.operation for row in ROWS}
    ]
    wrong += [f"there is no {each}" for each in {row.operation for row in ROWS} - described.keys()]
    for row in ROWS:
        signed = bool(described.get(row.operation, {}).get("security"))
        for caller in ("unknown", "nobody"):
            if signed != (cells(row)[caller] in ("401", "-")):
                wrong.append(
                    f"{row.operation} says that it is {'' if signed else 'not '}signed; the table does not"
                )
    return sorted(wrong)


def _cells() -> list[Attack]:
    return [_cell(row, caller, cell) for row in ROWS for caller, cell in cells(row).items() if cell != "-"]


def _cell(row: Row, caller: str, cell: str) -> Attack:
    async def send(s: Strike) -> Answer:
        by = s.house[CALLERS[caller]]
        sent = await row.build(s, by)
        return await s.send(_SIGNATURE.sub(b"", sent) if caller == "nobody" else sent, by)

    status, _, reason = cell.partition(" ")
    if cell == "401":
        trace = "unauthenticated " + ("none" if caller == "nobody" else "unknown key")
    elif not row.stored:
        trace = ""
    else:
        trace = f"refused {reason}" if reason else "accepted"
    moves = row.moves and trace == "accepted"
    return Attack(NUMBER, f"{row.operation}: {caller} {row.what}", send, int(status), None, trace, moves)


def _other_methods(document: Any) -> list[Attack]:
    """Every method that a path does not have, genuinely signed."""
    return [
        Attack(NUMBER, f"{method} {path}", _other(method, path), 405, None)
        for path, methods in document["paths"].items()
        for method in METHODS
        if method.lower() not in methods
    ]


def _other(method: str, path: str) -> Any:
    async def send(s: Strike) -> Answer:
        target = path.replace("{phone}", "+992917000001")
        signature = s.sevr.sign(f"{method} {target}".encode())
        return await s.send(request(method, target, [("Corridor-Signature", signature)]))

    return send
