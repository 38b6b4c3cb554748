"""The door keeps to its own description; what would not is told."""

import msgspec
import pytest

from corridor.simulation.door import described
from corridor.simulation.door.schemas import broken
from corridor.simulation.door.wire import Answer

pytestmark = pytest.mark.anyio
NAMED = {"Amount": {"type": "object", "properties": {"minor": {"type": "string"}}, "required": ["minor"]}}


async def test_that_the_door_is_as_described(house):
    count, wrong = await described.take_at_its_word(house, 1, 300)
    assert (count, wrong) == (300, [])


async def test_that_a_looser_door_is_told(house, monkeypatch):
    monkeypatch.setattr(
        "corridor.gateway.mailbox.decode", lambda _decoder, _body: described.EXAMPLES and Number()
    )
    _, wrong = await described.take_at_its_word(house, 1, 200)
    assert any("forbidden" in each and "yet HTTP 202" in each for each in wrong)


class Number(msgspec.Struct):
    number: int = 0


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (Answer(200, {"content-type": "application/json"}, b'{"minor":"1"}'), ""),
        (Answer(200, {"content-type": "application/json"}, b'{"minor":1}'), "$.minor is no string"),
        (Answer(200, {"content-type": "text/html"}, b""), "is text/html"),
        (Answer(500, {"content-type": "application/problem+json"}, b"{}"), "HTTP 500"),
    ],
)
def test_answers_that_are_not_as_described(answer, trouble):
    schema = {"$ref": "#/components/schemas/Amount"}
    responses = {
        "200": {"content": {"application/json": {"schema": schema}}},
        "default": {"content": {"application/problem+json": {"schema": {"type": "object"}}}},
    }
    told = list(described.judge(described.Call("x", {"responses": responses}, b"", ""), answer, NAMED))
    assert trouble in "".join(told)
    assert bool(told) is bool(trouble)


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        ({"type": "integer", "minimum": 0, "maximum": 5}, [0, 5], [-1, 6, True, 1.5, "1", None]),
        ({"type": "string", "pattern": "^[A-Z]{3}(?!\n)$"}, ["RUB"], ["rub", "RUB\n", ""]),
        ({"type": "string", "minLength": 1, "maxLength": 2}, ["a", "ab"], ["", "abc"]),
        (
            {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2},
            [["a"]],
            [[], [1], ["a"] * 3],
        ),
        ({"anyOf": [{"type": "null"}, {"enum": ["a"]}]}, [None, "a"], ["b", 1]),
        ({"$ref": "#/components/schemas/Amount"}, [{"minor": "1", "more": 1}], [{}, {"minor": 1}, []]),
        ({"type": "object", "properties": {}, "additionalProperties": False}, [{}], [{"x": 1}]),
    ],
)
def test_schemas(schema, right, wrong):
    assert [value for value in right if broken(schema, value, NAMED)] == []
    assert [value for value in wrong if not broken(schema, value, NAMED)] == []


def test_that_an_unknown_word_of_json_schema_is_not_overlooked():
    with pytest.raises(AssertionError, match="oneOf"):
        broken({"oneOf": []}, 1, {})
