import random
import sqlite3
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.codecs.iso20022.camt054 import Entry, Notification
from corridor.domain.money import Money, Rate
from corridor.sandbox import provider
from corridor.sandbox.provider import Movement, Provider
from corridor.services.fx import tellings
from tests.unit.client.hub_side import NOW
from tests.unit.sandbox.test_bank import delivery, told

MID = Decimal("8.55")


@given(st.integers())
def test_rates_stay_within_the_band_that_the_hub_allows(seed):
    trader = Provider(MID, random.Random(seed))
    last = MID
    for _ in range(200):
        tiers = trader.next_rates()
        assert [tier.from_amount for tier in tiers] == sorted({tier.from_amount for tier in tiers})
        assert tiers[0].from_amount == 0
        for tier in tiers:
            assert tier.bid < tier.ask
            Rate(tier.bid, "TJS", "RUB")
            assert abs(tier.bid / last - 1) < Decimal("0.05")
            assert abs(tier.ask / last - 1) < Decimal("0.05")
        last = (tiers[0].bid + tiers[0].ask) / 2
    assert abs(last / MID - 1) < Decimal("0.10")


def test_the_larger_the_amount_the_better_the_rate():
    tiers = Provider(MID, random.Random(1)).next_rates()
    spreads = [tier.ask - tier.bid for tier in tiers]
    assert spreads == sorted(spreads, reverse=True)
    assert len(set(spreads)) == len(spreads)


def test_the_walk_follows_from_its_seed():
    def walk(seed):
        trader = Provider(MID, random.Random(seed))
        return [trader.next_rates() for _ in range(20)]

    assert walk(7) == walk(7) != walk(8)


def notification(amount, side, status="BOOK"):
    entry = Entry(
        amount=amount,
        credit_debit=side,
        status=status,
        booked_at=NOW,
        domain="PMNT",
        family="CNTR",
        sub_family="FCDP",
    )
    return delivery(
        Notification(message_id="h", created_at=NOW, notification_id="h", account="a", entries=(entry,))
    )


@pytest.fixture
def database():
    database = sqlite3.connect(":memory:", isolation_level=None)
    provider.prepare(database)
    yield database
    database.close()


def test_what_was_exchanged_is_booked(database):
    frame = [
        notification(Money(1_000, "RUB"), "CRDT"),
        notification(Money(116, "TJS"), "DBIT"),
        delivery(told("ACSC")),
        notification(Money(7, "RUB"), "DBIT", "PDNG"),  # a trade that has not settled
        notification(Money(500, "RUB"), "CRDT"),
    ]
    booked = provider.movements(frame)
    assert booked == [Movement("RUB", 1_000), Movement("TJS", -116), Movement("RUB", 500)]
    provider.effect(booked)(database)
    provider.effect(provider.movements(frame[:1]))(database)
    assert provider.positions(database) == {"RUB": (2_500, 0, 3), "TJS": (0, 116, 1)}


def test_what_it_is_asked_it_hears_and_replies_better_than_its_standing_rates():
    assert provider.ASKED == tellings.ASKED
    assert asked_of("QUOTE ASKED, inquiry 77, RUB TO TJS, until then") == [77]
    assert asked_of("QUOTE ASKED, inquiry 77", status="BOOK") == []
    assert asked_of("REPLY TAKEN, inquiry 77") == asked_of(None) == []
    assert provider.asked([delivery(told("ACSC"))]) == []
    trader = Provider(MID, random.Random(3))
    tiers = trader.next_rates()
    sells, buys = trader.firm_rate(sells_base=True), trader.firm_rate(sells_base=False)
    assert all(tier.bid < buys < sells < tier.ask for tier in tiers)


def asked_of(words, status="INFO"):
    entry = notification(Money(1, "RUB"), "CRDT", status).opened.message.entries[0]
    entry = msgspec.structs.replace(entry, reference="77", additional_information=words)
    message = Notification(message_id="h", created_at=NOW, notification_id="h", account="a", entries=(entry,))
    return provider.asked([delivery(message)])
