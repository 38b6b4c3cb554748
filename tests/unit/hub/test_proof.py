"""Reaching the hub's link makes nobody an operator: what no operator's key has signed is not even taken in."""

from hashlib import sha256

import msgspec
import pytest

from corridor.adapters.keys.software import verifier
from corridor.hub.proof import Proof
from corridor.services.governance import operations
from corridor.services.messaging import commands
from tests.contract.signed_world import SignedWorld, key_of
from tests.rig import HUB
from tests.world import SEVR

FREEZE = {"participant": SEVR, "currency": "RUB", "frozen": True}
LIMIT = {"participant": SEVR, "currency": "RUB", "limit": 1}


@pytest.fixture
def world():
    world = SignedWorld()
    world.hub._proven = Proof(f"{HUB}/sandbox", verifier)
    return world.found()


def replaced(command, **facts):
    return msgspec.structs.replace(command, origin=msgspec.structs.replace(command.origin, **facts))


def test_what_an_operator_signed_is_taken_in(world):
    assert world.submit(world.operation(commands.SetFrozen, **FREEZE)).status == "accepted"


def submit_as_it_is(world, command):
    return super(SignedWorld, world).submit(command)


@pytest.mark.parametrize("bend", [
    lambda command: replaced(command, signature=""),
    lambda command: replaced(command, signature="header..signature"),
    lambda command: replaced(command, signature=command.origin.signature[:-2] + "AA"),
    lambda command: replaced(command, number=command.origin.number + 1),
    lambda command: replaced(command, issued_at=command.origin.issued_at + 60_000_000),
    lambda command: replaced(command, message_id="again"),
    lambda command: replaced(command, digest=sha256(b"other").digest()),
    lambda command: replaced(command, body=command.origin.body + b" "),
    lambda command: replaced(command, signer="operator:bob"),
    lambda command: replaced(command, signer="operator:nobody"),
    lambda command: replaced(command, key_id="SEVRRUM0-1"),
    lambda command: replaced(command, key_id="none"),
    lambda command: msgspec.structs.replace(command, frozen=False),
    lambda command: commands.SetLimit(command.origin, **LIMIT),
    lambda command: commands.SetFrozen(replaced(command, signer="founding").origin, **FREEZE),
])  # fmt: skip
def test_what_no_operator_signed_is_not_taken_in(world, bend):
    signed = world._signed(world.operation(commands.SetFrozen, **FREEZE))
    batch = world.store.batch
    answer = submit_as_it_is(world, bend(signed))
    assert (answer.status, answer.batch) == ("unproven", 0)
    assert world.store.batch == batch, "nothing was stored"
    assert submit_as_it_is(world, signed).status == "accepted"


def test_every_founder_signs_the_founding():
    world = SignedWorld()
    world.hub._proven = Proof(f"{HUB}/sandbox", verifier)
    names = ("operator:alice", "operator:bob")
    founders = tuple(commands.Founder(name, ("registrar",), world.new_key(name)) for name in names)
    body = operations.write("founding", commands.Found, founders=founders)
    signed = world._signed(commands.Found(world.origin("founding", body, message_id="founding"), founders))
    first, second = signed.origin.signature.split(" ")
    for signature in (first, f"{first} {first}", f"{second} {first}", f"{first} {second} {second}"):
        assert submit_as_it_is(world, replaced(signed, signature=signature)).status == "unproven"
    assert submit_as_it_is(world, signed).status == "accepted"
    assert key_of("operator:alice").public != key_of("operator:bob").public
