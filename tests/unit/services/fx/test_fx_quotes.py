"""What a bank is quoted, by whom, and when it gets no quote."""

from decimal import Decimal

import msgspec
import pytest

from corridor.decision import Accepted, Rejected
from corridor.domain.identifiers import parse_uetr
from corridor.domain.instants import SECOND, iso
from corridor.ledger.transfers import FIRST_CALLER_ID, Transfer, TransferFlag
from corridor.services.fx.commands import SetFxFee, SetFxPair
from corridor.services.fx.quotes import quote_id
from corridor.services.messaging.commands import PostTransfers, SetFrozen, SetLimit, SetParticipantState
from corridor.services.messaging.records import SETTLEMENT_ACCOUNT
from tests.unit.services.fx.fx_market import (
    ALFA,
    OPERATOR,
    PAMIR,
    SEVERNY,
    SUGD,
    VOLGA,
    ZARAFSHAN,
    Market,
    tier,
)


@pytest.fixture
def market():
    """Alfa at 0.1160 / 0.1186, from 100,000.00 roubles on 0.1165 / 0.1181; Sugd at 0.1162 / 0.1184."""
    market = Market()
    market.post(ALFA, tier(0, "0.1160", "0.1186"), tier(10_000_000, "0.1165", "0.1181"))
    market.post(SUGD, tier(0, "0.1162", "0.1184"))
    return market


def told(answer):
    assert isinstance(answer, Accepted), answer
    return msgspec.json.decode(answer.body)


def test_the_answer_says_all_that_the_sender_is_to_see(market):
    market.must(SetFxFee(market.origin(OPERATOR), "RUB", 30, 50_00))
    answer = told(market.ask(10_000_07))
    assert answer == {
        "quote_id": answer["quote_id"],
        "debtor_agent": SEVERNY,
        "creditor_agent": PAMIR,
        "provider": SUGD,
        "fixed": "source",
        "source": {"amount": "1000007", "currency": "RUB", "scale": 2},
        "destination": {"amount": "116200", "currency": "TJS", "scale": 2},
        "fee": {"amount": "5000", "currency": "RUB", "scale": 2},
        "debit": {"amount": "1005007", "currency": "RUB", "scale": 2},
        "unit_currency": "RUB",
        "quoted_currency": "TJS",
        "rate": "0.1162",
        "mid_rate": "0.1173",
        # 1,162.00 somoni are worth 9,906.22 roubles at 0.1173, rounded down.
        "total_cost": {"amount": str(1000007 - 990622 + 5000), "currency": "RUB", "scale": 2},
        "total_cost_bps": 144,
        "created_at": iso(market.now),
        "expires_at": iso(market.now + 60 * SECOND),
    }
    (quote,) = market.quotes()
    assert quote.quote_id == answer["quote_id"]
    assert quote.remainder == Decimal("0.8134")  # 1,000,007 x 0.1162 - 116,200 diram


def test_the_id_is_what_an_agreed_rate_may_carry(market):
    first, second = (told(market.ask(100_00))["quote_id"] for _ in range(2))
    assert parse_uetr(first) == first < second == parse_uetr(second)
    assert quote_id("CORRXXM0", 4711) == "00000000-0000-4126-8700-434f52525858"
    assert parse_uetr(quote_id("CORRXXM0", 2**63 - 1)) == "7fffffff-ffff-4fff-8f00-434f52525858"


def test_debtors_pay_the_ask_for_base_and_get_the_bid(market):
    sold = told(market.ask(1_000_00, signer=SEVERNY, creditor_agent=PAMIR))
    bought = told(market.ask(1_000_00, signer=PAMIR, creditor_agent=SEVERNY, source="TJS", destination="RUB"))
    assert (sold["rate"], sold["destination"]["amount"]) == ("0.1162", "11620")
    assert (bought["rate"], bought["destination"]["amount"]) == ("0.1184", str(100_000 * 10_000 // 1184))


@pytest.mark.parametrize(
    ("amount", "fixed", "provider", "rate"),
    [
        (9_999_999, "source", SUGD, "0.1162"),
        (10_000_000, "source", ALFA, "0.1165"),
        (1_172_999, "destination", SUGD, "0.1162"),  # worth 99,999.91 roubles at the mid rate
        (1_173_000, "destination", ALFA, "0.1165"),
    ],
)
def test_a_tier_counts_from_its_first_amount_on(market, amount, fixed, provider, rate):
    answer = told(market.ask(amount, fixed=fixed))
    assert (answer["provider"], answer["rate"]) == (provider, rate)


def test_a_fixed_destination_is_reached_exactly(market):
    answer = told(market.ask(1_000_01, fixed="destination"))
    assert answer["destination"]["amount"] == "100001"
    assert answer["source"]["amount"] == "860594"  # 860,593.80 rounded up
    (quote,) = market.quotes()
    assert quote.remainder == Decimal("0.0228")


def test_equal_rates_go_to_the_first_bic(market):
    market.post(SUGD, tier(0, "0.1160", "0.1186"))
    assert told(market.ask(1_000_00))["provider"] == ALFA


def test_a_provider_can_be_named(market):
    answer = told(market.ask(1_000_00, provider=ALFA))
    assert (answer["provider"], answer["rate"], answer["mid_rate"]) == (ALFA, "0.1160", "0.1173")
    assert market.ask(1_000_00, provider=VOLGA).reason == "AGNT"
    market.wait(200)
    market.post(SUGD, tier(0, "0.1162", "0.1184"))
    market.wait(101)
    assert market.ask(1_000_00, provider=ALFA).reason == "AB07"


def test_a_rate_better_than_the_mid_costs_less_than_nothing(market):
    market.post(SUGD, tier(0, "0.1200", "0.1200"))
    answer = told(market.ask(1_000_000_00))
    assert answer["mid_rate"] == "0.11865"
    assert answer["total_cost"]["amount"] == str(100_000_000 - 101_137_800)
    assert answer["total_cost_bps"] == -113


def test_old_rates_give_no_quotes(market):
    market.wait(200)
    market.post(ALFA, tier(0, "0.1160", "0.1186"))
    market.wait(101)
    assert told(market.ask(1_000_00))["provider"] == ALFA
    market.wait(200)
    assert market.ask(1_000_00).reason == "AB07"


def test_open_quotes_never_exceed_a_providers_balance():
    market = Market(funds=1_000_00)
    market.post(ALFA, tier(0, "0.1", "0.1"))
    market.post(SUGD, tier(0, "0.1", "0.1"))
    assert told(market.ask(600_00, fixed="destination"))["provider"] == ALFA
    assert told(market.ask(600_00, fixed="destination"))["provider"] == SUGD
    assert told(market.ask(400_00, fixed="destination"))["provider"] == ALFA
    assert market.exposure(ALFA, "TJS") == 1_000_00
    assert market.ask(401_00, fixed="destination").reason == "AM23"
    market.must(SetLimit(market.origin(OPERATOR), ALFA, "TJS", 1_00))
    assert market.ask(1_01, fixed="destination", provider=ALFA).reason == "AM23"
    assert told(market.ask(1_00, fixed="destination", provider=ALFA))["provider"] == ALFA
    market.wait(61)
    assert market.exposure(ALFA, "TJS") == market.exposure(SUGD, "TJS") == 0
    assert told(market.ask(1_001_00, fixed="destination"))["provider"] == ALFA


def test_what_a_provider_has_reserved_covers_no_quote():
    market = Market(funds=1_000_00)
    market.post(ALFA, tier(0, "0.1", "0.1"))
    somoni = {bic: market.memory.find(SETTLEMENT_ACCOUNT, (bic, "TJS")).account_id for bic in (ALFA, PAMIR)}
    reserved = Transfer(
        FIRST_CALLER_ID, somoni[ALFA], somoni[PAMIR], 700_00, "TJS", flags=TransferFlag.PENDING
    )
    market.must(PostTransfers(market.origin(OPERATOR), (reserved,)))
    assert market.ask(300_01, fixed="destination").reason == "AM23"
    assert told(market.ask(300_00, fixed="destination"))["provider"] == ALFA


@pytest.mark.parametrize(
    ("rate_bps", "minimum", "fee"),
    [(30, 1_00, 100_00), (30, 100_01, 100_01), (0, 0, 0), (9_999, 0, 33_330_00)],
)
def test_a_fee_is_a_share_rounded_up_and_at_least_its_minimum(market, rate_bps, minimum, fee):
    market.must(SetFxFee(market.origin(OPERATOR), "RUB", rate_bps, minimum))
    answer = told(market.ask(33_333_33))
    assert answer["fee"]["amount"] == str(fee)
    assert answer["debit"]["amount"] == str(33_333_33 + fee)


@pytest.mark.parametrize("currency", ["RUB", "TJS"])
def test_a_frozen_account_covers_nothing(market, currency):
    market.must(SetFrozen(market.origin(OPERATOR), SUGD, currency, frozen=True))
    assert told(market.ask(1_000_00))["provider"] == ALFA


def test_a_bank_has_only_so_many_open_quotes(market):
    market.must(SetFxPair(market.origin(OPERATOR), "RUB", "TJS", open_quotes=2))
    assert told(market.ask(1_000_00))
    assert told(market.ask(1_000_00))
    assert market.ask(1_000_00).reason == "DS0K"
    assert market.open_quotes(SEVERNY) == 2
    assert told(market.ask(1_000_00, signer=VOLGA))
    market.wait(61)
    assert market.open_quotes(SEVERNY) == 0
    assert told(market.ask(1_000_00))


@pytest.mark.parametrize(
    ("asked", "reason", "field"),
    [
        ({"amount": 0}, "AM01", "amount"),
        ({"amount": -1}, "AM12", "amount"),
        ({"amount": 10**18}, "AM12", "amount"),
        ({"amount": 10**18 - 1}, "AM23", "amount"),
        ({"amount": 10**18 - 1, "fixed": "destination"}, "AM12", "amount"),
        ({"amount": 8}, "AM06", "amount"),  # 0.92 diram
        ({"destination": "RUB"}, "CURR", "destination_currency"),
        ({"destination": "KZT"}, "AM03", "destination_currency"),
        ({"source": "EUR"}, "AM03", "destination_currency"),
        ({"signer": PAMIR, "creditor_agent": ZARAFSHAN}, "AM03", "source_currency"),
        ({"signer": VOLGA, "creditor_agent": SEVERNY}, "AM03", "destination_currency"),
        ({"creditor_agent": SEVERNY}, "AG03", "creditor_agent"),
        ({"creditor_agent": "NOBOXXX0"}, "RC04", "creditor_agent"),
        ({"creditor_agent": SUGD}, "RC04", "creditor_agent"),
        ({"signer": ALFA}, "AG01", "iss"),
        ({"provider": "NOBOXXX0"}, "AGNT", "provider"),
    ],
)
def test_a_request_that_cannot_be_quoted_is_refused(market, asked, reason, field):
    answer = market.ask(**{"amount": 1_000_00, **asked})
    assert isinstance(answer, Rejected)
    assert (answer.reason, answer.field) == (reason, field)
    assert market.quotes() == []


def test_a_suspended_creditor_agent_is_told(market):
    market.must(SetParticipantState(market.origin(OPERATOR), PAMIR, "suspended"))
    assert market.ask(1_000_00).reason == "AB08"
    assert told(market.ask(1_000_00, creditor_agent=ZARAFSHAN))
