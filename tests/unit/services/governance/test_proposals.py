"""What takes two persons: proposed, approved by another, executed once with the rights of that moment."""

from hashlib import sha256

import msgspec
import pytest

from corridor.domain.money import Money
from corridor.hub.lists import RIGHTS
from corridor.services.governance import operations, rules
from corridor.services.governance.commands import Approve, RefuseProposal
from corridor.services.governance.records import PROPOSAL
from corridor.services.governance.rules import PROPOSAL_LIFE
from corridor.services.messaging import commands
from corridor.services.messaging.records import ACCOUNT, MESSAGE, OPERATORS, SETTLEMENT_ACCOUNT, SIGNING_KEY
from tests.rig import FOUNDERS, Rig, answer_of
from tests.world import FUNDS, SEVR, World

LIMIT = {"participant": SEVR, "currency": "RUB", "limit": 5_000_00}


@pytest.fixture
def world():
    return World().found()


def add(world, name, *roles):
    name = f"operator:{name}"
    world.operate(commands.AddOperator, name=name, roles=roles, key=world.new_key(name))


def propose(world, command=commands.SetLimit, by="alice", **facts):
    answer = world.submit(world.operation(command, by=by, **(facts or LIMIT)))
    assert answer.status == "accepted", answer.body
    return answer_of(answer)


def limit(world):
    entry = world.store.rows[SETTLEMENT_ACCOUNT][SEVR, "RUB"]
    return world.store.rows[ACCOUNT][entry.account_id].credit_limit


def state(world, proposal):
    return world.store.rows[PROPOSAL][proposal["proposal"]].state


def test_a_limit_takes_two(world):
    proposal = propose(world)
    assert limit(world) == 0
    assert proposal["digest"] == world.store.rows[PROPOSAL][proposal["proposal"]].digest.hex()
    assert world.approve(proposal).status == "accepted"
    assert limit(world) == 5_000_00
    record = world.store.rows[PROPOSAL][proposal["proposal"]]
    assert (record.state, record.maker, record.checker) == ("executed", "operator:alice", "operator:bob")
    assert sha256(record.command).digest() == record.digest, "the hash approved is the hash executed"


def test_a_maker_is_never_the_checker(world):
    proposal = propose(world)
    assert answer_of(world.approve(proposal, by="alice"))["reason"] == "AG01"
    assert (limit(world), state(world, proposal)) == (0, "open")


def test_two_names_with_one_key_cannot_be_registered(world):
    key = commands.NewKey("carol-1", "EdDSA", world.public("operator:alice"), 0, 2**62)
    facts = {"name": "operator:carol", "roles": ("treasurer",), "key": key}
    answer = world.submit(world.operation(commands.AddOperator, **facts))
    assert (answer_of(answer)["reason"], answer_of(answer)["field"]) == ("DS0D", "public")


def test_two_names_with_one_key_are_one_person(world):
    """Even if the registry held such a thing."""
    proposal = propose(world)
    memory = world.hub.memory._records[SIGNING_KEY]
    memory["bob-1"] = msgspec.structs.replace(memory["bob-1"], public=memory["alice-1"].public)
    assert answer_of(world.approve(proposal))["reason"] == "AG01"


def test_only_the_hash_that_was_proposed_is_approved(world):
    proposal = propose(world) | {"digest": "00" * 32}
    assert answer_of(world.approve(proposal))["reason"] == "DS0B"
    assert state(world, proposal) == "open"


def test_a_checker_needs_the_role_of_the_second_person(world):
    add(world, "carol", "registrar")
    proposal = propose(world)
    assert answer_of(world.approve(proposal, by="carol"))["reason"] == "AG01"
    world.operate(commands.SetOperatorRoles, name="operator:carol", roles=("registrar", "treasurer"))
    assert world.approve(proposal, by="carol").status == "accepted"


@pytest.mark.parametrize("lost", ["role", "state", "key"])
def test_the_makers_right_is_asked_for_again_at_the_execution(world, lost):
    add(world, "carol", "treasurer")
    proposal = propose(world, by="carol")
    match lost:
        case "role":
            world.operate(commands.SetOperatorRoles, name="operator:carol", roles=("auditor",))
        case "state":
            world.operate(commands.SetOperatorState, name="operator:carol", state="suspended")
        case "key":
            world.operate(commands.RevokeKey, key_id="carol-1")
    assert world.approve(proposal).status == "refused"
    assert (limit(world), state(world, proposal)) == (0, "open")


def test_of_fifty_approvals_at_once_one_takes_effect(world):
    names = [f"p{n}" for n in range(50)]
    for name in names:
        add(world, name, "treasurer")
    proposal = propose(world)
    facts = {"proposal": proposal["proposal"], "digest": proposal["digest"]}
    before = len(world.answers)
    world.submit(*(world.operation(Approve, by=name, **facts) for name in names))
    statuses = [answer.status for answer in world.answers[before:]]
    assert (statuses.count("accepted"), statuses.count("refused")) == (1, 49)
    assert limit(world) == 5_000_00


def test_a_proposal_is_decided_as_things_are_then(world):
    """Refused at its execution it changes nothing and waits on; what made it impossible may pass."""
    world.operate(commands.SetLimit, **LIMIT)
    proposal = propose(world, **(LIMIT | {"limit": 0}))
    world.pay(world.order(1, interbank_settlement_amount=Money(FUNDS + 1_00, "RUB")))
    refused = world.approve(proposal)
    assert (answer_of(refused)["reason"], limit(world), state(world, proposal)) == ("AM14", 5_000_00, "open")
    world.advance(8)  # the creditor agent is silent
    assert world.approve(proposal).status == "accepted"
    assert limit(world) == 0


def test_a_proposal_expires(world):
    proposal = propose(world)
    world.advance(PROPOSAL_LIFE // 1_000_000 + 1)
    assert state(world, proposal) == "expired"
    assert answer_of(world.approve(proposal))["reason"] == "NOOR"
    assert limit(world) == 0


def test_an_expired_proposal_is_not_executed_before_its_timer_has_run(world):
    proposal = propose(world)
    world.now += PROPOSAL_LIFE
    world.restart()  # no deadline fires yet
    assert answer_of(world.approve(proposal))["reason"] == "NOOR"


def test_a_proposal_is_withdrawn_by_its_maker_or_refused_by_a_checker(world):
    add(world, "carol", "registrar")
    for by, ends in (("alice", "withdrawn"), ("bob", "refused")):
        proposal = propose(world)
        facts = {"proposal": proposal["proposal"], "text": "a slip of the finger"}
        assert (
            answer_of(world.submit(world.operation(RefuseProposal, by="carol", **facts)))["reason"] == "AG01"
        )
        silent = facts | {"text": " "}
        assert answer_of(world.submit(world.operation(RefuseProposal, by=by, **silent)))["field"] == "text"
        assert world.submit(world.operation(RefuseProposal, by=by, **facts)).status == "accepted"
        record = world.store.rows[PROPOSAL][proposal["proposal"]]
        assert (record.state, record.text) == (ends, "a slip of the finger")
        assert answer_of(world.approve(proposal))["reason"] == "NOOR"
    assert limit(world) == 0


def test_what_cannot_be_decided_is_not_proposed(world):
    answer = world.submit(world.operation(commands.SetLimit, **(LIMIT | {"participant": "NOBOXXX0"})))
    assert answer_of(answer)["reason"] == "AC01"
    assert not [p for p in world.store.rows[PROPOSAL].values() if p.state == "open"]


def test_the_hub_believes_the_signed_bytes_and_nothing_else(world):
    signed = operations.write("m-1", commands.SetLimit, **LIMIT)
    for body in (signed, b"{}", b""):
        origin = world.origin("operator:alice", body)
        answer = world.submit(commands.SetLimit(origin, **(LIMIT | {"limit": 9_000_00})))
        assert answer_of(answer)["reason"] == "FF01"


def test_the_same_command_sent_again_is_one_proposal(world):
    command = world.operation(commands.SetLimit, **LIMIT)
    first, second = world.submit(command), world.submit(command)
    assert answer_of(first) == answer_of(second)
    proposals = [p for p in world.store.rows[PROPOSAL].values() if p.state == "open"]
    assert len(proposals) == 1


def test_proposals_outlive_a_restart(world):
    proposal = propose(world)
    world.restart()
    assert world.approve(proposal).status == "accepted"
    world.restart()
    assert answer_of(world.approve(proposal))["reason"] == "NOOR"
    assert limit(world) == 5_000_00


def test_open_proposals_are_bounded(world, monkeypatch):
    monkeypatch.setattr(rules, "OPEN_PROPOSALS", 3)
    for _ in range(3):
        world.submit(world.operation(commands.SetLimit, **LIMIT))
    assert answer_of(world.submit(world.operation(commands.SetLimit, **LIMIT)))["reason"] == "DS0K"


# the founding, and who may always act


def founder(rig, name, *roles):
    return commands.Founder(f"operator:{name}", roles, rig.new_key(f"operator:{name}"))


def found(rig, *founders):
    body = operations.write("founding", commands.Found, founders=founders)
    return rig.submit(commands.Found(rig.origin("founding", body), founders))


def test_the_founding_takes_two_registrars_and_happens_once():
    rig = Rig()
    alone = found(rig, founder(rig, "alice", "registrar"))
    assert answer_of(alone)["reason"] == "AG01"
    unable = found(rig, founder(rig, "alice", "registrar"), founder(rig, "bob", "auditor"))
    assert answer_of(unable)["reason"] == "AG01"
    assert rig.store.rows[OPERATORS] == {}
    both = founder(rig, "alice", "registrar"), founder(rig, "bob", "registrar", "auditor")
    assert found(rig, *both).status == "accepted"
    again = founder(rig, "mallory", "registrar"), founder(rig, "mallet", "registrar")
    assert answer_of(found(rig, *again))["reason"] == "AG01"
    assert set(rig.store.rows[OPERATORS]) == {"operator:alice", "operator:bob"}


def test_founders_have_keys_of_their_own():
    rig = Rig()
    alice = founder(rig, "alice", "registrar")
    key = msgspec.structs.replace(alice.key, key_id="bob-1")
    assert (
        answer_of(found(rig, alice, commands.Founder("operator:bob", ("registrar",), key)))["reason"]
        == "DS0D"
    )


@pytest.mark.parametrize(("command", "facts"), [
    (commands.SetOperatorState, {"name": "operator:bob", "state": "suspended"}),
    (commands.RevokeKey, {"key_id": "bob-1"}),
    (commands.SetOperatorRoles, {"name": "operator:bob", "roles": ("treasurer",)}),
])  # fmt: skip
def test_two_registrars_who_can_act_always_remain(world, command, facts):
    refused = world.submit(world.operation(command, **facts))
    assert "2 registrars" in answer_of(refused)["text"]
    add(world, "carol", "registrar")
    assert world.submit(world.operation(command, **facts)).status == "accepted"


def test_all_that_takes_two_in_the_founded_world_was_approved_by_another(world):
    executed = [p for p in world.store.rows[PROPOSAL].values() if p.state == "executed"]
    assert len(executed) > 10
    assert {(p.maker, p.checker) for p in executed} == {("operator:alice", "operator:bob")}
    two = {kind.__name__ for kind, right in RIGHTS.items() if right.second}
    assert {p.kind for p in executed} <= two
    signers = {m.participant for m in world.store.rows[MESSAGE].values() if m.direction == "in"}
    assert {f"operator:{name}" for name in FOUNDERS} < signers
