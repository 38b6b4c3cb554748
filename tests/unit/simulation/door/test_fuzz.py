"""Malformed messages: what once crashed a parser never does again, and the fuzzers are able to find it."""

import json
from pathlib import Path
from random import Random

import pytest

from corridor.codecs.iso20022.envelope import open_envelope
from corridor.simulation.door.attacks.trial import on_uvloop
from corridor.simulation.door.fuzz import codecs, ingress, mutations
from corridor.simulation.door.fuzz.parsers import Parser, Wrong, messages, parsers
from corridor.simulation.door.house import open_house

VECTORS = Path(__file__).parents[3] / "vectors/fuzz"
PARSERS = {parser.name: parser for parser in parsers()}
KEPT = sorted(VECTORS.glob("*/*.bin"))


@pytest.mark.parametrize("path", KEPT, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_that_what_once_crashed_does_not_again(path):
    parser = PARSERS[path.parent.name.replace("-", " ")]
    assert codecs.read(parser, path.read_bytes(), codecs.Found(parser.name)) == ""


@pytest.mark.parametrize("name", PARSERS)
def test_that_a_parser_reads_its_honest_examples_and_stands_some_fuzzing(name):
    parser = PARSERS[name]
    readable = [example for example in parser.examples if reads(parser, example)]
    assert readable == list(parser.examples) or "query" in name  # each of the two has examples of the other
    found = codecs.fuzz(parser, 5, 150)
    assert (found.tried, found.crashes) == (150, [])


def reads(parser, content):
    try:
        parser.read(content)
    except parser.refusals:
        return False
    return True


def test_that_the_same_seed_gives_the_same_bytes():
    for kind in (
        mutations.OF_XML,
        mutations.OF_JSON,
        mutations.OF_JWS,
        mutations.OF_QUERY,
        mutations.OF_FRAMES,
    ):
        one, other = (
            [mutations.mutate(Random(n), messages()[0], kind) for n in range(100)] for _ in range(2)
        )
        assert one == other
        assert len(set(one)) > 60


def test_that_a_crash_and_a_hang_are_found():
    careless = Parser("careless", (b'{"a":1}',), json.loads, (json.JSONDecodeError,), mutations.OF_JSON, 1)
    assert codecs.fuzz(careless, 1, 300).crashes, "bytes that are no UTF-8 raise something else"

    def slow(_content):
        sum(range(40_000_000))

    hanging = Parser("hanging", (b"x",), slow, (), mutations.BYTES, 1)
    assert codecs.fuzz(hanging, 1, 1).crashes


def test_that_wrong_acceptance_is_found(monkeypatch):
    careless = lambda content: open_envelope(content.replace(b"100.00", b"900.00"))  # noqa: E731
    monkeypatch.setattr("corridor.simulation.door.fuzz.parsers.open_envelope", careless)
    with pytest.raises(Wrong, match="another parser"):
        PARSERS["envelope and codecs"].read(messages()[0])


def test_mutations_through_the_door():
    async def main():
        async with open_house() as house:
            return await ingress.fuzz_door(house, 3, 120)

    answered, wrong = on_uvloop(main())
    assert wrong == []
    assert answered.total() == 120
    assert answered[202]


def test_that_an_http_500_at_the_door_is_found(monkeypatch, caplog):
    monkeypatch.setattr(
        "corridor.gateway.inbound.sha256", None
    )  # what cannot be read is called by its digest

    async def main():
        async with open_house() as house:
            return await ingress.fuzz_door(house, 3, 40)

    _, wrong = on_uvloop(main())
    assert any("HTTP 500" in each for each in wrong)
    assert caplog.records
