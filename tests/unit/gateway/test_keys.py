"""The registry of keys as a gateway holds it."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from corridor.adapters.keys.software import Ed25519Key, P256Key, verifier
from corridor.domain.instants import SECOND
from corridor.gateway.authentication import Unauthenticated
from corridor.gateway.keys import Keys
from corridor.gateway.problems import Problem
from corridor.services.messaging.commands import RevokeKey
from corridor.services.messaging.records import OPERATORS, PARTICIPANT, SIGNING_KEY, Participant, SigningKey
from tests.unit.gateway.house import House, opened
from tests.world import SEVR

pytestmark = pytest.mark.anyio
PUBLIC = Ed25519Key(b"k" * 32).public


class Registry:
    """What is durable; it counts how often it is read."""

    def __init__(self, *key_ids, bank=SEVR):
        self.rows = {
            SIGNING_KEY: [SigningKey(key_id, bank, "EdDSA", PUBLIC, 0, 2**62) for key_id in key_ids],
            OPERATORS: [],
            PARTICIPANT: [Participant(SEVR, 1, "Severny Bank", "bank", "active")],
        }
        self.reads = 0
        self.broken = False

    async def all(self, table):
        if self.broken:
            raise OSError("no route to host")
        self.reads += table is SIGNING_KEY
        return self.rows[table]


class Hand:
    """A clock set by hand."""

    def __init__(self):
        self.time = 1_000 * SECOND

    def now(self):
        return self.time


@pytest.fixture
def clock():
    return Hand()


async def test_an_unknown_key_is_looked_up_at_most_once_a_second(clock):
    registry = Registry("old")
    keys = Keys(registry, verifier, clock)
    assert (await keys.find("old")).key.key_id == "old"
    for _ in range(10):
        assert await keys.find("new") is None
    assert registry.reads == 1
    registry.rows = Registry("old", "new").rows
    clock.time += SECOND
    assert (await keys.find("new")).owner.bic == SEVR
    assert registry.reads == 2


async def test_the_registry_is_read_again_every_few_seconds(clock):
    registry = Registry("a")
    keys = Keys(registry, verifier, clock)
    await keys.refresh()
    await keys.refresh()
    assert registry.reads == 1
    registry.rows = Registry("b").rows
    clock.time += 5 * SECOND
    await keys.refresh()
    assert await keys.find("a") is None, "what the registry drops is dropped"


async def test_an_unchanged_key_keeps_its_verifier_and_a_changed_one_does_not(clock):
    registry = Registry("a")
    keys = Keys(registry, verifier, clock)
    first = await keys.find("a")
    clock.time += 5 * SECOND
    await keys.refresh()
    assert (await keys.find("a")) is first
    registry.rows = Registry("a").rows | {
        SIGNING_KEY: [SigningKey("a", SEVR, "EdDSA", PUBLIC, 0, 2**62, revoked_at=1)]
    }
    clock.time += 5 * SECOND
    await keys.refresh()
    assert (await keys.find("a")).key.revoked_at == 1


async def test_a_registered_key_that_is_none_harms_no_other(clock):
    registry = Registry("good")
    registry.rows[SIGNING_KEY] += [
        SigningKey("short", SEVR, "EdDSA", b"short", 0, 2**62),
        SigningKey("odd", SEVR, "RS256", PUBLIC, 0, 2**62),
        SigningKey("orphan", "GONERUM0", "EdDSA", PUBLIC, 0, 2**62),
    ]
    keys = Keys(registry, verifier, clock)
    assert await keys.find("good") is not None
    assert [await keys.find(key_id) for key_id in ("short", "odd", "orphan")] == [None] * 3


async def test_a_registry_that_cannot_be_read_is_no_verdict_on_a_key(clock):
    registry = Registry("a")
    registry.broken = True
    keys = Keys(registry, verifier, clock)
    with pytest.raises(Problem) as caught:
        await keys.find("a")
    assert not isinstance(caught.value, Unauthenticated)
    assert caught.value.kind.status == 503
    registry.broken = False
    clock.time += SECOND
    assert await keys.find("a") is not None
    registry.broken = True
    clock.time += 59 * SECOND
    await keys.refresh()
    assert await keys.find("a") is not None, "what is held still serves"
    assert keys.fresh
    clock.time += 2 * SECOND
    assert not keys.fresh


async def test_es256_is_as_good_as_eddsa():
    class Smart(House):
        def __init__(self):
            super().__init__()
            self.sevr.key = P256Key(ec.generate_private_key(ec.SECP256R1()))
            self.sevr.key_id = f"{SEVR}-es256"
            self.register(self.sevr.key_id, SEVR, self.sevr.key.public, "ES256")

    async with opened(Smart()) as house:
        answer = await house.sevr.start("/v1/messages", house.sevr.order(1), algorithm="ES256").answer()
        assert answer.status == 202


async def test_a_key_that_ended_signs_no_questions_and_its_commands_are_the_hubs_to_judge():
    house = House()
    house.world.operate(RevokeKey, key_id=house.sevr.key_id)
    async with opened(house):
        answer = await house.sevr.get("/v1/mailbox?after=0")
        assert (answer.status, answer.json["reason"]) == (401, "DS0D")
        assert (await house.sevr.send(house.sevr.order(1))).status == 202
        assert not await house.pamr.mailbox()
