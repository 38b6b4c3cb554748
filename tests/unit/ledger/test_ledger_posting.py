"""What the rules' tables cannot say: how a Posting behaves towards its Book and its caller."""

import msgspec
import pytest

from corridor.ledger.accounts import Account, AccountFlag, Balance
from corridor.ledger.chart import AccountCode
from corridor.ledger.posting import Posting
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import INT64_MAX, Pending, PendingStatus, Transfer, TransferFlag
from tests.unit.ledger.ledger_table import DictBook

OK = TransferResult.OK
LIMITED = AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS
FAILED = TransferResult.LINKED_EVENT_FAILED


@pytest.fixture
def book() -> DictBook:
    book = DictBook()
    book.accounts = {
        1: Account(1, "CBRRRUM0", "RUB", AccountCode.ISSUE),
        2: Account(2, "SEVRRUM0", "RUB", AccountCode.SETTLEMENT, LIMITED),
        3: Account(3, "VOLGRUM0", "RUB", AccountCode.SETTLEMENT, LIMITED),
    }
    return book


def test_the_effects_of_a_command_are_staged_and_the_book_is_not_touched(book: DictBook) -> None:
    posting = Posting(book)
    fund = Transfer(10, 1, 2, 100, "RUB", code=4, reference=77)
    reserve = Transfer(11, 2, 3, 60, "RUB", TransferFlag.PENDING, timeout_s=7)

    assert posting.post([fund, reserve], 1_000_000) == (OK, OK)

    assert posting.transfers == [fund, reserve]
    assert posting.pendings == {11: Pending(11, 2, 3, 60, "RUB", PendingStatus.PENDING, due_at=8_000_000)}
    assert posting.balances() == [
        Balance(1, 0, 100, 0, 0),
        Balance(2, 60, 0, 0, 100),
        Balance(3, 0, 0, 60, 0),
    ]
    assert posting.balance(2) == Balance(2, 60, 0, 0, 100)
    assert book.balances == {}
    assert book.transfers == {}
    assert book.pendings == {}


def test_a_post_is_staged_with_what_it_inherits(book: DictBook) -> None:
    posting = Posting(book)
    posting.post([Transfer(10, 1, 2, 100, "RUB", TransferFlag.PENDING)], 0)

    posting.post([Transfer(11, 0, 0, 0, "", TransferFlag.POST_PENDING, 10, code=4, reference=77)], 0)

    assert posting.transfers[1] == Transfer(
        11, 1, 2, 100, "RUB", TransferFlag.POST_PENDING, 10, code=4, reference=77
    )


def test_a_chain_is_one_whatever_its_flags(book: DictBook) -> None:
    posting = Posting(book)

    assert posting.post([Transfer(10, 1, 2, 100, "RUB"), Transfer(11, 2, 3, 101, "RUB")], 0) == (
        FAILED,
        TransferResult.EXCEEDS_CREDITS,
    )
    assert posting.post([Transfer(10, 1, 2, 100, "RUB", TransferFlag.LINKED)], 0) == (OK,)
    assert posting.post([], 0) == ()


def test_an_earlier_call_survives_a_refused_chain(book: DictBook) -> None:
    posting = Posting(book)
    funded = Transfer(10, 1, 2, 100, "RUB")
    posting.post([funded], 0)

    posting.post([Transfer(11, 2, 3, 100, "RUB"), Transfer(12, 2, 3, 1, "RUB")], 0)

    assert posting.transfers == [funded]
    assert posting.balances() == [Balance(1, 0, 100, 0, 0), Balance(2, 0, 0, 0, 100)]


def test_a_refused_command_stages_nothing(book: DictBook) -> None:
    book.transfers[9] = Transfer(9, 1, 2, 5, "RUB", TransferFlag.PENDING)
    book.pendings[9] = Pending(9, 1, 2, 5, "RUB")
    book.balances = {1: Balance(1, debits_pending=5), 2: Balance(2, credits_pending=5)}
    posting = Posting(book)

    posting.post(
        [Transfer(10, 0, 0, 0, "", TransferFlag.VOID_PENDING, 9), Transfer(11, 2, 3, 1, "RUB")],
        0,
    )

    assert posting.transfers == []
    assert posting.pendings == {}
    assert posting.balances() == []


def test_a_balance_may_be_asked_for_before_it_is_touched(book: DictBook) -> None:
    book.balances[2] = Balance(2, 0, 0, 0, 100)

    assert Posting(book).balance(2) == Balance(2, 0, 0, 0, 100)


def test_a_time_out_ends_within_what_an_instant_can_hold(book: DictBook) -> None:
    timeout_s, rest = divmod(INT64_MAX, 1_000_000)
    forever = Transfer(10, 1, 2, 100, "RUB", TransferFlag.PENDING, timeout_s=timeout_s)

    assert Posting(book).post([forever], rest) == (OK,)
    assert Posting(book).post([forever], rest + 1) == (TransferResult.TIMEOUT_OUT_OF_RANGE,)


class NotLoadedError(Exception):
    pass


@pytest.mark.parametrize("reading", ["account", "balance", "transfer", "pending"])
def test_what_the_book_has_not_loaded_passes_through(
    book: DictBook, reading: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_loaded(_: int) -> None:
        raise NotLoadedError

    monkeypatch.setattr(book, reading, not_loaded)
    transfers = [
        Transfer(10, 1, 2, 100, "RUB"),
        Transfer(11, 0, 0, 0, "", TransferFlag.POST_PENDING, pending_id=9),
    ]

    with pytest.raises(NotLoadedError):
        Posting(book).post(transfers, 0)

    assert (book.transfers, book.balances, book.pendings) == ({}, {}, {})


def test_numbers_out_of_range_never_reach_the_book(book: DictBook, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    for reading in ("account", "transfer", "pending"):
        monkeypatch.setattr(book, reading, asked.append)
    big = INT64_MAX + 1
    transfers = [
        Transfer(big, 1, 2, 1, "RUB"),
        Transfer(10, big, 2, 1, "RUB"),
        Transfer(11, 0, big, 1, "RUB"),
        Transfer(12, 0, 0, 0, "", TransferFlag.VOID_PENDING, big),
    ]

    results = Posting(book).post(transfers, 0, chain=False)

    assert OK not in results
    assert asked
    assert all(0 < number < big for number in asked)


def test_transfers_read_from_bytes_carry_no_number_that_a_column_cannot_hold() -> None:
    packed = msgspec.msgpack.encode(Transfer(10, 1, 2, 100, "RUB", code=1, reference=INT64_MAX))
    assert msgspec.msgpack.decode(packed) == [10, 1, 2, 100, "RUB", 0, 0, 0, 1, INT64_MAX]
    assert msgspec.msgpack.decode(packed, type=Transfer).reference == INT64_MAX

    with pytest.raises(msgspec.ValidationError):
        msgspec.msgpack.decode(
            msgspec.msgpack.encode(Transfer(10, 1, 2, 100, "RUB", reference=INT64_MAX + 1)), type=Transfer
        )


@pytest.mark.parametrize("record", [Account, Balance, Transfer, Pending])
def test_a_record_never_changes_under_whoever_has_it(record: type[msgspec.Struct]) -> None:
    assert record.__struct_config__.frozen
