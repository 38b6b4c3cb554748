"""Inquiries: several providers are asked, the best reply in time becomes a quote, whatever else is told."""

from decimal import Decimal

import msgspec
import pytest

from corridor.decision import Accepted, Rejected
from corridor.domain.instants import SECOND, iso_date
from corridor.domain.money import Money
from corridor.services.fx.commands import Inquire, PostFixing, ReplyToInquiry, SetFxLimit, SetFxPair
from corridor.services.fx.inquiries import INQUIRIES_MAX, WITHIN_MAX_S
from corridor.services.fx.records import INQUIRY, OPEN_QUOTES, QUOTE, REPLY
from corridor.services.fx.rules import spend_quote
from corridor.services.messaging.commands import SetLimit, SetParticipantState
from tests.unit.services.fx.fx_market import (
    ALFA,
    OPERATOR,
    PAMIR,
    SEVERNY,
    SOMONI_ISSUER,
    SUGD,
    VOLGA,
    ZARAFSHAN,
    Market,
    tier,
)


class Asking(Market):
    """A market in which everybody's messages are kept."""

    def __init__(self, **facts):
        self.heard = []
        super().__init__(**facts)

    def apply(self, step):
        self.heard += [(each.participant, each.message.entries[0]) for each in step.outgoing]
        super().apply(step)

    def inquire(self, amount=1_000_00, *, fixed="source", signer=SEVERNY, to=PAMIR, within_s=10, **sides):
        source, destination = sides.get("source", "RUB"), sides.get("destination", "TJS")
        return self.decide(Inquire(self.origin(signer), to, source, destination, fixed, amount, within_s))

    def reply(self, inquiry, provider, rate):
        self.memory.lend({(INQUIRY, inquiry): self.durable.get((INQUIRY, inquiry))})
        return self.decide(ReplyToInquiry(self.origin(provider), inquiry, Decimal(rate)))

    def inquiry(self, number):
        return self.durable[INQUIRY, number]

    def made(self, number):
        return self.durable[QUOTE, self.inquiry(number).quote_id]

    def words(self, participant):
        """What somebody was told, without the inquiry's number."""
        return [
            entry.additional_information.partition(",")[0] for bic, entry in self.heard if bic == participant
        ]


def number_of(answer):
    assert isinstance(answer, Accepted), answer
    return msgspec.json.decode(answer.body)["inquiry"]


@pytest.fixture
def market():
    """Both have posted rates once, of which nothing is fresh any more."""
    market = Asking()
    market.post(ALFA, tier(0, "0.1", "0.102"))
    market.post(SUGD, tier(0, "0.1", "0.102"))
    market.wait(1_000)
    assert market.ask(1_00).reason == "AB07"
    return market


def test_the_best_reply_becomes_a_quote_as_soon_as_all_have_replied(market):
    answer = market.inquire()
    number = number_of(answer)
    assert msgspec.json.decode(answer.body)["providers"] == 2
    assert market.words(ALFA) == market.words(SUGD) == ["QUOTE ASKED"]
    replied = market.reply(number, ALFA, "0.1001")
    assert msgspec.json.decode(replied.body)["destination"] == {
        "amount": "10010",
        "currency": "TJS",
        "scale": 2,
    }
    assert market.words(SEVERNY) == []
    assert not market.quotes()
    market.reply(number, SUGD, "0.1002")
    (quote,) = market.quotes()
    assert (quote.provider, quote.rate, quote.destination_amount) == (SUGD, Decimal("0.1002"), 100_20)
    assert (quote.debtor_agent, quote.creditor_agent) == (SEVERNY, PAMIR)
    assert (quote.rated_at, quote.expires_at) == (market.now, market.now + 60 * SECOND)
    assert market.words(SEVERNY) == ["QUOTED"]
    assert (market.words(ALFA)[1:], market.words(SUGD)[1:]) == (["REPLY PASSED OVER"], ["REPLY TAKEN"])
    assert market.exposure(SUGD, "TJS") == 100_20
    assert (market.inquiry(number).state, market.inquiry(number).replies) == ("quoted", 2)
    assert [market.durable[REPLY, (number, each)].state for each in (ALFA, SUGD)] == ["passed", "taken"]


def test_the_bank_is_told_all_that_a_payment_states(market):
    number = number_of(market.inquire())
    market.reply(number, ALFA, "0.1001")
    market.reply(number, SUGD, "0.1002")
    entry = market.heard[-3][1]
    quote = market.made(number)
    assert (entry.amount, entry.counter_value) == (quote.source, quote.destination)
    assert (entry.exchange.rate, entry.exchange.unit_currency) == (quote.rate, quote.base_currency)
    assert entry.exchange.contract_id == quote.quote_id.replace("-", "")
    assert entry.status == "INFO"
    terms = {
        "debtor_agent": SEVERNY,
        "creditor_agent": PAMIR,
        "source": quote.source,
        "rate": quote.agreed_rate,
    }
    assert spend_quote(market.step(), quote.quote_id, **terms, payment=7).spent_by == 7


@pytest.mark.parametrize(
    ("asked", "rates", "best"),
    [
        ({}, ("0.1001", "0.1002"), SUGD),  # more somoni for a rouble
        ({"fixed": "destination", "amount": 10_00}, ("0.1001", "0.1002"), SUGD),  # fewer roubles for a somoni
        ({"source": "TJS", "destination": "RUB", "signer": PAMIR, "to": SEVERNY}, ("0.1001", "0.1002"), ALFA),
        (
            {"source": "TJS", "destination": "RUB", "signer": PAMIR, "to": SEVERNY, "fixed": "destination"},
            ("0.1001", "0.1002"),
            ALFA,
        ),
        ({}, ("0.1001", "0.1001"), SUGD),  # the first that came
    ],
)
def test_the_best_price_is_the_banks_and_of_equal_ones_the_first(market, asked, rates, best):
    number = number_of(market.inquire(**asked))
    market.reply(number, SUGD, rates[1])
    market.reply(number, ALFA, rates[0])
    assert market.made(number).provider == best


def test_when_time_is_up_the_best_of_those_who_have_replied_is_taken(market):
    number = number_of(market.inquire(within_s=5))
    market.reply(number, ALFA, "0.1001")
    market.wait(5)
    assert market.inquiry(number).state == "asked"
    market.wait(1)
    assert market.made(number).provider == ALFA
    late = market.reply(number, SUGD, "0.11")
    assert (late.reason, late.field) == ("TM01", "inquiry")
    assert market.words(SUGD) == ["QUOTE ASKED"]


def test_a_reply_is_late_after_its_time_even_before_the_timer_runs(market):
    number = number_of(market.inquire(within_s=5))
    market.now += 5 * SECOND
    assert isinstance(market.reply(number, ALFA, "0.1001"), Accepted)
    market.now += 1
    assert market.reply(number, SUGD, "0.1").reason == "TM01"


def test_nobody_replies(market):
    number = number_of(market.inquire())
    market.wait(11)
    assert (market.inquiry(number).state, market.inquiry(number).reason) == ("unquoted", "AB07")
    assert market.words(SEVERNY) == ["NO QUOTE AB07"]
    assert not market.quotes()
    assert not list(market.memory.records(INQUIRY))


def test_one_who_can_no_longer_pay_is_passed_over(market):
    number = number_of(market.inquire())
    market.reply(number, SUGD, "0.1002")
    market.must(SetFxLimit(market.origin(OPERATOR), SUGD, "TJS", "position", 100_19))
    market.reply(number, ALFA, "0.1001")
    assert market.made(number).provider == ALFA
    other = number_of(market.inquire())
    market.reply(other, ALFA, "0.1001")
    market.must(SetParticipantState(market.origin(OPERATOR), ALFA, "suspended"))
    market.wait(11)
    assert (market.inquiry(other).reason, market.words(ALFA)[-1]) == ("AM23", "REPLY PASSED OVER")


def test_over_ones_limits_one_cannot_reply(market):
    market.must(SetFxLimit(market.origin(OPERATOR), ALFA, "TJS", "quote", 100_00))
    market.must(SetFxLimit(market.origin(OPERATOR), SUGD, "RUB", "position", 1_000_00))
    first, second = number_of(market.inquire(1_000_10)), number_of(market.inquire())
    for provider, reason in ((ALFA, "AM02"), (SUGD, "AM23")):
        refused = market.reply(first, provider, "0.1")
        assert (refused.reason, refused.field) == (reason, "inquiry")
    assert market.reply(second, SUGD, "0.1").body
    market.wait(11)
    assert (market.inquiry(first).state, market.inquiry(second).state) == ("unquoted", "quoted")


def test_what_one_has_no_balance_for_one_cannot_reply():
    market = Asking(funds=50_00)
    market.post(ALFA, tier(0, "0.1", "0.1"))
    number = number_of(market.inquire(1_000_00))
    refused = market.reply(number, ALFA, "0.1")
    assert (refused.reason, refused.field) == ("AM23", "inquiry")
    market.must(SetLimit(market.origin(OPERATOR), ALFA, "TJS", 50_00))
    assert market.reply(number, ALFA, "0.1").body
    assert market.made(number).provider == ALFA


@pytest.mark.parametrize(
    ("rate", "amount", "reason", "field"),
    [
        ("0", 1_000_00, "CH16", "rate"),
        ("0.2", 1_000_00, "CH16", "rate"),  # a slip: twice the last rate
        ("0.095", 1_000_00, "CH16", "rate"),
        ("0.1", 9, "AM06", "rate"),
    ],
)
def test_a_rate_that_cannot_be_is_refused(market, rate, amount, reason, field):
    number = number_of(market.inquire(amount))
    refused = market.reply(number, ALFA, rate)
    assert (refused.reason, refused.field) == (reason, field)
    assert market.inquiry(number).replies == 0


def test_an_amount_whose_other_side_is_none_is_refused(market):
    number = number_of(market.inquire(10**18 - 1, fixed="destination"))
    assert market.reply(number, ALFA, "0.1").reason == "AM12"


def test_one_replies_once_and_only_when_asked(market):
    number = number_of(market.inquire())
    market.reply(number, ALFA, "0.1001")
    assert market.reply(number, ALFA, "0.1002").reason == "DU03"
    assert market.reply(number + 1_000, ALFA, "0.1").reason == "NOOR"
    assert market.reply(number, SEVERNY, "0.1").reason == "AG01"
    market.must(SetParticipantState(market.origin(OPERATOR), SUGD, "suspended"))
    other = number_of(market.inquire())
    assert market.inquiry(other).providers == ALFA
    market.must(SetParticipantState(market.origin(OPERATOR), SUGD, "active"))
    assert market.reply(other, SUGD, "0.1").reason == "NOOR"


@pytest.mark.parametrize(
    ("asked", "reason", "field"),
    [
        ({"amount": 0}, "AM01", "amount"),
        ({"amount": -1}, "AM12", "amount"),
        ({"within_s": 0}, "CH16", "within_s"),
        ({"within_s": WITHIN_MAX_S + 1}, "CH16", "within_s"),
        ({"destination": "RUB"}, "CURR", "destination_currency"),
        ({"destination": "KZT"}, "AM03", "destination_currency"),
        ({"to": SEVERNY}, "AG03", "creditor_agent"),
        ({"to": SUGD}, "RC04", "creditor_agent"),
        ({"signer": PAMIR, "to": ZARAFSHAN}, "AM03", "source_currency"),
        ({"signer": ALFA}, "AG01", "iss"),
    ],
)
def test_a_question_that_cannot_be_is_refused_and_nobody_hears_of_it(market, asked, reason, field):
    refused = market.inquire(**asked)
    assert isinstance(refused, Rejected)
    assert (refused.reason, refused.field) == (reason, field)
    assert market.heard == []


def test_where_no_provider_is_active_nobody_can_be_asked(market):
    for provider in (ALFA, SUGD):
        market.must(SetParticipantState(market.origin(OPERATOR), provider, "suspended"))
    assert market.inquire().reason == "AB07"


def test_a_bank_asks_only_so_much_at_once(market):
    for _ in range(INQUIRIES_MAX):
        number_of(market.inquire())
    assert market.inquire().reason == "DS0K"
    assert market.memory.find(OPEN_QUOTES, SEVERNY).inquiries == INQUIRIES_MAX
    number_of(market.inquire(signer=VOLGA))
    market.wait(11)
    number_of(market.inquire())


def test_a_bank_with_as_many_open_quotes_as_it_may_have_gets_none(market):
    market.must(SetFxPair(market.origin(OPERATOR), "RUB", "TJS", open_quotes=1))
    first, second = number_of(market.inquire()), number_of(market.inquire())
    for number in (first, second):
        for provider in (ALFA, SUGD):
            market.reply(number, provider, "0.1")
    assert (market.inquiry(first).state, market.inquiry(second).reason) == ("quoted", "DS0K")
    assert market.inquire().reason == "DS0K"


@pytest.mark.parametrize(
    ("posted", "fixed", "middle"),
    [(None, None, "0.10005"), (None, "0.101", "0.101"), (("0.1", "0.102"), "0.11", "0.101")],
)
def test_its_cost_is_against_the_market_the_official_rate_or_the_replies(market, posted, fixed, middle):
    if fixed:
        day = iso_date(market.now)
        market.must(PostFixing(market.origin(SOMONI_ISSUER), day, "RUB", "TJS", Decimal(fixed)))
    if posted:
        market.post(ALFA, tier(0, *posted))
    number = number_of(market.inquire())
    market.reply(number, ALFA, "0.1")
    market.reply(number, SUGD, "0.1001")
    assert market.made(number).mid_rate == Decimal(middle)
    assert market.made(number).source == Money(1_000_00, "RUB")


def test_a_reply_whose_cost_is_no_amount_is_no_quote(market):
    market.must(SetLimit(market.origin(OPERATOR), ALFA, "TJS", 10**18 - 1))
    market.must(SetLimit(market.origin(OPERATOR), ALFA, "RUB", 10**18 - 1))
    day = iso_date(market.now)
    market.must(PostFixing(market.origin(SOMONI_ISSUER), day, "RUB", "TJS", Decimal("0.00001")))
    number = number_of(market.inquire(10**15))
    market.reply(number, ALFA, "0.1")
    market.wait(11)
    assert market.inquiry(number).reason == "AM23"
