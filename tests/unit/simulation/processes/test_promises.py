"""What is asked after a kill finds what it is asked for: each promise broken once, by hand."""

from msgspec.structs import replace

from corridor.sandbox.bank import IN, OUT, BankPayment
from corridor.sandbox.book import Account
from corridor.simulation.processes.books import Holding
from corridor.simulation.processes.promises import _money, _open, _told

PAID = BankPayment("u1", OUT, "ACCC", "1", "RUB", 70, "PAMRTJ20", "m1", "e1", 0, 0)
COME = replace(PAID, direction=IN, account="2", amount=60)
BANK = Holding(
    "SEVRRUM0",
    1,
    "00",
    1,
    frozenset(),
    (PAID, COME),
    (
        Account("1", "RUB", "", "", balance=30, brought=100),
        Account("2", "RUB", "", "", balance=60),
    ),
)
AT_THE_HUB = {"status": "ACCC", "debit": 70, "credit": 60, "forwarded_at": 1}


def test_a_sound_bank_breaks_nothing():
    assert list(_money(BANK)) == []
    assert list(_told({"u1": AT_THE_HUB}, kept(BANK))) == []
    assert list(_open({"u1": AT_THE_HUB}, [BANK])) == []


def test_an_order_is_acknowledged_once_it_is_no_longer_sent():
    assert BANK.acknowledged == ["m1"]
    assert replace(BANK, unanswered=frozenset({"m1"})).acknowledged == []


def test_a_credit_too_many_is_seen():
    accounts = (BANK.accounts[0], replace(BANK.accounts[1], balance=120))
    (story,) = _money(replace(BANK, accounts=accounts))
    assert "account 2 has 120 RUB; brought and settled were 60" in story


def test_a_reservation_for_nothing_is_seen():
    (story,) = _money(replace(BANK, accounts=(replace(BANK.accounts[0], reserved=5),)))
    assert "keeps 5 for nothing" in story


def test_two_truths_are_seen():
    rejected = {"u1": AT_THE_HUB | {"status": "RJCT"}}
    assert len(list(_told(rejected, kept(BANK)))) == 2
    (story,) = _told({"u1": AT_THE_HUB | {"credit": 61}}, kept(BANK))
    assert "ACCC over 60 at the bank, ACCC over 61 at the hub" in story


def test_what_one_side_does_not_know_is_seen():
    assert len(list(_told({}, kept(BANK)))) == 2
    assert len(list(_told({"u1": AT_THE_HUB}, {}))) == 2


def test_what_never_ends_is_seen():
    waiting = replace(BANK, payments=(replace(PAID, status="ACSP"),))
    assert len(list(_open({"u1": AT_THE_HUB | {"status": "ACSP"}}, [waiting]))) == 2


def kept(holding):
    return {(each.uetr, each.direction): each for each in holding.payments}
