import random
from itertools import count

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.client.mailbox import Delivery
from corridor.client.messages import Gross, Order, credit_transfer
from corridor.client.requests import Quote
from corridor.codecs.iso20022.admi002 import MessageReject
from corridor.codecs.iso20022.camt054 import Entry, Notification
from corridor.codecs.iso20022.envelope import Opened
from corridor.codecs.iso20022.head001 import Header
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs004 import PaymentReturn
from corridor.codecs.jws import DeliveredHeader
from corridor.domain.instants import SECOND
from corridor.domain.money import Money, Rate
from corridor.domain.parties import Party
from corridor.sandbox.bank import (
    ASK_AFTER,
    ORDERED,
    RECEIVED,
    RETURNED,
    RETURNING,
    Bank,
    Behaviour,
    NotReturnable,
)
from corridor.sandbox.book import Account, Book, NotCovered
from tests.unit.client.hub_side import NOW, PROFILE

MINE, CLOSED, SOMONI, THEIRS = "40817810000000000001", "2", "3", "40817810000000000009"
PHONE = "+79160000001"
SIGNED = DeliveredHeader("EdDSA", False, ("b64",), "k", "CORRXXM0", "SEVRRUM0/sandbox", 0, 1, 0, "0" * 64)
QUOTE = Quote(
    quote_id="00000000-0000-4126-8700-434f52525858",
    creditor_agent="PAMRTJ20",
    provider="ALFXRUM0",
    fixed="source",
    source=Money(500, "RUB"),
    destination=Money(58, "TJS"),
    fee=Money(10, "RUB"),
    debit=Money(510, "RUB"),
    rate=Rate.parse("8.60", "TJS", "RUB"),
    mid_rate=Rate.parse("8.55", "TJS", "RUB"),
    total_cost=13,
    total_cost_bps=260,
    expires_at=NOW,
)


def uetr(number):
    return f"{number:08x}-0000-4000-8000-000000000000"


class Branch:
    """A bank whose store is a dictionary; everything that it says is kept."""

    def __init__(self, behaviour=None):
        self.now = NOW
        self.numbers = count(1)
        self.accounts = {
            each.number: each
            for each in (
                Account(MINE, "RUB", "Рустам Каримов", PHONE, 1_000),
                Account(CLOSED, "RUB", "Мадина Саидова", "", 0, closed=True),
                Account(SOMONI, "TJS", "Далер Назаров", "", 1_000),
            )
        }
        self.payments = {}
        self.said = []
        self.behaviour = behaviour
        self.restart()

    def restart(self):
        self.bank = Bank(
            PROFILE,
            Book(self.accounts.values()),
            [payment for payment in self.payments.values() if payment.open],
            identify=lambda: (f"SEVRRUM0-{next(self.numbers)}", self.now),
            recall=self.payments.get,
            dice=random.Random(1),
            behaviour=self.behaviour,
        )

    def keep(self, turn):
        self.bookings = [(each.number, each.account, each.amount) for each in turn.bookings]
        self.accounts |= {each.number: each for each in turn.accounts}
        self.payments |= {each.uetr: each for each in turn.payments}
        self.said += turn.messages
        self.steps = turn.steps
        return [word(message) for message in turn.messages]

    def order(self, number=1, amount=100, account=MINE, quote=None):
        order = Order(
            creditor_agent="PAMRTJ20",
            amount=Money(amount, "RUB"),
            debtor=Party(name="Рустам Каримов", account=account),
            creditor=Party(name="Мадина Каримова", account=THEIRS),
            quote=quote,
        )
        return self.keep(self.bank.order(order, uetr(number)))

    def hear(self, *messages):
        return self.keep(self.bank.handle([delivery(message) for message in messages], self.now))

    def wait(self, microseconds):
        self.now += microseconds
        return self.keep(self.bank.wake(self.now))

    def book(self, account=MINE):
        return self.accounts[account].balance, self.accounts[account].reserved

    def status(self, number=1):
        return self.payments[uetr(number)].status


def delivery(message):
    header = Header(
        from_bic="CORRXXM0",
        to_bic="SEVRRUM0",
        business_message_id="m",
        message_definition_id="d",
        created_at=NOW,
    )
    return Delivery(1, "", SIGNED, b"", Opened(header, "d", message, b""))


def told(status, number=1, reason=None):
    return StatusReport(
        message_id="h1",
        created_at=NOW,
        original_uetr=uetr(number),
        transaction_status=status,
        reason=reason,
    )


def forwarded(
    number=1, amount=100, currency="RUB", account=MINE, phone=None, gross=None, netted=False, booked=None
):
    order = Order(
        creditor_agent="SEVRRUM0",
        amount=Money(amount, currency),
        debtor=Party(name="Мадина Каримова", account=THEIRS),
        creditor=Party(name="Рустам Каримов", account=account),
        creditor_phone=phone,
        gross=gross,
        netted=netted,
        booked=booked,
    )
    return credit_transfer(PROFILE, order, f"h{number}", uetr(number), NOW)


def word(message):
    match message:
        case StatusReport(transaction_status=status, reason=reason):
            return f"{status} {reason}" if reason else status
        case _:
            return type(message).__name__


def returned(message_id, number=1, amount=100, currency="RUB"):
    """What the debtor agent gets when a payment of its customer comes back."""
    return PaymentReturn(
        message_id=message_id,
        created_at=NOW,
        return_id="r",
        original_uetr=uetr(number),
        returned_amount=Money(amount, currency),
        instructing_agent="CORRXXM0",
        instructed_agent="SEVRRUM0",
        reason="AC04",
    )


def told_of_return(message_id, number=1, *information):
    return msgspec.structs.replace(
        told("ACSC", number),
        original_message_id=message_id,
        original_message_definition_id="pacs.004.001.09",
        clearing_system_reference="77",
        additional_information=information,
    )


# returns


def credited(branch, amount=100):
    branch.hear(forwarded(amount=amount))
    branch.hear(told("ACSC"))
    assert (branch.status(), branch.book()) == ("ACCC", (1_000 + amount, 0))


def test_what_is_given_back_is_reserved_and_leaves_when_it_is_final():
    branch = Branch()
    credited(branch)
    assert branch.keep(branch.bank.give_back(uetr(1), "AC04", "closed")) == ["PaymentReturn"]
    sent = branch.said[-1]
    assert (sent.original_uetr, sent.reason, sent.additional_information) == (uetr(1), "AC04", ("closed",))
    assert sent.returned_amount == sent.original_settlement_amount == Money(100, "RUB")
    branch.hear(told("ACSC"), told("ACCC"))  # of the payment, said once more
    assert (branch.status(), branch.book()) == (RETURNING, (1_100, 100))
    with pytest.raises(NotReturnable):
        branch.bank.give_back(uetr(1), "AC04")
    branch.restart()
    assert branch.hear(told_of_return(sent.message_id)) == []
    assert (branch.status(), branch.book()) == (RETURNED, (1_000, 0))
    branch.hear(told_of_return(sent.message_id))
    assert branch.book() == (1_000, 0)
    with pytest.raises(NotReturnable):
        branch.bank.give_back(uetr(1), "AC04")


def test_what_the_hub_refuses_to_give_back_the_customer_keeps():
    branch = Branch()
    credited(branch)
    branch.keep(branch.bank.give_back(uetr(1), "AC04"))
    first = branch.said[-1].message_id
    branch.restart()
    branch.hear(MessageReject(related_reference=first, reason="DU01"))
    assert branch.status() == RETURNING
    branch.hear(MessageReject(related_reference=first, reason="AM04"))
    assert (branch.status(), branch.book()) == ("ACCC", (1_100, 0))
    assert branch.payments[uetr(1)].reason == "AM04"
    branch.keep(branch.bank.give_back(uetr(1), "AC04"))
    assert branch.said[-1].message_id != first
    assert branch.status() == RETURNING


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_bank_gives_back_only_what_it_has_credited(number):
    branch = Branch()
    branch.hear(forwarded(1))
    branch.order(2)
    branch.hear(told("ACSC", 2), told("ACCC", 2))
    with pytest.raises(NotReturnable):
        branch.bank.give_back(uetr(number), "AC04")
    assert branch.said[-1].message_id == branch.payments[uetr(2)].message_id


def test_what_the_customer_has_spent_does_not_go_back():
    branch = Branch()
    credited(branch)
    branch.order(2, amount=1_001)
    with pytest.raises(NotCovered):
        branch.bank.give_back(uetr(1), "AC04")
    assert branch.status() == "ACCC"


@pytest.mark.parametrize("heard", [["ACSC"], ["ACSC", "ACCC"]])
def test_what_comes_back_is_credited_once(heard):
    branch = Branch()
    branch.order()
    branch.hear(*map(told, heard))
    assert branch.book() == (900, 0)
    branch.hear(returned("h7"), told_of_return("h7"))
    assert (branch.status(), branch.book(), branch.payments[uetr(1)].reason) == (RETURNED, (1_000, 0), "AC04")
    branch.restart()
    branch.hear(returned("h7"), told_of_return("h7"), told("ACCC"))
    assert (branch.status(), branch.book()) == (RETURNED, (1_000, 0))


def test_what_comes_back_in_another_currency_waits_for_a_person():
    branch = Branch()
    branch.order(quote=QUOTE)
    branch.hear(told("ACSC"), returned("h7", amount=58, currency="TJS"))
    assert (branch.status(), branch.book()) == (RETURNED, (490, 0))


def test_what_comes_back_of_nothing_is_nothing():
    branch = Branch()
    branch.hear(returned("h7"), told_of_return("h7"), forwarded(2), returned("h8", 2))
    assert branch.book() == (1_000, 0)
    assert uetr(1) not in branch.payments


def test_a_return_on_a_correspondent_account_is_in_the_mirror():
    branch = Branch()
    branch.order()
    branch.hear(told("ACSC"))
    branch.hear(returned("h7"), told_of_return("h7", 1, "account 37, entry 5, CRDT, 2026-11-24"))
    assert branch.bookings == [(77, 37, 100)]


# a debtor agent


def test_an_order_reserves_and_is_said():
    branch = Branch()
    assert branch.order() == ["CreditTransfer"]
    assert branch.book() == (1_000, 100)
    assert branch.status() == ORDERED


def test_with_a_quote_the_fee_is_reserved_too():
    branch = Branch()
    branch.order(quote=QUOTE)
    assert branch.book() == (1_000, 510)
    branch.hear(told("ACSC"))
    assert branch.book() == (490, 0)


def test_what_is_not_covered_is_not_ordered():
    branch = Branch()
    with pytest.raises(NotCovered):
        branch.order(amount=1_001)
    assert branch.said == []
    assert branch.keep(branch.bank.handle([], NOW)) == []
    assert branch.payments == {}


@pytest.mark.parametrize(
    ("heard", "book", "status"),
    [
        (["ACSC"], (900, 0), "ACSC"),
        (["ACSC", "ACCC"], (900, 0), "ACCC"),
        (["ACCC"], (900, 0), "ACCC"),
        (["ACSC", "ACSC"], (900, 0), "ACSC"),
        (["ACSC", "ACCC", "ACCC", "ACSC"], (900, 0), "ACCC"),
        (["RJCT"], (1_000, 0), "RJCT"),
        (["RJCT", "RJCT"], (1_000, 0), "RJCT"),
        (["PDNG"], (1_000, 100), "PDNG"),
        (["PDNG", "ACSC"], (900, 0), "ACSC"),
        (["PDNG", "RJCT"], (1_000, 0), "RJCT"),
        (["ACSP"], (1_000, 100), "ACSP"),
        (["ACSC", "RJCT"], (900, 0), "ACSC"),
        (["RJCT", "ACSC"], (1_000, 0), "RJCT"),
    ],
)
def test_what_the_hub_says_of_an_order(heard, book, status):
    together = Branch()
    together.order()
    assert together.hear(*(told(each) for each in heard)) == []
    assert together.steps[-1].status == status
    assert (together.book(), together.status()) == (book, status)
    one_by_one = Branch()
    one_by_one.order()
    for each in heard:
        one_by_one.hear(told(each))
        one_by_one.restart()
    assert (one_by_one.book(), one_by_one.status()) == (book, status)


def test_an_order_that_was_refused_as_a_message_is_released():
    branch = Branch()
    branch.order()
    message_id = branch.said[0].message_id
    branch.hear(MessageReject(related_reference="another", reason="FF01"))
    assert branch.book() == (1_000, 100)
    branch.hear(MessageReject(related_reference=message_id, reason="FF01"))
    assert branch.book() == (1_000, 0)
    assert (branch.status(), branch.payments[uetr(1)].reason) == ("RJCT", "FF01")


def test_that_its_message_id_was_used_for_something_else_does_not_end_the_order():
    branch = Branch()
    branch.order()
    branch.hear(MessageReject(related_reference=branch.said[0].message_id, reason="DU01"))
    assert (branch.book(), branch.status()) == ((1_000, 100), ORDERED)


def test_who_hears_nothing_asks_and_concludes_nothing():
    branch = Branch()
    branch.order()
    assert branch.wait(ASK_AFTER - 1) == []
    assert branch.wait(1) == ["StatusRequest"]
    assert branch.said[-1].original_uetr == uetr(1)
    assert branch.book() == (1_000, 100)
    branch.restart()
    assert branch.wait(ASK_AFTER) == ["StatusRequest"]
    branch.hear(told("ACSC"))
    assert branch.wait(ASK_AFTER) == []


def test_every_status_that_came_in_one_frame_is_told():
    branch = Branch()
    branch.order()
    branch.hear(told("ACSC"), told("ACCC"))
    assert [payment.status for payment in branch.steps] == ["ACSC", "ACCC"]


# a creditor agent


def test_it_promises_then_credits_on_acsc_and_only_then():
    branch = Branch()
    assert branch.hear(forwarded()) == ["ACCP"]
    assert branch.book() == (1_000, 0)
    assert branch.hear(told("ACSC")) == ["ACCC"]
    assert branch.book() == (1_100, 0)
    report = branch.said[-1]
    assert (report.original_uetr, report.original_message_id) == (uetr(1), "h1")


def test_a_promise_that_ends_in_a_refusal_credits_nothing():
    branch = Branch()
    branch.hear(forwarded())
    assert branch.hear(told("RJCT", reason="AB05")) == []
    assert (branch.book(), branch.status()) == ((1_000, 0), "RJCT")


def test_whatever_comes_twice_is_done_once():
    branch = Branch()
    assert branch.hear(forwarded(), forwarded()) == ["ACCP", "ACCP"]
    branch.restart()
    assert branch.hear(told("ACSC"), told("ACSC")) == ["ACCC"]
    branch.restart()
    assert branch.hear(told("ACSC"), forwarded(), told("RJCT")) == []
    assert branch.book() == (1_100, 0)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"account": "404"}, "AC03"),
        ({"account": None, "phone": "+79160000404"}, "AC03"),
        ({"account": CLOSED}, "AC07"),
        ({"account": SOMONI}, "AM03"),
    ],
    ids=["unknown", "unknown phone", "closed", "other currency"],
)
def test_what_it_cannot_credit_it_refuses_with_the_reason(facts, reason):
    branch = Branch()
    assert branch.hear(forwarded(**facts)) == [f"RJCT {reason}"]
    branch.restart()
    assert branch.hear(forwarded(**facts)) == [f"RJCT {reason}"]
    assert branch.hear(told("RJCT", reason=reason)) == []


def test_a_creditor_may_be_known_by_phone():
    branch = Branch()
    assert branch.hear(forwarded(account=None, phone=PHONE), told("ACSC")) == ["ACCP", "ACCC"]
    assert branch.book() == (1_100, 0)


def test_a_bank_that_refuses():
    branch = Branch(Behaviour(refuses=1000, refusal="MS03"))
    assert branch.hear(forwarded()) == ["RJCT MS03"]


def test_a_bank_that_is_silent_hears_what_became_of_it():
    branch = Branch(Behaviour(is_silent=1000))
    assert branch.hear(forwarded()) == []
    assert branch.status() == RECEIVED
    assert branch.wait(3600 * SECOND) == []
    assert branch.hear(told("RJCT", reason="AB05")) == []
    assert branch.status() == "RJCT"


def test_a_bank_that_is_late_promises_in_vain():
    branch = Branch(Behaviour(is_late=1000, late_by=9 * SECOND))
    assert branch.hear(forwarded()) == []
    assert branch.bank.due_at == NOW + 9 * SECOND
    assert branch.wait(9 * SECOND) == ["ACCP"]
    assert branch.hear(told("RJCT", reason="AB05")) == []
    assert branch.book() == (1_000, 0)


def test_gross_money_is_credited_on_acsc_and_nothing_is_promised():
    branch = Branch(Behaviour(refuses=1000, refusal="AC04"))
    assert branch.hear(forwarded(gross=Gross())) == []
    assert branch.book() == (1_000, 0)
    assert branch.hear(forwarded(gross=Gross()), told("ACSC")) == ["ACCC"]
    assert branch.book() == (1_100, 0)
    assert branch.hear(forwarded(gross=Gross())) == []


def test_netted_money_is_credited_when_its_cycle_settles():
    branch = Branch(Behaviour(refuses=1000, refusal="AC04"))
    assert branch.hear(forwarded(netted=True), told("ACPD")) == []
    assert branch.book() == (1_000, 0)
    assert branch.hear(told("ACSC")) == ["ACCC"]
    assert branch.book() == (1_100, 0)


def test_gross_money_for_nobody_is_refused_to_nobody():
    branch = Branch()
    assert branch.hear(forwarded(account=THEIRS, gross=Gross()), told("ACSC")) == []
    assert (branch.book(), branch.status()) == ((1_000, 0), "RJCT")


def booked(number, sign, entry=1):
    report = told("ACSC", number)
    words = (f"account 37, entry {entry}, {sign}, 2026-11-24",)
    return msgspec.structs.replace(
        report, additional_information=words, clearing_system_reference=str(100 + number)
    )


def test_what_is_booked_on_a_correspondent_account_is_in_the_mirror_too():
    branch = Branch()
    branch.hear(forwarded(1, booked="INDA"), booked(1, "DBIT"))
    assert branch.bookings == [(101, 37, -100)]
    assert (branch.status(), branch.book()) == ("ACCC", (1_100, 0))
    branch.order(2)
    branch.hear(booked(2, "CRDT"))
    assert branch.bookings == [(102, 37, 100)]
    assert branch.book() == (1_000, 0)
    branch.hear(forwarded(3, account="nobody's", booked="INGA"), booked(3, "CRDT"))
    assert branch.bookings == [(103, 37, 100)], "the money has come, whoever is to be credited"
    assert branch.status(3) == "RJCT"
    branch.hear(booked(3, "CRDT"))
    assert branch.bookings == [(103, 37, 100)], "and is entered once, under its number"
    branch.hear(booked(4, "CRDT"), told("ACSC", 2))
    assert branch.bookings == [], "of no payment here, or settled otherwise"


def test_settlement_money_for_a_correspondent_account_is_in_the_mirror_too():
    entry = Entry(
        amount=Money(500, "RUB"),
        credit_debit="DBIT",
        status="BOOK",
        booked_at=NOW,
        servicer_reference="37",
        domain="PMNT",
        family="ICDT",
        sub_family="OTHR",
        clearing_system_reference="104",
        additional_information="account 37, entry 1, CRDT, 2026-11-24",
    )
    other = msgspec.structs.replace(entry, additional_information=None)
    waits = msgspec.structs.replace(entry, status="PDNG")
    branch = Branch()
    branch.hear(
        Notification(
            message_id="h",
            created_at=NOW,
            notification_id="h",
            account="SEVRRUM0-RUB",
            entries=(entry, other, waits),
        )
    )
    assert branch.bookings == [(104, 37, 500)]


def test_a_message_that_cannot_be_read_harms_nothing():
    branch = Branch()
    branch.keep(branch.bank.handle([Delivery(1, "", SIGNED, b"?", None)], NOW))
    assert branch.hear(forwarded()) == ["ACCP"]


EVENTS = st.one_of(
    st.tuples(st.just("order"), st.integers(1, 4)),
    st.tuples(st.just("forward"), st.integers(5, 8)),
    st.tuples(st.sampled_from(["ACSC", "RJCT", "ACCC", "PDNG", "ACSP"]), st.integers(1, 8)),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("wait"), st.integers(1, 30)),
)


@settings(max_examples=300)
@given(st.lists(EVENTS, max_size=40))
def test_in_whatever_order_things_come_each_payment_moves_its_amount_once_or_never(steps):
    branch = Branch()
    for what, number in steps:
        match what:
            case "order":
                if uetr(number) not in branch.payments:
                    branch.order(number, amount=10**number % 997 // 10)
            case "forward":
                branch.hear(forwarded(number, amount=7 * number))
            case "restart":
                branch.restart()
            case "wait":
                branch.wait(number * SECOND)
            case status:
                branch.hear(told(status, number))
        out = [p for p in branch.payments.values() if p.direction == "out"]
        came = [p for p in branch.payments.values() if p.direction == "in"]
        debited = sum(p.amount for p in out if p.status in ("ACSC", "ACCC"))
        reserved = sum(p.amount for p in out if p.status not in ("ACSC", "ACCC", "RJCT"))
        credited = sum(p.amount for p in came if p.status == "ACCC")
        assert branch.book() == (1_000 - debited + credited, reserved)
