"""Operators at the front door: signed like everybody, bounded like everybody, and nothing but their own commands."""

import msgspec
import pytest

from corridor.gateway.limits import Limits
from corridor.services.governance.operations import OPERATIONS
from corridor.services.messaging.records import ACCOUNT, IDENTITY, SETTLEMENT_ACCOUNT
from tests.unit.gateway.house import JSON, Bank, a_house, check_hub
from tests.world import SEVR

pytestmark = pytest.mark.anyio

LIMIT = {"type": "SetLimit", "participant": SEVR, "currency": "RUB", "limit": "500000"}
FREEZE = {"type": "SetFrozen", "participant": SEVR, "currency": "RUB", "frozen": True}


async def give(house, name, operation, **members):
    return await house.persons[name].request("/v1/operations", operation=operation, **members)


def account(house):
    return house.store.rows[ACCOUNT][house.store.rows[SETTLEMENT_ACCOUNT][SEVR, "RUB"].account_id]


async def test_a_limit_is_proposed_and_approved(house):
    proposed = await give(house, "alice", LIMIT)
    assert proposed.status == 200
    header = check_hub(proposed.headers["corridor-signature"], proposed.body)
    assert header.aud == "operator:alice/sandbox"
    told = proposed.json["answer"]
    approval = {"type": "Approve", "proposal": str(told["proposal"]), "digest": told["digest"]}
    refused = await give(house, "alice", approval)
    assert (refused.status, refused.json["answer"]["reason"]) == (422, "AG01")
    assert account(house).credit_limit == 0
    assert (await give(house, "bob", approval)).status == 200
    assert account(house).credit_limit == 5_000_00


async def test_one_person_freezes(house):
    assert (await give(house, "bob", FREEZE)).status == 200
    assert account(house).flags & 4


WRONG = [
    (b'{"operation"', "FF01", ""),
    ({"operation": LIMIT, "hurry": True}, "CH17", "hurry"),
    ({}, "CH21", "operation"),
    ({"operation": LIMIT | {"hurry": True}}, "CH17", "operation.hurry"),
    ({"operation": LIMIT | {"limit": 500000}}, "CH16", "operation.limit"),
    ({"operation": LIMIT | {"limit": "-1"}}, "CH16", "operation.limit"),
    ({"operation": LIMIT | {"limit": "9" * 19}}, "CH16", "operation.limit"),
    ({"operation": LIMIT | {"type": "PostTransfers"}}, "CH16", "operation.type"),
    ({"operation": LIMIT | {"type": "Found"}}, "CH16", "operation.type"),
    ({"operation": FREEZE | {"frozen": "true"}}, "CH16", "operation.frozen"),
    ({"operation": {"type": "RevokeKey"}}, "CH21", "operation.key_id"),
    (b'{"message_id":"m","operation":{"type":"RevokeKey","key_id":"a","key_id":"b"}}', "FF01", ""),
]


@pytest.mark.parametrize(("content", "reason", "field"), WRONG, ids=lambda value: str(value)[:40])
async def test_a_wrong_operation_is_stored_and_answered(house, content, reason, field):
    body = content if isinstance(content, bytes) else msgspec.json.encode({"message_id": "m"} | content)
    answer = await house.persons["alice"].start("/v1/operations", body, JSON).answer()
    assert answer.status == 422
    told = answer.json["answer"]
    assert (told["reason"], told["field"]) == (reason, field)
    assert ("operator:alice", answer.json["message_id"]) in house.store.rows[IDENTITY]


async def test_participants_do_not_operate_and_operators_do_not_take_part(house):
    answer = await house.sevr.request("/v1/operations", operation=FREEZE)
    assert (answer.status, answer.json["answer"]["reason"]) == (422, "AG01")
    alice = house.persons["alice"]
    funding = {"participant": SEVR, "amount": {"amount": "1", "currency": "RUB", "scale": 2}}
    answer = await alice.request("/v1/funding", **funding)
    assert (answer.status, answer.json["answer"]["reason"]) == (422, "AG01")
    answer = await alice.request("/v1/aliases/remove", phone="+992917000001")
    assert (answer.status, answer.json["answer"]["reason"]) == (422, "AG01")
    for target in ("/v1/mailbox?after=0", "/v1/aliases/%2B992917000001"):
        answer = await alice.get(target)
        assert (answer.status, answer.json["reason"]) == (403, "AG01")
    acknowledged = await alice.start("/v1/mailbox/acknowledgement", b'{"number":1}', JSON).answer()
    assert acknowledged.status == 403


async def test_only_banks_look_phone_numbers_up(house):
    answer = await house.banks["ALFXRUM0"].get("/v1/aliases/%2B992917000001")
    assert (answer.status, answer.json["type"]) == (403, "urn:corridor:problem:not-allowed")


async def test_a_revoked_key_acknowledges_nothing(house):
    person = house.persons["alice"]
    revoked = await person.request(
        "/v1/operations", operation={"type": "RevokeKey", "key_id": "SEVRRUM0-door"}
    )
    assert revoked.status == 200
    house.clock.skip(6_000_000)
    await house.gateway._keys.refresh()
    answer = await house.sevr.start("/v1/mailbox/acknowledgement", b'{"number":1}', JSON).answer()
    assert answer.status == 401


async def test_nobody_signs_for_an_operator_without_the_key(house):
    mallory = Bank(house, "operator:alice", b"M" * 32)
    batches = house.batches
    answer = await mallory.request("/v1/operations", operation=FREEZE)
    assert answer.status == 401
    unsigned = await house.persons["bob"].start("/v1/operations", b"{}", JSON, key=mallory.key).answer()
    assert unsigned.status == 401
    assert house.batches == batches


async def test_operators_have_a_quota_like_everybody():
    async with a_house(limits=Limits(requests_per_s=1)) as house:
        statuses = [(await give(house, "alice", FREEZE)).status for _ in range(3)]
        assert statuses == [200, 200, 429]
        assert (await give(house, "bob", FREEZE)).status == 200


async def test_the_description_names_every_operation(house):
    described = msgspec.json.decode(house.gateway._document)["components"]["schemas"]
    assert {command.__name__ for command in OPERATIONS} <= described.keys()
    assert described["SetLimit"]["additionalProperties"] is False
