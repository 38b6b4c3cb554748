from decimal import Decimal
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.client.requests import (
    Tier,
    Trade,
    look_up_target,
    quote_members,
    rates_members,
    read_inquiry,
    read_payee,
    read_quote,
    request,
    trade_members,
)
from corridor.domain.errors import CorridorError
from corridor.domain.money import Money, Rate
from corridor.gateway import requests as door
from corridor.services.fx.answers import inquiry_answer, quote_answer
from corridor.services.fx.records import Inquiry as HubInquiry
from corridor.services.fx.records import Quote as HubQuote
from corridor.services.fx.records import Reply as HubReply

TIERS = (Tier(0, Decimal("8.50"), Decimal("8.6")), Tier(100, Decimal("8.52"), Decimal("8.58")))


def sent(path, members):
    """What the door makes of a request."""
    draft = request(path, "SEVRRUM0-1", members, kept=True)
    return msgspec.json.decode(draft.body, type=door.REQUESTS[draft.target])


@pytest.mark.parametrize("provider", ["", "ALFXRUM0"])
def test_a_quote_is_asked_for_as_the_door_expects_it(provider):
    asked = sent("quotes", quote_members("PAMRTJ20", "RUB", "TJS", Money(150, "TJS"), provider))
    assert (asked.creditor_agent, asked.provider) == ("PAMRTJ20", provider)
    assert asked.amount.money("amount") == Money(150, "TJS")


INQUIRY = HubInquiry(
    number=7,
    state="quoted",
    due_at=None,
    debtor_agent="SEVRRUM0",
    creditor_agent="PAMRTJ20",
    source_currency="RUB",
    destination_currency="TJS",
    fixed="destination",
    amount=150,
    base_currency="TJS",
    quote_currency="RUB",
    providers="ALFXRUM0 SUGDTJ20",
    replies=1,
    asked_at=1_800_000_000_000_000,
    answers_until=1_800_000_010_000_000,
)
REPLY = HubReply(7, "ALFXRUM0", "taken", 8, Decimal("8.55"), 1_283, 150, 1_800_000_001_000_000)


def test_an_inquiry_is_read_by_who_asked_and_who_was_asked():
    told = inquiry_answer(INQUIRY, None, None, "SEVRRUM0")
    read = read_inquiry(msgspec.json.encode(told))
    assert (read.number, read.state, read.amount, read.reply) == (7, "quoted", Money(150, "TJS"), None)
    assert read.answers_until == INQUIRY.answers_until
    assert read.quote is None
    assert told.creditor_agent == "PAMRTJ20"
    told = inquiry_answer(INQUIRY, None, REPLY, "ALFXRUM0")
    read = read_inquiry(msgspec.json.encode(told))
    assert (read.state, read.reply) == ("taken", Decimal("8.55"))
    assert (told.creditor_agent, told.replies) == (None, None)
    waiting = msgspec.structs.replace(REPLY, state="open")
    asked = msgspec.structs.replace(INQUIRY, state="asked")
    assert inquiry_answer(asked, None, waiting, "ALFXRUM0").state == "asked"
    ended = msgspec.structs.replace(INQUIRY, state="unquoted", reason="AB07")
    assert read_inquiry(msgspec.json.encode(inquiry_answer(ended, None, None, "SEVRRUM0"))).reason == "AB07"


def test_rates_are_posted_as_the_door_expects_them():
    posted = sent("rates", rates_members("TJS", "RUB", TIERS))
    assert [(int(t.from_amount), Decimal(t.bid), Decimal(t.ask)) for t in posted.tiers] == [
        (tier.from_amount, tier.bid, tier.ask) for tier in TIERS
    ]


@given(st.text(min_size=1, max_size=140))
def test_names_travel_in_the_target_unharmed_and_in_ascii(name):
    target = look_up_target("+992917000001", name)
    assert target.isascii()
    assert not set(target) & set(' \r\n"#')
    parts = urlsplit(target)
    assert unquote(parts.path) == "/v1/aliases/+992917000001"
    assert parse_qs(parts.query, keep_blank_values=True) == {"name": [name]}


def test_without_a_name_there_is_no_query():
    assert look_up_target("+79160000001", "") == "/v1/aliases/%2B79160000001"


@pytest.mark.parametrize("cost", [1_234, -5])
def test_a_quote_is_read_as_the_hub_writes_it(cost):
    told = HubQuote(
        quote_id="00000000-0000-4126-8700-434f52525858",
        debtor_agent="SEVRRUM0",
        creditor_agent="PAMRTJ20",
        provider="ALFXRUM0",
        base_currency="TJS",
        quote_currency="RUB",
        rate=Decimal("8.60"),
        mid_rate=Decimal("8.55"),
        fixed="source",
        source_currency="RUB",
        source_amount=1_000_000,
        destination_currency="TJS",
        destination_amount=116_279,
        fee_amount=1_000,
        cost_amount=cost,
        remainder=Decimal(0),
        created_at=1_795_486_525_000_000,
        expires_at=1_795_486_585_000_000,
        due_at=None,
        status="open",
    )
    quote = read_quote(quote_answer(told))
    assert (quote.source, quote.destination) == (Money(1_000_000, "RUB"), Money(116_279, "TJS"))
    assert quote.debit == Money(1_001_000, "RUB") == quote.source + quote.fee
    assert (quote.rate, quote.mid_rate) == (
        Rate.parse("8.60", "TJS", "RUB"),
        Rate.parse("8.55", "TJS", "RUB"),
    )
    assert (quote.total_cost, quote.expires_at) == (cost, told.expires_at)
    assert (quote.provider, quote.creditor_agent, quote.fixed) == ("ALFXRUM0", "PAMRTJ20", "source")


@pytest.mark.parametrize("answer", [b"", b"{}", b'{"quote_id":1}'])
def test_what_is_no_quote_raises(answer):
    with pytest.raises((msgspec.DecodeError, CorridorError)):
        read_quote(answer)


def test_a_payee_without_a_name_given_has_no_match():
    payee = read_payee(
        b'{"phone":"+992917000001","participant":"PAMRTJ20","currency":"RUB","masked_name":"D*","match":null}'
    )
    assert (payee.participant, payee.currency, payee.match) == ("PAMRTJ20", "RUB", None)


def test_a_trade_is_named_as_fxtr_014_names_it():
    day, sold, bought = "2026-11-24", Money(850_00, "RUB"), Money(100_00, "TJS")
    stated = Trade("PAMRTJ20", "T1", day, day, sold, bought)
    members = trade_members(stated)
    assert members == {
        "counterparty_side": "PAMRTJ20",
        "common_reference": "T1",
        "trade_date": day,
        "settlement_date": day,
        "trading_side_sell_amount": {"amount": "85000", "currency": "RUB", "scale": 2},
        "trading_side_buy_amount": {"amount": "10000", "currency": "TJS", "scale": 2},
    }
    timed = msgspec.structs.replace(stated, reject_time="18:00:00+05:00")
    assert trade_members(timed) == {**members, "reject_time": "18:00:00+05:00"}
