"""Mutated bytes at every parser, one after the other in one process: typed refusals, fast, and nothing else."""

from contextlib import suppress
from random import Random
from time import thread_time
from typing import Final

import msgspec

from corridor.simulation.door.fuzz.mutations import mutate
from corridor.simulation.door.fuzz.parsers import Parser, parsers

COUNT: Final = 100_000
HANG_S: Final = 0.1
"""Of the processor's time."""


class Found(msgspec.Struct):
    """What came of the mutations of one parser."""

    name: str
    tried: int = 0
    accepted: int = 0
    worst_s: float = 0.0
    crashes: list[str] = msgspec.field(default_factory=list)


def fuzz(parser: Parser, seed: int, count: int) -> Found:
    """Read so many mutated examples; a crash tells parser, seed, number and bytes, so that it can be kept."""
    found = Found(parser.name)
    for n in range(count):
        dice = Random(f"{parser.name}/{seed}/{n}")
        content = mutate(dice, dice.choice(parser.examples), parser.mutations)
        found.tried += 1
        trouble = read(parser, content, found)
        if trouble:
            found.crashes.append(f"{parser.name}, seed {seed}, number {n}: {trouble}: {content[:300]!r}")
    return found


def read(parser: Parser, content: bytes, found: Found) -> str:
    """Read once; return what is wrong with how that went, or nothing."""
    started = thread_time()
    try:
        parser.read(content)
        found.accepted += 1
        trouble = ""
    except parser.refusals:
        trouble = ""
    except Exception as error:  # noqa: BLE001  that is the question
        trouble = repr(error)
    took = thread_time() - started
    found.worst_s = max(found.worst_s, took)
    if took > HANG_S:
        # The processor's time includes collecting garbage and first uses: a hang is one that happens again.
        started = thread_time()
        with suppress(Exception):  # judged above
            parser.read(content)
        if thread_time() - started > HANG_S:
            trouble = trouble or f"it took {took * 1000:.0f} ms"
    return trouble


def fuzz_all(seed: int, count: int) -> list[Found]:
    """Share out so many mutations among the parsers."""
    everyone = list(parsers())
    shares = sum(parser.share for parser in everyone)
    return [fuzz(parser, seed, max(1, count * parser.share // shares)) for parser in everyone]
