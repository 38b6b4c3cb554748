"""The table of rights is whole, and the hub keeps to it: every command by everybody."""

import msgspec
import pytest

from corridor.hub.lists import HANDLERS, RIGHTS, RULES
from corridor.services.governance import operations
from corridor.services.messaging import commands
from corridor.services.messaging.admission import OPERATOR
from corridor.services.messaging.commands import Origin
from corridor.services.messaging.records import (
    AUDITOR,
    BANK,
    CENTRAL_BANK,
    FX_PROVIDER,
    OPERATOR_ROLES,
    PARTICIPANT,
    ROLES,
)
from tests.rig import HUB, answer_of
from tests.world import ALFX, CBRR, SEVR, World, post_rates

UETR = "00000000-0000-4000-8000-000000000001"
NOBODY = Origin("", "", "", b"", 0)
BY_ROLE = {BANK: SEVR, FX_PROVIDER: ALFX, CENTRAL_BANK: CBRR, "hub": HUB}


class HubWorld(World):
    """With the hub's own rights, and none for the tests of the ledger."""

    rules = RULES


@pytest.fixture(scope="module")
def world():
    world = HubWorld().found()
    for role in OPERATOR_ROLES:
        name = OPERATOR + role
        world.operate(commands.AddOperator, name=name, roles=(role,), key=world.new_key(name))
    return world


def test_every_command_has_a_right_and_every_right_a_command():
    assert set(RIGHTS) == set(HANDLERS)


def test_nobody_has_every_right_and_an_auditor_gives_no_command():
    for role in OPERATOR_ROLES:
        given = [kind for kind, right in RIGHTS.items() if role in right.operators and right.audited]
        assert len(given) < len(operations.OPERATIONS) / 2 + 1, role
        assert role != AUDITOR or not given


def test_roles_are_those_that_exist_and_a_second_person_stands_only_behind_a_first():
    for right in RIGHTS.values():
        assert set(right.participants) <= set(ROLES)
        assert set(right.operators) | set(right.second) <= set(OPERATOR_ROLES)
        assert not right.second or right.operators


def test_limits_keys_participants_operators_and_releases_take_two():
    for name in ("SetLimit", "AddKey", "AddParticipant", "AddOperator", "SetOperatorRoles", "ReleasePayment"):
        (kind,) = (kind for kind in RIGHTS if kind.__name__ == name)
        assert RIGHTS[kind].takes_two(_bare(kind, NOBODY))


@pytest.mark.parametrize(("command", "facts", "two"), [
    (commands.SetFrozen, {"participant": SEVR, "currency": "RUB", "frozen": True}, False),
    (commands.SetFrozen, {"participant": SEVR, "currency": "RUB", "frozen": False}, True),
    (commands.SetParticipantState, {"bic": SEVR, "state": "suspended"}, False),
    (commands.SetParticipantState, {"bic": SEVR, "state": "active"}, True),
    (commands.SetOperatorState, {"name": "operator:bob", "state": "suspended"}, False),
    (commands.SetOperatorState, {"name": "operator:bob", "state": "active"}, True),
])  # fmt: skip
def test_stopping_takes_one_and_starting_again_two(world, command, facts, two):
    assert RIGHTS[command].takes_two(world.operation(command, **facts)) is two


@pytest.mark.parametrize("kind", RIGHTS, ids=lambda kind: kind.__name__)
def test_whoever_has_not_the_role_is_turned_away(world, kind):
    """Decided before anything is looked at, so that any content does: the command needs no facts."""
    right = RIGHTS[kind]
    before = dict(world.store.rows[PARTICIPANT])
    for role in (*ROLES, *OPERATOR_ROLES):
        if role in right.participants or role in right.operators:
            continue
        signer = BY_ROLE.get(role) or OPERATOR + role
        answer = world.submit(_bare(kind, world.origin(signer, definition="json/any")))
        assert answer.status == "refused", (role, answer)
        assert answer_of(answer)["reason"] == "AG01"
    for signer in ("gateway", "founding"):
        if signer != right.house:
            answer = world.submit(_bare(kind, world.origin(signer, definition="json/any")))
            assert (answer.status, answer_of(answer)["reason"]) == ("refused", "AG01"), signer
    assert world.store.rows[PARTICIPANT] == before


def _bare(kind, origin):
    """Return a command that says nothing but where it comes from."""
    facts = {field.name: _nothing(field) for field in msgspec.structs.fields(kind) if field.name != "origin"}
    if "message" in facts:  # whose first keys are read off it
        facts["message"] = msgspec.defstruct("Message", ["uetr", "original_uetr", "creditor_proxy"])(
            UETR, UETR, ""
        )
    return kind(origin, **facts)


def _nothing(field):
    return {int: 0, str: "", bool: False, bytes: b""}.get(field.type, ())


def test_a_suspended_operator_or_a_key_that_is_not_valid_is_turned_away():
    world = World().found()
    name = "operator:carol"
    world.operate(commands.AddOperator, name=name, roles=("treasurer",), key=world.new_key(name))
    freeze = {"participant": SEVR, "currency": "RUB", "frozen": True}
    assert world.submit(world.operation(commands.SetFrozen, by="carol", **freeze)).status == "accepted"
    world.operate(commands.SetOperatorState, name=name, state="suspended")
    answer = world.submit(world.operation(commands.SetFrozen, by="carol", **freeze))
    assert answer_of(answer)["reason"] == "AG01"
    world.operate(commands.SetOperatorState, name=name, state="active")
    world.operate(commands.RevokeKey, key_id="carol-1")
    answer = world.submit(world.operation(commands.SetFrozen, by="carol", **freeze))
    assert answer_of(answer)["reason"] == "DS0D"


def test_nobody_signs_with_the_key_of_another(world):
    freeze = {"participant": SEVR, "currency": "RUB", "frozen": True}
    command = commands.SetFrozen(world.origin("operator:treasurer", key_id="bob-1"), **freeze)
    assert answer_of(world.submit(command))["reason"] == "DS0D"
    command = commands.SetFrozen(world.origin("operator:nobody"), **freeze)
    assert answer_of(world.submit(command))["reason"] == "DS0D"


def test_an_operators_number_counts_once(world):
    freeze = {"participant": SEVR, "currency": "RUB", "frozen": True}
    first = world.origin("operator:treasurer")
    assert world.submit(commands.SetFrozen(first, **freeze)).status == "accepted"
    again = world.origin("operator:treasurer", number=first.number)
    assert answer_of(world.submit(commands.SetFrozen(again, **freeze)))["reason"] == "DU02"


def test_a_payment_reaches_banks_only():
    world = World().found()
    world.pay(world.order(1, creditor=ALFX, creditor_agent=ALFX))
    assert world.heard(SEVR) == ["RJCT RC04"]
    world.pay(world.order(2, debtor=ALFX))
    assert world.heard(ALFX) == ["admi.002 AG01"]
    assert world.submit(post_rates(world.origin(SEVR, definition="json/rates"))).status == "refused"
