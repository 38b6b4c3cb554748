"""The checker's pages say how things are, to people and to Prometheus."""

import asyncio
from typing import Any

import msgspec
import pytest

from corridor.adapters.system.shelf import FileShelf
from corridor.hub.batch import chain
from corridor.reports.alarms import Acknowledgement, Alarm
from corridor.reports.follow import Follower
from corridor.reports.log import Log
from corridor.reports.seen import Line
from corridor.workers.checker import Checker
from corridor.workers.page import STALE, Page

LINE = Line("CORRXXM0", 5, 1, 9, b"h" * 32)


class Still:
    """A clock that somebody else sets."""

    at = 0

    def now(self) -> int:
        return self.at


@pytest.fixture
def shelf(tmp_path):
    return FileShelf(tmp_path)


@pytest.fixture
def page(shelf):
    follower = Follower(Log("CORRXXM0", "sandbox", chain, None, 1), "CORRXXM0")
    follower.lose(LINE)
    follower.said()
    clock = Still()
    checker = Checker(follower=follower, look=None, shelf=shelf, witness=None, clock=clock)
    return Page(checker, clock)


def get(page: Page, path: str) -> tuple[int, bytes]:
    sent: list[Any] = []

    async def send(message):
        sent.append(message)

    asyncio.run(page({"path": path}, None, send))
    return sent[0]["status"], sent[1]["body"]


def refresh(page, shelf):
    page._checker.standing = shelf.standing()


def test_health_is_bad_until_every_alarm_is_acknowledged(page, shelf):
    assert get(page, "/health")[0] == 200
    shelf.sound([Alarm(1, "balances", 5, 0, "a cent is gone")])
    refresh(page, shelf)
    status, body = get(page, "/health")
    assert (status, msgspec.json.decode(body)["state"]) == (503, "alarm")
    assert b"a cent is gone" in body
    shelf.acknowledge(Acknowledgement(1, "anna", "put right", 1))
    refresh(page, shelf)
    assert get(page, "/health")[0] == 200


def test_health_is_bad_when_the_database_was_not_read_for_long(page):
    page._clock.at = STALE + 1
    status, body = get(page, "/health")
    assert (status, msgspec.json.decode(body)["state"]) == (503, "stale")


def test_metrics_count_by_invariant(page, shelf):
    shelf.sound([Alarm(1, "balances", 5, 0, "a cent is gone")])
    refresh(page, shelf)
    status, body = get(page, "/metrics")
    assert status == 200
    lines = body.decode().splitlines()
    assert 'corridor_checker_violations_total{invariant="chain"} 1.0' in lines
    assert 'corridor_checker_alarm{invariant="balances"} 1.0' in lines
    assert "corridor_checker_batch 5.0" in lines


def test_there_is_nothing_else(page):
    assert get(page, "/")[0] == 404
