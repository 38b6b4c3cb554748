"""The door's own description, taken at its word: what it forbids is refused, and answers look as it says.

Requests are made from the description: in an honest one a member, parameter or path is replaced by a value of
another kind, left out, or joined by one that nobody knows. Whether that is still allowed, the description's schema
says; the gateway never sees it.
"""

import json
from collections.abc import Iterator
from random import Random
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from corridor.domain.instants import iso_date
from corridor.simulation.door.caller import Caller
from corridor.simulation.door.fuzz.parsers import JSON_EXAMPLES
from corridor.simulation.door.house import House
from corridor.simulation.door.schemas import Schema, broken
from corridor.simulation.door.wire import JSON, Answer, exchange, request
from corridor.simulation.door.world import ALFX, ANNA, CBRR, FIRST_DAY, PAMR, SEVR

VALUES: Final[tuple[Any, ...]] = (
    None, True, 0, -1, 1, 2**63, 10**30, 1.5, "", " ", "x", "\n", "RUB", "rub", "RUB\n", "0", "00", "-1", "1e5", "1.5",
    "9" * 18, "9" * 19, "a" * 35, "a" * 36, "a" * 141, "PAMRTJ20", "+992917000001", "Жук", "\u202e", [], {}, [1],
    {"a": 1}, [[]] * 9,
)  # fmt: skip
EXAMPLES: Final = {**JSON_EXAMPLES, "/v1/mailbox/acknowledgement": {"number": 0}}
QUERIES: Final = {
    "/v1/mailbox": {"after": "0"},
    "/v1/aliases/{phone}": {"name": "Anna"},
    "/v1/statements": {"currency": "RUB", "day": iso_date(FIRST_DAY), "page": "1"},
}
UNASKED: Final = (401, 403, 429)


class Call(NamedTuple):
    """A request, and whether the description allows it: "" or why not."""

    what: str
    operation: Schema
    sent: bytes
    forbidden: str


async def take_at_its_word(house: House, seed: int, count: int) -> tuple[int, list[str]]:
    """Return how many requests were made, and what is not as the description says."""
    document = (await exchange(house.port, request("GET", "/openapi.json"))).json
    named = document["components"]["schemas"]
    dice, wrong = Random(f"described/{seed}"), []
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    for n in range(count):
        path, method, operation = operations[n % len(operations)]
        caller = house[dice.choice((SEVR, PAMR, ALFX, CBRR, ANNA))]
        call = _call(caller, path, method, operation, named, dice)
        answer = await exchange(house.port, call.sent)
        wrong += [f"seed {seed}, number {n}, {call.what}: {each}" for each in judge(call, answer, named)]
    return count, wrong


def judge(call: Call, answer: Answer, named: dict[str, Schema]) -> Iterator[str]:
    """Yield whatever the description does not say of an answer."""
    if call.forbidden and answer.status not in (400, 404, 422, *UNASKED):
        yield f"forbidden ({call.forbidden}), yet HTTP {answer.status}"
    if answer.status >= 500 or not answer.status:
        yield f"HTTP {answer.status}"
    responses = call.operation["responses"]
    told = responses.get(str(answer.status), responses["default"])
    media = answer.headers.get("content-type", "").replace(" ", "")
    schemas = {each.replace(" ", ""): of["schema"] for each, of in told["content"].items()}
    if media not in schemas:
        yield f"HTTP {answer.status} is {media}, not {list(schemas)}"
        return
    for body in _bodies(media, answer):
        if trouble := broken(schemas[media], body, named):
            yield f"HTTP {answer.status}: {trouble}: {answer.body[:200]!r}"


def _bodies(media: str, answer: Answer) -> list[Any]:
    if media.endswith("ndjson"):
        return answer.lines
    return [answer.json if "json" in media else answer.body.decode()]


def _call(
    caller: Caller, path: str, method: str, operation: Schema, named: dict[str, Schema], dice: Random
) -> Call:
    what = f"{method.upper()} {path}"
    if method == "get":
        return _get(caller, what, path, operation, named, dice)
    content = operation["requestBody"]["content"]
    if JSON not in content:
        return Call(what, operation, caller.post(str(dice.choice(VALUES)).encode(), path), "")
    body = dict(EXAMPLES[path])
    if path != "/v1/mailbox/acknowledgement":
        body["message_id"] = caller.next_id()
    bent = _bend(body, dice)
    sent = caller.post(json.dumps(bent).encode(), path, media=JSON)
    return Call(f"{what} {bent!r:.300}", operation, sent, broken(content[JSON]["schema"], bent, named))


def _get(
    caller: Caller, what: str, path: str, operation: Schema, named: dict[str, Schema], dice: Random
) -> Call:
    """Bend the query, or the part of the path that varies; a number in a query is its text."""
    parameters = {each["name"]: each for each in operation.get("parameters", ()) if each["in"] == "query"}
    query = {name: str(value) for name, value in _bend(dict(QUERIES.get(path, {})), dice).items()}
    if "wait" in query or "stream" in query:
        query.pop("wait", None), query.pop("stream", None)
    target = path.replace("{phone}", quote(str(dice.choice(VALUES)), safe=""))
    if query:
        target += "?" + urlencode(query)
    forbidden = ""
    if path in QUERIES:
        typed = {
            name: _typed(parameters.get(name, {}).get("schema", {}), text) for name, text in query.items()
        }
        properties = {name: each["schema"] for name, each in parameters.items()}
        required = [name for name, each in parameters.items() if each.get("required")]
        shape = {"properties": properties, "required": required, "additionalProperties": False}
        forbidden = broken(shape, typed, named)
    return Call(f"{what} {target[:300]}", operation, caller.get(target), forbidden)


def _typed(schema: Schema, text: str) -> Any:
    if schema.get("type") == "integer":
        return int(text) if text.lstrip("-").isdecimal() and text.isascii() else text
    return text


def _bend(members: dict[str, Any], dice: Random) -> dict[str, Any]:
    """Replace, leave out or add a member, at any depth; now and then leave everything as it is."""
    if not members:
        return {"x": "1"} if dice.randrange(4) == 0 else members
    name = dice.choice(list(members))
    inner = members[name]
    if isinstance(inner, dict) and inner and dice.randrange(2):
        return {**members, name: _bend(inner, dice)}
    match dice.randrange(8):
        case 0:
            return members
        case 1:
            return {each: value for each, value in members.items() if each != name}
        case 2:
            return {**members, "x": dice.choice(VALUES)}
        case _:
            return {**members, name: dice.choice(VALUES)}
