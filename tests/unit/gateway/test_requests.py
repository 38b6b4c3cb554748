"""Signed requests in JSON: what they become, what they answer, and how wrong ones are told."""

import msgspec
import pytest

from corridor.codecs.errors import DecodeError
from corridor.decision import ACCOUNT
from corridor.domain.instants import iso_date
from corridor.gateway.requests import REQUESTS, Amount, QuoteRequest, decode
from corridor.services.directory.records import ALIAS
from corridor.services.fx.records import FIXING as FIXINGS
from corridor.services.messaging.records import IDENTITY, SETTLEMENT_ACCOUNT
from tests.unit.gateway.house import JSON, check_hub
from tests.world import ALFX, CBRR, CBTJ, FUNDS, PAMR, SEVR

pytestmark = pytest.mark.anyio

RATES = {
    "base_currency": "TJS",
    "quote_currency": "RUB",
    "tiers": [{"from_amount": "0", "bid": "8.50", "ask": "8.60"}],
}
QUOTE = {
    "creditor_agent": PAMR,
    "source_currency": "RUB",
    "destination_currency": "TJS",
    "amount": {"amount": "100000", "currency": "RUB", "scale": 2},
}
ALIAS_OF_RUSTAM = {
    "phone": "+992917000001",
    "currency": "TJS",
    "account": "20206972000000000001",
    "name": "Рустам Каримов",
}
FIXING = {"day": "2026-11-18", "base_currency": "USD", "quote_currency": "RUB", "rate": "89.5"}
FUNDING = {"participant": SEVR, "amount": {"amount": "500", "currency": "RUB", "scale": 2}}


async def test_rates_then_a_quote_from_either_side(house):
    assert (await house.banks[ALFX].request("/v1/rates", **RATES)).status == 200
    quoted = await house.sevr.request("/v1/quotes", **QUOTE)
    assert quoted.status == 200
    check_hub(quoted.headers["corridor-signature"], quoted.body)
    told = quoted.json["answer"]
    assert (told["fixed"], told["source"]) == ("source", {"amount": "100000", "currency": "RUB", "scale": 2})

    wanted = {"amount": "5000", "currency": "TJS", "scale": 2}
    told = (await house.sevr.request("/v1/quotes", **QUOTE | {"amount": wanted})).json["answer"]
    assert (told["fixed"], told["destination"]) == ("destination", wanted)


async def test_funding_moves_money(house):
    answer = await house.banks[CBRR].request("/v1/funding", **FUNDING)
    assert answer.status == 200
    assert house.world.balance(SEVR, "RUB") == FUNDS + 5_00


async def test_an_official_rate_is_posted(house):
    assert (await house.banks[CBRR].request("/v1/fixings", **FIXING)).status == 200
    (fixing,) = house.store.rows[FIXINGS].values()
    assert (fixing.day, fixing.base_currency, fixing.quote_currency, str(fixing.rate)) == (*FIXING.values(),)


async def test_aliases_come_and_go(house):
    assert (await house.pamr.request("/v1/aliases", **ALIAS_OF_RUSTAM)).status == 200
    assert house.store.rows[ALIAS]["+992917000001"].participant == PAMR
    answer = await house.pamr.request("/v1/aliases/remove", phone="+992-917000001")
    assert answer.status == 200
    assert house.store.rows[ALIAS]["+992917000001"].state == "removed"


async def test_a_refusal_of_the_hub_is_told_at_once_and_signed(house):
    answer = await house.sevr.request("/v1/funding", **FUNDING)
    assert answer.status == 422
    assert answer.json["answer"]["reason"] == "AG01"
    check_hub(answer.headers["corridor-signature"], answer.body)


async def test_the_same_request_gets_the_same_answer(house):
    body = msgspec.json.encode({"message_id": "once", **FUNDING})
    central_bank = house.banks[CBRR]
    first = await central_bank.start("/v1/funding", body, JSON).answer()
    again = await central_bank.start("/v1/funding", body, JSON).answer()
    assert (again.status, again.body) == (first.status, first.body)
    assert house.world.balance(SEVR, "RUB") == FUNDS + 5_00
    other = body.replace(b'"500"', b'"900"')
    refused = await central_bank.start("/v1/funding", other, JSON).answer()
    assert (refused.status, refused.json["answer"]["reason"]) == (422, "DU01")
    assert house.world.balance(SEVR, "RUB") == FUNDS + 5_00


async def test_an_inquiry_is_asked_replied_to_and_read_by_those_alone_whom_it_concerns(house):
    provider = house.banks[ALFX]
    assert (await provider.request("/v1/rates", **RATES)).status == 200
    asked = (await house.sevr.request("/v1/inquiries", **QUOTE, within_s=20)).json["answer"]
    number = asked["inquiry"]
    assert asked["providers"] == 1

    async def read(bank, target=""):
        shown = await bank.get(f"/v1/inquiries{target}")
        assert shown.status == 200
        return [msgspec.json.decode(line) for line in shown.body.splitlines()]

    (wanted,) = await read(provider)
    assert (wanted["inquiry"], wanted["state"], wanted["amount"]) == (number, "asked", QUOTE["amount"])
    assert (wanted["unit_currency"], wanted["quoted_currency"]) == ("TJS", "RUB")
    assert (wanted["creditor_agent"], wanted["replies"], wanted["reply"]) == (None, None, None)
    (own,) = await read(house.sevr)
    assert (own["creditor_agent"], own["replies"], own["quote"]) == (PAMR, 0, None)
    assert await read(house.pamr) == await read(house.pamr, f"?inquiry={number}") == []

    replied = (await provider.request("/v1/inquiries/reply", inquiry=number, rate="8.55")).json["answer"]
    assert replied["destination"] == {"amount": "11695", "currency": "TJS", "scale": 2}
    assert await read(house.sevr) == []
    (own,) = await read(house.sevr, f"?inquiry={number}")
    assert (own["state"], own["quote"]["rate"], own["quote"]["provider"]) == ("quoted", "8.55", ALFX)
    assert own["quote"]["destination"] == replied["destination"]
    (theirs,) = await read(provider, f"?inquiry={number}")
    assert (theirs["state"], theirs["reply"], theirs["quote"]) == ("taken", "8.55", None)
    assert await read(house.sevr, "?inquiry=77") == []
    assert (await house.banks[CBRR].get("/v1/inquiries")).status == 403
    for query in ("?inquiry=0", "?inquiry=x", "?number=1"):
        assert (await house.sevr.get(f"/v1/inquiries{query}")).status == 400


async def test_inquiries_that_cannot_be_read_are_said_to_be_away(house, monkeypatch):
    async def away(*_):
        raise OSError("gone")

    monkeypatch.setattr(type(house.reads), "all", away)
    assert (await house.sevr.get("/v1/inquiries")).status == 503


UETR = "00000000-0000-4000-8000-000000000009"
WRONG = [
    ("/v1/quotes", b"", "FF01", ""),
    ("/v1/quotes", b"[]", "CH16", ""),
    ("/v1/quotes", b"{", "FF01", ""),
    ("/v1/quotes", b'{"message_id": "x\xff"}', "FF01", ""),
    ("/v1/quotes", b"[" * 60_000, "CH16", ""),
    ("/v1/quotes", b'{"message_id":' + b"[" * 60_000, "CH16", "message_id"),
    ("/v1/quotes", b"{}", "CH21", "message_id"),
    ("/v1/quotes", QUOTE | {"message_id": ""}, "CH16", "message_id"),
    ("/v1/quotes", QUOTE | {"message_id": "x" * 36}, "CH16", "message_id"),
    ("/v1/quotes", QUOTE | {"message_id": "x\n"}, "CH16", "message_id"),
    ("/v1/quotes", QUOTE | {"message_id": 17}, "CH16", "message_id"),
    ("/v1/quotes", QUOTE | {"creditor_agent": "pamrtj20"}, "CH16", "creditor_agent"),
    ("/v1/quotes", QUOTE | {"colour": "red"}, "CH17", "colour"),
    ("/v1/quotes", QUOTE | {"amount": 100}, "CH16", "amount"),
    ("/v1/quotes", QUOTE | {"amount": QUOTE["amount"] | {"amount": 100000}}, "CH16", "amount.amount"),
    ("/v1/quotes", QUOTE | {"amount": QUOTE["amount"] | {"amount": "1e5"}}, "CH16", "amount.amount"),
    ("/v1/quotes", QUOTE | {"amount": QUOTE["amount"] | {"amount": "-1"}}, "CH16", "amount.amount"),
    ("/v1/quotes", QUOTE | {"amount": QUOTE["amount"] | {"amount": "0" * 5}}, "CH16", "amount.amount"),
    ("/v1/quotes", QUOTE | {"amount": QUOTE["amount"] | {"scale": 0}}, "CH20", "amount.scale"),
    ("/v1/quotes", QUOTE | {"amount": QUOTE["amount"] | {"currency": "KZT"}}, "CURR", "amount.currency"),
    ("/v1/quotes", QUOTE | {"amount": QUOTE["amount"] | {"currency": "ZZZ"}}, "AM03", ""),
    ("/v1/inquiries", QUOTE | {"within_s": 0}, "CH16", "within_s"),
    ("/v1/inquiries", QUOTE | {"within_s": "10"}, "CH16", "within_s"),
    ("/v1/inquiries", QUOTE | {"amount": QUOTE["amount"] | {"currency": "KZT"}}, "CURR", "amount.currency"),
    ("/v1/inquiries", QUOTE | {"provider": ALFX}, "CH17", "provider"),
    ("/v1/inquiries/reply", {"inquiry": 1}, "CH21", "rate"),
    ("/v1/inquiries/reply", {"inquiry": 1, "rate": 8.5}, "CH16", "rate"),
    ("/v1/inquiries/reply", {"inquiry": 0, "rate": "8.5"}, "CH16", "inquiry"),
    ("/v1/rates", RATES | {"tiers": []}, "CH16", "tiers"),
    ("/v1/rates", RATES | {"tiers": [RATES["tiers"][0] | {"bid": 8.5}]}, "CH16", "tiers[0].bid"),
    ("/v1/rates", RATES | {"tiers": [RATES["tiers"][0] | {"bid": "NaN"}]}, "CH16", "tiers[0].bid"),
    ("/v1/rates", RATES | {"tiers": [{"from_amount": "0", "bid": "1"}]}, "CH21", "tiers[0].ask"),
    ("/v1/aliases", ALIAS_OF_RUSTAM | {"phone": "917000001"}, "BE23", "phone"),
    ("/v1/aliases", ALIAS_OF_RUSTAM | {"phone": "+992000"}, "BE23", "phone"),
    ("/v1/aliases", ALIAS_OF_RUSTAM | {"name": ""}, "CH16", "name"),
    ("/v1/aliases/remove", {"phone": "+992917000001", "name": "x"}, "CH17", "name"),
    ("/v1/correspondents", {"account_servicer": PAMR, "account_owner": SEVR}, "CH21", "currency"),
    (
        "/v1/correspondents",
        {"account_servicer": PAMR, "account_owner": SEVR, "currency": "TJS", "overdraft": FUNDING["amount"]},
        "CURR",
        "overdraft.currency",
    ),
    ("/v1/correspondents/fund", {"account": 1, "amount": FUNDING["amount"]}, "NOOR", "account"),
    ("/v1/correspondents/close", {"account": 0}, "CH16", "account"),
    ("/v1/arrangements", {"central_bank": CBTJ, "swing": FUNDING["amount"]}, "CH21", "other_swing"),
    ("/v1/arrangements/accept", {"arrangement": 0}, "CH16", "arrangement"),
    ("/v1/arrangements/end", {"arrangement": 1, "why": "x"}, "CH17", "why"),
    ("/v1/fixings", FIXING | {"day": "2026-11-18T00:00:00Z"}, "CH16", "day"),
    ("/v1/fixings", FIXING | {"rate": 89.5}, "CH16", "rate"),
    ("/v1/fixings", FIXING | {"rate": "-89.5"}, "CH16", "rate"),
    ("/v1/funding", FUNDING | {"participant": "nobody"}, "CH16", "participant"),
    ("/v1/queue/move", {"uetr": "x", "to": "first"}, "CH16", "uetr"),
    ("/v1/queue/move", {"uetr": UETR, "to": "front"}, "CH16", "to"),
    ("/v1/queue/move", {"uetr": UETR, "to": "first"}, "NOOR", "uetr"),
    ("/v1/queue/priority", {"uetr": UETR}, "CH21", "priority"),
    ("/v1/queue/priority", {"uetr": UETR, "priority": "HIGH"}, "NOOR", "uetr"),
    ("/v1/queue/cancel", {"uetr": UETR, "why": "x"}, "CH17", "why"),
    ("/v1/queue/cancel", {"uetr": UETR}, "NOOR", "uetr"),
]


@pytest.mark.parametrize(("path", "content", "reason", "field"), WRONG, ids=lambda value: str(value)[:40])
async def test_a_wrong_request_is_stored_and_answered(house, path, content, reason, field):
    body = content if isinstance(content, bytes) else msgspec.json.encode({"message_id": "r1"} | content)
    answer = await house.sevr.start(path, body, JSON).answer()
    assert answer.status == 422
    check_hub(answer.headers["corridor-signature"], answer.body)
    told = answer.json["answer"]
    assert (told["reason"], told["field"]) == (reason, field)
    assert (SEVR, answer.json["message_id"]) in house.store.rows[IDENTITY]
    assert house.world.balance(SEVR, "RUB") == FUNDS


@pytest.mark.parametrize(
    "body",
    [
        b'{"message_id":"r1","phone":"+992917000001","phone":"+992917000002"}',
        b'{"message_id":"r1","message_id":"r2","phone":"+992917000001"}',
        b'{"message_id":"r1","phone":"+992917000001","p\\u0068one":"+992917000002"}',
    ],
)
async def test_a_member_that_stands_twice_is_refused(house, body):
    answer = await house.sevr.start("/v1/aliases/remove", body, JSON).answer()
    assert answer.status == 422
    assert answer.json["answer"]["reason"] == "FF01"


async def test_what_is_wrong_keeps_the_id_it_came_under(house):
    answer = await house.sevr.start("/v1/quotes", b'{"message_id":"mine","x":1}', JSON).answer()
    assert answer.json["message_id"] == "mine"
    answer = await house.sevr.start("/v1/quotes", b'{"message_id":"mine"', JSON).answer()
    assert answer.json["message_id"] == answer.json["content"][:35], "what has no id is named by its digest"


def test_an_error_never_quotes_the_content():
    secret = "40817810000000000001"
    for content in ({"message_id": [secret]}, {"message_id": "x" * 36 + secret}, {"creditor_agent": secret}):
        with pytest.raises(DecodeError) as caught:
            decode(
                msgspec.json.Decoder(QuoteRequest), msgspec.json.encode({"message_id": "r"} | QUOTE | content)
            )
        assert secret not in str(caught.value)


def test_an_amount_says_its_scale():
    assert Amount("5", "JPY", 0).money("amount").text() == "5"
    assert Amount("5", "KWD", 3).money("amount").text() == "0.005"


def test_every_request_says_what_it_is():
    assert all(request.__doc__ for request in REQUESTS.values())


OFFER = {
    "borrower": PAMR,
    "limit": {"amount": "100000", "currency": "RUB", "scale": 2},
    "rate": "16.50",
    "fee_rate": "0.5",
    "day_count": "ACT/365F",
    "starts_on": "2026-11-18",
    "ends_on": "2027-11-18",
    "automatic": True,
}
COLLATERAL = {
    "pledge_id": "bonds",
    "pledger": SEVR,
    "value": {"amount": "1000", "currency": "RUB", "scale": 2},
    "haircut_bps": 500,
    "valid_until": "2027-11-18T00:00:00+03:00",
}


async def test_a_facility_is_offered_accepted_drawn_repaid_and_shown_to_its_parties_alone(house):
    offered = (await house.sevr.request("/v1/facilities", **OFFER)).json["answer"]
    number = offered["facility"]
    assert (offered["state"], offered["rate"], offered["lender"]) == ("offered", "16.50", SEVR)
    accepted = (await house.pamr.request("/v1/facilities/accept", facility=number)).json["answer"]
    assert (accepted["state"], accepted["drawn"]["amount"]) == ("active", "0")
    amount = {"amount": "500", "currency": "RUB", "scale": 2}
    drawn = (await house.pamr.request("/v1/facilities/draw", facility=number, amount=amount)).json["answer"]
    assert drawn["drawn"] == amount
    assert house.world.balance(PAMR, "RUB") == FUNDS + 5_00
    for bank in (house.sevr, house.pamr):
        shown = await bank.get("/v1/facilities")
        assert [msgspec.json.decode(line) for line in shown.body.splitlines()] == [drawn]
    assert (await house.sevr.get("/v1/facilities?state=ended")).status == 400
    repaid = (await house.pamr.request("/v1/facilities/repay", facility=number, amount=amount)).json["answer"]
    assert repaid["drawn"]["amount"] == "0"
    ended = (await house.pamr.request("/v1/facilities/cancel", facility=number)).json["answer"]
    assert ended["state"] == "ended"
    assert (await house.sevr.get("/v1/facilities")).body == b""


ACCOUNT_OFFER = {
    "account_servicer": PAMR,
    "account_owner": SEVR,
    "currency": "RUB",
    "overdraft": {"amount": "100", "currency": "RUB", "scale": 2},
    "ceiling": {"amount": "90000", "currency": "RUB", "scale": 2},
}


async def test_a_correspondent_account_is_opened_funded_compared_and_shown_to_its_two_banks_alone(house):
    offered = (await house.pamr.request("/v1/correspondents", **ACCOUNT_OFFER)).json["answer"]
    number = offered["account"]
    assert (offered["state"], offered["offered_by"]) == ("offered", PAMR)
    opened = (await house.sevr.request("/v1/correspondents/accept", account=number)).json["answer"]
    assert (opened["state"], opened["overdraft"], opened["ceiling"]["amount"]) == (
        "open",
        ACCOUNT_OFFER["overdraft"],
        "90000",
    )
    amount = {"amount": "500", "currency": "RUB", "scale": 2}
    funded = (await house.sevr.request("/v1/correspondents/fund", account=number, amount=amount)).json[
        "answer"
    ]
    assert (funded["balance"], funded["credit_debit"]) == (amount, "CRDT")
    assert house.world.balance(PAMR, "RUB") == FUNDS + 5_00
    for bank in (house.sevr, house.pamr):
        shown = await bank.get("/v1/correspondents")
        assert [msgspec.json.decode(line) for line in shown.body.splitlines()] == [funded]
    assert (await house.sevr.get("/v1/correspondents?state=closed")).status == 400
    (told,) = [opened.message for opened in await house.sevr.mailbox()]
    entry = {"number": int(told.entries[0].clearing_system_reference), "amount": "500"}
    stated = {"account": number, "day": iso_date(house.clock.now()), "closing_balance": amount, "count": 1}
    for sign, agrees in (("CRDT", True), ("DBIT", False)):
        signs = {"credit_debit": sign, "entries": [entry | {"credit_debit": sign}]}
        compared = await house.sevr.request("/v1/correspondents/reconcile", **stated, **signs)
        assert compared.json["answer"]["agrees"] is agrees
    back = (await house.sevr.request("/v1/correspondents/withdraw", account=number, amount=amount)).json
    assert back["answer"]["balance"]["amount"] == "0"
    for bank, state in ((house.sevr, "open"), (house.pamr, "closed")):
        closed = (await bank.request("/v1/correspondents/close", account=number)).json["answer"]
        assert (closed["state"], closed["close_asked_by"]) == (state, SEVR)
    assert (await house.sevr.get("/v1/correspondents")).body == b""


async def test_an_account_without_an_overdraft_or_a_ceiling(house):
    terms = {name: ACCOUNT_OFFER[name] for name in ("account_servicer", "account_owner", "currency")}
    offered = (await house.pamr.request("/v1/correspondents", **terms)).json["answer"]
    assert (offered["overdraft"]["amount"], offered["ceiling"]) == ("0", None)


async def test_a_line_and_its_collateral(house):
    central_bank = house.banks[CBRR]
    line = {"amount": "100000", "currency": "RUB", "scale": 2}
    assert (await central_bank.request("/v1/credit-lines", participant=SEVR, line=line)).status == 200
    assert (await central_bank.request("/v1/pledges", **COLLATERAL)).status == 200
    entry = house.store.rows[SETTLEMENT_ACCOUNT][SEVR, "RUB"]
    assert house.store.rows[ACCOUNT][entry.account_id].credit_limit == 950
    assert (await central_bank.request("/v1/pledges/release", pledge_id="bonds")).status == 200
    assert house.store.rows[ACCOUNT][entry.account_id].credit_limit == 0


async def test_two_central_banks_make_an_arrangement(house):
    """Only its two sides see it, and it is read as it is durable."""
    roubles, somoni = (house.banks[bic] for bic in (CBRR, CBTJ))
    swings = [
        {"amount": minor, "currency": code, "scale": 2}
        for minor, code in (("850000", "RUB"), ("100000", "TJS"))
    ]
    terms = {"central_bank": CBTJ, "swing": swings[0], "other_swing": swings[1]}
    offered = (await roubles.request("/v1/arrangements", **terms)).json["answer"]
    stands = (offered["state"], offered["base_bank"], offered["base_swing"]["amount"])
    assert stands == ("offered", CBTJ, "100000")
    number = offered["arrangement"]
    refused = await house.sevr.request("/v1/arrangements/accept", arrangement=number)
    assert (refused.status, refused.json["answer"]["reason"]) == (422, "AG01")
    opened = (await somoni.request("/v1/arrangements/accept", arrangement=number)).json["answer"]
    assert (opened["state"], opened["quote_stands"]["amount"], opened["nets_on"]) == (
        "open",
        "0",
        "2026-11-18",
    )
    for bank in (roubles, somoni):
        shown = await bank.get("/v1/arrangements")
        assert msgspec.json.decode(shown.body)["arrangement"] == number
    assert (await house.sevr.get("/v1/arrangements")).status == 403
    ending = (await roubles.request("/v1/arrangements/end", arrangement=number)).json["answer"]
    assert ending["state"] == "ending"
