import sqlite3

import pytest

from corridor.client.events import Changes, Letter, Place, Voucher
from corridor.client.store import SqliteStore, peek

PLACE = Place(
    number=3,
    identified_at=17,
    mailbox=9,
    batch=5,
    head="ab",
    voucher=Voucher(6, "header..jws", b"<\xd0\xaf/>"),
)


def letter(number):
    return Letter(number, f"jws{number}", "/v1/messages", f"m{number}", b"<\0\xff>", "digest", True)


def commit(store, place=PLACE, put=(), dropped=(), effects=()):
    store.commit(Changes(place, put, dropped, effects))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "bank.db"


def reopened(store, path):
    store.close()
    return SqliteStore(path)


def test_a_new_store_begins_at_the_beginning(path):
    assert SqliteStore(path).load() == (Place(), [])


@pytest.mark.parametrize("power_cut_safe", [True, False])
def test_what_was_committed_is_there_when_it_is_opened_again(path, power_cut_safe):
    store = SqliteStore(path, power_cut_safe=power_cut_safe)
    commit(store, put=[letter(1), letter(2)])
    commit(store, put=[letter(3)], dropped=[1])
    place, letters = reopened(store, path).load()
    assert place == PLACE
    assert letters == [letter(2), letter(3)]


def test_letters_come_back_in_the_order_of_their_numbers(path):
    store = SqliteStore(path)
    commit(store, put=[letter(2), letter(1)])
    assert [each.number for each in store.load()[1]] == [1, 2]


def test_effects_are_part_of_the_transaction(path):
    store = SqliteStore(path)
    store.connection.execute("CREATE TABLE book (entry TEXT)")
    commit(store, effects=[lambda database: database.execute("INSERT INTO book VALUES ('credit')")])
    store = reopened(store, path)
    assert store.connection.execute("SELECT entry FROM book").fetchall() == [("credit",)]


def test_an_effect_that_raises_leaves_nothing_behind(path):
    store = SqliteStore(path)
    store.connection.execute("CREATE TABLE book (entry TEXT UNIQUE)")
    credit = lambda database: database.execute("INSERT INTO book VALUES ('credit')")  # noqa: E731
    with pytest.raises(sqlite3.IntegrityError):
        commit(store, put=[letter(1)], effects=[credit, credit])
    assert store.load() == (Place(), [])
    assert store.connection.execute("SELECT entry FROM book").fetchall() == []
    commit(store, put=[letter(1)], effects=[credit])  # and it can go on
    assert store.load() == (PLACE, [letter(1)])


def test_no_second_process_can_use_the_same_store(path):
    store = SqliteStore(path)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        SqliteStore(path)
    reopened(store, path)


def test_a_store_that_nobody_has_open_can_be_looked_into(path):
    assert peek(path) is None
    store = SqliteStore(path)
    commit(store)
    assert peek(path) is None
    store.close()
    assert peek(path) == PLACE
