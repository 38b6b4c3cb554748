"""What nobody is proven to have signed, as rows: answered, counted, dropped; it never reaches the hub."""

import random

import msgspec
import pytest

from corridor.adapters.keys.software import Ed25519Key
from corridor.codecs import jws
from corridor.domain.instants import SECOND
from tests.unit.gateway.house import ENVIRONMENT, JSON, XML, Exchange
from tests.world import PAMR, SEVR

pytestmark = pytest.mark.anyio
MESSAGES = "/v1/messages"


def signed(body, signature, media=XML):
    return (*media, ("corridor-signature", signature), ("content-length", str(len(body))))


def attack(status, why=""):
    """Mark a row: how it is answered, and as what it is counted."""

    def mark(build):
        build.expected = (status, why)
        ATTACKS.append(pytest.param(build, id=build.__name__))
        return build

    return mark


ATTACKS = []


@attack(401, "none")
def no_signature(bank, body):
    return "POST", MESSAGES, XML, (body,)


@attack(401, "malformed")
def signature_that_is_none(bank, body):
    return "POST", MESSAGES, signed(body, "trust me"), (body,)


@attack(401, "malformed")
def signature_not_in_ascii(bank, body):
    return "POST", MESSAGES, signed(body, "подпись"), (body,)


@attack(401, "malformed")
def attached_payload(bank, body):
    return "POST", MESSAGES, signed(body, bank.sign(body).replace("..", ".e30.")), (body,)


@attack(401, "malformed")
def algorithm_none(bank, body):
    header, _, signature = bank.sign(body).partition("..")
    content = jws._decoded(header, "header").replace(b'"EdDSA"', b'"none"')
    forged = f"{jws._base64url(content).decode()}..{signature}"
    return "POST", MESSAGES, signed(body, forged), (body,)


@attack(401, "malformed")
def two_signatures(bank, body):
    two = (("corridor-signature", bank.sign(b"another")), ("corridor-signature", bank.sign(body)))
    return "POST", MESSAGES, (*XML, *two), (body,)


@attack(415)
def two_media_types(bank, body):
    return "POST", MESSAGES, (*JSON, *signed(body, bank.sign(body))), (body,)


@attack(401, "audience")
def signed_for_another_hub(bank, body):
    return "POST", MESSAGES, signed(body, bank.sign(body, audience=f"OTHRXXM0/{ENVIRONMENT}")), (body,)


@attack(401, "audience")
def signed_for_another_environment(bank, body):
    return "POST", MESSAGES, signed(body, bank.sign(body, audience="CORRXXM0/production")), (body,)


@attack(401, "unknown key")
def unknown_key(bank, body):
    return "POST", MESSAGES, signed(body, bank.sign(body, key_id="nobody-1")), (body,)


@attack(401, "issuer")
def in_the_name_of_another(bank, body):
    return "POST", MESSAGES, signed(body, bank.sign(body, signer=PAMR)), (body,)


@attack(401, "algorithm")
def another_algorithm(bank, body):
    return "POST", MESSAGES, signed(body, bank.sign(body, algorithm="ES256")), (body,)


@attack(401, "signature")
def signed_by_a_strangers_key(bank, body):
    return "POST", MESSAGES, signed(body, bank.sign(body, key=Ed25519Key(b"?" * 32))), (body,)


@attack(401, "signature")
def another_body(bank, body):
    return "POST", MESSAGES, signed(body, bank.sign(body)), (body.replace(b"100.00", b"900.00"),)


@attack(401, "signature")
def body_cut_short(bank, body):
    return "POST", MESSAGES, signed(body[:-1], bank.sign(body)), (body[:-1],)


@attack(401, "signature")
def signature_of_a_get(bank, body):
    return "POST", MESSAGES, signed(body, bank.sign(b"GET /v1/messages")), (body,)


@attack(413)
def announced_too_large(bank, body):
    headers = (*XML, ("corridor-signature", bank.sign(body)), ("content-length", str(10**9)))
    return "POST", MESSAGES, headers, (body,)


@attack(413)
def too_large_in_pieces(bank, body):
    pieces = [b"x" * 10_000] * 8
    return "POST", MESSAGES, (*XML, ("corridor-signature", bank.sign(b"".join(pieces)))), pieces


@attack(415)
def another_media_type(bank, body):
    return "POST", MESSAGES, signed(body, bank.sign(body), JSON), (body,)


@attack(415)
def no_media_type(bank, body):
    return "POST", MESSAGES, signed(body, bank.sign(body), ()), (body,)


@attack(415)
def compressed(bank, body):
    headers = (*signed(body, bank.sign(body)), ("content-encoding", "gzip"))
    return "POST", MESSAGES, headers, (body,)


@attack(404)
def no_such_path(bank, body):
    return "POST", "/v1/secrets", signed(body, bank.sign(body)), (body,)


@attack(404)
def path_climbing_up(bank, body):
    return "GET", "/v1/../metrics", (), (b"",)


@attack(405)
def wrong_method(bank, body):
    return "PUT", MESSAGES, signed(body, bank.sign(body)), (body,)


@attack(405)
def get_where_one_posts(bank, body):
    return "GET", MESSAGES, (), (b"",)


@attack(401, "none")
def mailbox_unsigned(bank, body):
    return "GET", "/v1/mailbox?after=0", (), (b"",)


@attack(401, "signature")
def mailbox_of_another_position(bank, body):
    signature = bank.sign(b"GET /v1/mailbox?after=1")
    return "GET", "/v1/mailbox?after=0", (("corridor-signature", signature),), (b"",)


@attack(401, "time")
def mailbox_asked_for_yesterday(bank, body):
    target = "/v1/mailbox?after=0"
    yesterday = bank.house.clock.now() - 86_400 * SECOND
    signature = bank.sign(b"GET " + target.encode(), issued_at=yesterday)
    return "GET", target, (("corridor-signature", signature),), (b"",)


@attack(401, "none")
def look_up_unsigned(bank, body):
    return "GET", "/v1/aliases/+992917000001", (), (b"",)


@attack(401, "none")
def quote_unsigned(bank, body):
    return "POST", "/v1/quotes", JSON, (b"{}",)


@attack(400)
def query_with_more_than_asked(bank, body):
    return "GET", *signed_get(bank, "/v1/mailbox?after=0&of=PAMRTJ20")


@attack(400)
def query_that_says_it_twice(bank, body):
    return "GET", *signed_get(bank, "/v1/mailbox?after=0&after=1")


@attack(400)
def query_without_a_number(bank, body):
    return "GET", *signed_get(bank, "/v1/mailbox?after=-1")


@attack(400)
def query_with_a_number_in_another_spelling(bank, body):
    return "GET", *signed_get(bank, "/v1/mailbox?after=1e5")


@attack(400)
def query_with_a_number_after_zeros(bank, body):
    return "GET", *signed_get(bank, "/v1/mailbox?after=007")


@attack(400)
def query_of_broken_characters(bank, body):
    return "GET", *signed_get(bank, "/v1/mailbox?after=%FF")


def signed_get(bank, target):
    return target, (("corridor-signature", bank.sign(b"GET " + target.encode())),), (b"",)


@pytest.mark.parametrize("build", ATTACKS)
async def test_it_is_answered_counted_and_dropped(house, build):
    status, why = build.expected
    before = house.batches
    method, target, headers, pieces = build(house.sevr, house.sevr.order(1))
    exchange = Exchange(house.gateway, method, target, [(n, v) for n, v in headers if v.isascii()], pieces)
    if not all(value.isascii() for _, value in headers):
        exchange.task.cancel()
        exchange = Exchange(house.gateway, method, target, (), pieces)
        exchange._scope["headers"] += [(n.encode(), v.encode()) for n, v in headers]
    answer = await exchange.answer()
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == status
    assert problem["type"].startswith("urn:corridor:problem:")
    assert house.metric("unauthenticated_total", why=why) == (1 if why else 0)
    if status == 401:
        assert answer.headers["www-authenticate"] == "Corridor-Signature"
        assert problem["reason"][:2] in ("DS", "DT")
    if status == 405:
        assert answer.headers["allow"] == "POST"
    assert house.batches == before, "nothing of it may reach the hub"
    assert not await house.pamr.mailbox()


async def test_one_bit_flipped_anywhere_is_enough(house):
    body = house.sevr.order(1)
    signature = house.sevr.sign(body)
    before = house.batches
    dice = random.Random(15)
    for at in sorted({0, len(body) - 1, *dice.sample(range(len(body)), 120)}):
        forged = bytearray(body)
        forged[at] ^= 1 << dice.randrange(8)
        exchange = Exchange(house.gateway, "POST", MESSAGES, signed(body, signature), (bytes(forged),))
        assert (await exchange.answer()).status == 401, at
    for at in dice.sample(range(len(signature)), 120):
        forged = bytearray(signature.encode())
        forged[at] ^= 1 << dice.randrange(7)
        exchange = Exchange(house.gateway, "POST", MESSAGES, signed(body, ""), (body,))
        exchange._scope["headers"].append((b"corridor-signature", bytes(forged)))
        assert (await exchange.answer()).status == 401, at
    assert house.batches == before
    assert (await house.sevr.send(body)).status == 202


async def test_an_unsigned_body_is_not_even_read(house):
    exchange = Exchange(house.gateway, "POST", MESSAGES, XML, (b"x",), ends=False)
    answer = await exchange.answer()
    assert answer.status == 401
    assert answer.headers["connection"] == "close"


async def test_a_peer_that_leaves_in_the_middle_is_let_go(house):
    body = house.sevr.order(1)
    headers = signed(body, house.sevr.sign(body))
    exchange = Exchange(house.gateway, "POST", MESSAGES, headers, (body[:100],), ends=False)
    exchange.leave()
    await exchange.task
    assert exchange.sent.empty()
    assert house.metric("requests_total", route=MESSAGES, status="500") == 0


async def test_a_body_in_pieces_is_one_body(house):
    body = house.sevr.order(1)
    headers = (*XML, ("corridor-signature", house.sevr.sign(body)))
    pieces = [body[at : at + 97] for at in range(0, len(body), 97)]
    answer = await Exchange(house.gateway, "POST", MESSAGES, headers, pieces).answer()
    assert answer.status == 202
    assert msgspec.json.decode(answer.body)["message_id"] == f"{SEVR}-m1"
