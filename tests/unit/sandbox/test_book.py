import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.sandbox.book import Account, AccountClosed, Book, NotCovered

NUMBER, PHONE = "40817810000000000001", "+79160000001"


def book(balance=100, **facts):
    return Book([Account(NUMBER, "RUB", "Рустам Каримов", PHONE, balance, **facts)])


def state(ledger):
    account = ledger.accounts[NUMBER]
    return account.balance, account.reserved


def test_a_payment_is_reserved_then_debited():
    ledger = book()
    ledger.reserve(NUMBER, 30)
    assert state(ledger) == (100, 30)
    ledger.debit(NUMBER, 30)
    assert state(ledger) == (70, 0)


def test_or_released():
    ledger = book()
    ledger.reserve(NUMBER, 30)
    ledger.release(NUMBER, 30)
    assert state(ledger) == (100, 0)


def test_what_is_reserved_cannot_be_spent_twice():
    ledger = book()
    ledger.reserve(NUMBER, 60)
    with pytest.raises(NotCovered) as raised:
        ledger.reserve(NUMBER, 41)
    assert raised.value.reason == "AM04"
    assert state(ledger) == (100, 60)
    ledger.reserve(NUMBER, 40)


def test_a_closed_account_orders_nothing():
    ledger = book()
    ledger.close(NUMBER)
    with pytest.raises(AccountClosed) as raised:
        ledger.reserve(NUMBER, 1)
    assert raised.value.reason == "AC05"


def test_an_account_is_found_by_its_number_or_by_phone():
    ledger = book()
    assert ledger.find(NUMBER, None).number == NUMBER
    assert ledger.find(None, PHONE).number == NUMBER
    assert ledger.find("1", PHONE) is None  # who names an account means it
    assert ledger.find(None, "+7") is None
    assert ledger.find(None, None) is None


def test_what_has_changed_is_told_once_as_it_is_now():
    ledger = book()
    ledger.reserve(NUMBER, 10)
    ledger.credit(NUMBER, 5)
    (changed,) = ledger.take_changed()
    assert (changed.balance, changed.reserved) == (105, 10)
    assert ledger.take_changed() == []


def test_what_is_brought_is_told_apart_from_what_is_paid():
    ledger = book(brought=100)
    ledger.deposit(NUMBER, 50)
    ledger.credit(NUMBER, 7)
    ledger.reserve(NUMBER, 30)
    ledger.debit(NUMBER, 30)
    assert state(ledger) == (127, 0)
    assert ledger.accounts[NUMBER].brought == 150


@given(st.lists(st.tuples(st.sampled_from(["reserve", "end", "credit"]), st.integers(0, 80), st.booleans())))
def test_the_book_is_never_overdrawn_and_loses_nothing(steps):
    ledger = book()
    under_way, came, went = [], 100, 0
    for what, amount, made in steps:
        if what == "credit":
            ledger.credit(NUMBER, amount)
            came += amount
        elif what == "reserve":
            try:
                ledger.reserve(NUMBER, amount)
                under_way.append(amount)
            except NotCovered:
                assert amount > came - went - sum(under_way)
        elif under_way:
            ended = under_way.pop()
            (ledger.debit if made else ledger.release)(NUMBER, ended)
            went += ended if made else 0
        assert state(ledger) == (came - went, sum(under_way))
