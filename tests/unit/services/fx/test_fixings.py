"""Official rates: who may set one, of which day, and what a correction leaves."""

from decimal import Decimal

import pytest

from corridor.domain.instants import DAY, iso_date
from corridor.services.fx.commands import PostFixing
from corridor.services.fx.records import FIXING
from corridor.services.messaging.records import MESSAGE
from tests.world import ALFX, CBRR, CBTJ, SEVR, World, answer_of


@pytest.fixture
def world():
    return World().found()


def fix(world, day="2026-11-18", base="USD", quote="RUB", rate="89.5", by=CBRR):
    return world.submit(
        PostFixing(world.origin(by, definition="json/fixings"), day, base, quote, Decimal(rate))
    )


def known(world):
    return {
        (f.day, f.base_currency, f.quote_currency): str(f.rate) for f in world.store.rows[FIXING].values()
    }


def test_each_central_bank_fixes_what_others_cost_in_its_own_currency(world):
    assert fix(world).status == "accepted"
    assert fix(world, base="TJS", rate="8.17").status == "accepted"
    assert fix(world, quote="TJS", rate="10.95", by=CBTJ).status == "accepted"
    assert known(world) == {
        ("2026-11-18", "USD", "RUB"): "89.5",
        ("2026-11-18", "TJS", "RUB"): "8.17",
        ("2026-11-18", "USD", "TJS"): "10.95",
    }


@pytest.mark.parametrize(
    ("facts", "reason", "field"),
    [
        ({"by": CBTJ}, "AG01", "quote_currency"),
        ({"by": SEVR}, "AG01", "iss"),
        ({"by": ALFX}, "AG01", "iss"),
        ({"base": "RUB", "quote": "USD"}, "AG01", "quote_currency"),
        ({"base": "RUB"}, "CH16", "rate"),
        ({"base": "ZZZ"}, "AM03", "base_currency"),
        ({"rate": "0"}, "CH16", "rate"),
        ({"rate": "-1"}, "CH16", "rate"),
        ({"rate": "NaN"}, "CH16", "rate"),
        ({"day": "2026-02-30"}, "DT01", "day"),
        ({"day": "20261118"}, "DT01", "day"),
        ({"day": "today"}, "DT01", "day"),
    ],
    ids=str,
)
def test_what_is_no_official_rate_is_refused(world, facts, reason, field):
    answer = fix(world, **facts)
    assert answer.status == "refused"
    told = answer_of(answer)
    assert (told["reason"], told["field"]) == (reason, field)
    assert known(world) == {}


def test_a_day_may_lie_behind_and_a_little_ahead(world):
    assert fix(world, day="2020-01-01").status == "accepted"
    assert fix(world, day=iso_date(world.now + 10 * DAY)).status == "accepted"
    assert fix(world, day=iso_date(world.now + 11 * DAY)).status == "refused"


def test_a_correction_stands_in_the_audit_with_what_was_before(world):
    fix(world, rate="98.5")
    fix(world)
    assert list(known(world).values()) == ["89.5"]
    audit = [line for line in world.store.rows[MESSAGE].values() if line.direction == "audit"]
    ours = [line for line in audit if line.participant == CBRR]
    assert len(ours) == 2
