"""What takes two persons was done by two: a trail that says otherwise is found, whoever wrote it."""

import zlib

import msgspec
import pytest

from corridor.reports.trails import Trails
from corridor.services.messaging import commands
from corridor.services.messaging.records import AUDIT, BLOB, CASE, IN, MESSAGE
from corridor.services.settlement.correspondents import agreements
from corridor.services.settlement.correspondents.records import CORRESPONDENT
from tests.contract.signed_world import SignedWorld
from tests.unit.services.settlement.correspondents.corresponding import Corresponding
from tests.world import SEVR


@pytest.fixture(scope="module")
def lines():
    """The log of a founded corridor in which one person froze an account: lines with their bodies, in order."""
    world = SignedWorld().found()
    world.operate(commands.SetFrozen, participant=SEVR, currency="RUB", frozen=True)
    world.operate(commands.SetLimit, participant=SEVR, currency="RUB", limit=1_00)
    return logged(world)


def logged(world):
    """Return all lines of a log with their bodies, in order."""
    found = []
    for line in sorted(world.store.rows[MESSAGE].values(), key=lambda line: (line.batch, line.position)):
        content = zlib.decompress(world.store.rows[BLOB][line.month, line.batch].content)
        found.append((line, content[line.start : line.start + line.size].partition(b"\n")[2]))
    return found


def read(lines, bend=lambda _trail: None, what=""):
    """Follow the log; `bend` changes the last trail of this kind."""
    trails = Trails()
    last = max(
        (at for at, (line, body) in enumerate(lines) if line.direction == AUDIT and _what(body) == what),
        default=None,
    )
    before, ordered = None, b""
    for at, (line, body) in enumerate(lines):
        if line.direction == AUDIT:
            trail = msgspec.json.decode(body)
            if at == last:
                bend(trail)
            trails.read(line, msgspec.json.encode(trail), before, ordered)
        before, ordered = line, body
    return trails


def _what(body):
    return msgspec.json.decode(body)["what"]


def proposal(trail):
    return next(change["after"] for change in trail["changes"] if change["table"] == "proposal")


def test_the_log_as_it_was_written_is_clean(lines):
    trails = read(lines)
    assert trails.audit.violations == trails.four_eyes.violations == []
    assert trails.audit.checked > 40
    assert trails.four_eyes.checked == trails.audit.checked - 1, "all but the founding"
    assert any(line.direction == IN for line, _ in lines)


def alone(trail):
    proposal(trail).update(checker="operator:alice", checker_key="alice-1")
    trail["by"] = ["operator:alice", "operator:alice"]


def another_hash(trail):
    proposal(trail)["digest"] = "00" * 32


def a_stranger(trail):
    proposal(trail)["checker"] = "operator:mallory"
    trail["by"][1] = "operator:mallory"


def anothers_key(trail):
    proposal(trail)["checker_key"] = "alice-1"


@pytest.mark.parametrize(
    ("bend", "words"),
    [
        (alone, "signed with one key"),
        (another_hash, "another hash was approved"),
        (a_stranger, "operator:mallory had not the right to it"),
        (anothers_key, "operator:bob had not the right to it"),
    ],
)
def test_what_was_not_wanted_by_two_is_found(lines, bend, words):
    said = read(lines, bend, "SetLimit").four_eyes.violations
    assert any(words in sentence for sentence in said), said


def test_a_command_that_takes_two_done_by_its_maker_is_found(lines):
    trails = Trails()
    before, ordered = None, b""
    for line, body in lines:
        if line.direction == AUDIT:
            trail = msgspec.json.decode(body)
            made = trail["what"] == "SetLimit" and proposal(trail)["state"] == "open"
            if made:
                trail["changes"] = [{"table": "account", "key": [1], "before": None, "after": {}}]
            trails.read(line, msgspec.json.encode(trail), before, ordered)
        before, ordered = line, body
    assert any("it takes two persons, but one has done it" in said for said in trails.four_eyes.violations)


def test_a_trail_that_does_not_begin_where_the_last_one_ended_is_found(lines):
    def bend(trail):
        trail["changes"][0]["before"]["credit_limit"] = 7

    said = read(lines, bend, "SetLimit").audit.violations
    assert any("was not as it says before" in sentence for sentence in said), said


def test_a_trail_of_nobodys_command_is_found(lines):
    trails = Trails()
    line, body = next((line, body) for line, body in lines if line.direction == AUDIT)
    trails.read(line, body, None, b"")
    trails.read(line, body, msgspec.structs.replace(line, direction=IN, outcome="refused"), b"")
    trails.read(
        line, body, msgspec.structs.replace(line, direction=IN, outcome="accepted", message_id="x"), b""
    )
    assert len(trails.audit.violations) >= 3


def test_a_timer_that_could_not_be_decided_has_changed_nothing(monkeypatch):
    world = Corresponding().found()
    world.offered()
    offer = world.account
    with monkeypatch.context() as bug:
        bug.setattr(agreements, "_end", lambda *_: 1 / 0)
        world.advance(8 * 86_400)
    (case,) = world.store.rows[CASE].values()
    assert case.kind == "fault"
    assert world.account == offer
    assert world.accept() == "TM01", "an offer that has lapsed is not taken because nobody could end it"
    lines = logged(world)
    assert [line.participant for line, _ in lines if line.direction == AUDIT][-1] != "timer"
    trails = read(lines)
    trails.compare(CORRESPONDENT, list(world.store.rows[CORRESPONDENT].values()))
    assert trails.audit.violations == []
    world.advance(60)  # another release is in place
    assert world.account.state == "cancelled"
    assert read(logged(world)).audit.violations == []
