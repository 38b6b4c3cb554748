"""What is kept of a payment that screening stopped: for how long, why, and until when."""

import pytest

from corridor.services.compliance.commands import SetScreeningPolicy
from corridor.services.compliance.screening import Hit, Screening
from corridor.services.instant.commands import RefusePayment, ReleasePayment
from corridor.services.instant.records import HELD_PAYMENT
from corridor.services.messaging.commands import SetParticipantState
from corridor.services.messaging.records import CASE, SUSPENDED
from corridor.services.settlement.payments import PAYMENT
from tests.world import LIST, PAMR, SEVR, World

HITS = Screening(
    LIST,
    (
        Hit("Иван Петров", "UN", "QDi.1", "Ivan Petrov", 97, "both words"),
        Hit("Рустам Каримов", "EU", "7", "Rustam Karimov", 95, "sounds alike"),
    ),
)


@pytest.fixture
def world():
    world = World().found()
    world.operate(SetScreeningPolicy, on_hit="hold", hold_limit_s=600)
    return world


def test_a_hold_lasts_as_long_as_the_policy_says(world):
    world.pay(world.order(1), HITS)
    world.advance(599)
    assert world.heard(SEVR) == ["PDNG"]
    world.advance(2)
    assert world.heard(SEVR) == ["PDNG", "RJCT RR04"]


def test_the_case_tells_who_decides_what_was_found(world):
    order = world.order(1)
    world.pay(order, HITS)
    (case,) = world.store.rows[CASE].values()
    assert (case.kind, case.participant) == ("held", SEVR)
    assert case.payment == world.store.rows[PAYMENT][order.uetr].number
    assert case.text == "97 UN QDi.1: both words; 95 EU 7: sounds alike"


def test_the_order_is_kept_while_it_is_held_and_not_longer(world):
    order = world.order(1)
    world.pay(order, HITS)
    held = world.store.rows[HELD_PAYMENT][order.uetr]
    assert (held.open, "Рустам Каримов".encode() in held.order) == (True, True)
    world.submit(world.operation(RefusePayment, uetr=order.uetr))
    ended = world.store.rows[HELD_PAYMENT][order.uetr]
    assert (ended.open, ended.order) == (False, b"")


def test_a_release_is_decided_as_things_are_then(world):
    order = world.order(1)
    world.pay(order, HITS)
    world.operate(SetParticipantState, bic=PAMR, state=SUSPENDED)
    world.operate(ReleasePayment, uetr=order.uetr)
    assert world.heard(SEVR) == ["PDNG", "RJCT AB08"]
    assert world.heard(PAMR) == []
