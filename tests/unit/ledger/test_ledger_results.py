import ast
import inspect

import pytest

from corridor.ledger import results
from corridor.ledger.accounts import AccountFlag
from corridor.ledger.chart import AccountCode
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import FIRST_CALLER_ID, INT64_MAX, TransferFlag

TRANSIENT = {
    TransferResult.DEBIT_ACCOUNT_NOT_FOUND,
    TransferResult.CREDIT_ACCOUNT_NOT_FOUND,
    TransferResult.PENDING_TRANSFER_NOT_FOUND,
    TransferResult.PENDING_TRANSFER_NOT_DUE,
    TransferResult.DEBIT_ACCOUNT_CLOSED,
    TransferResult.CREDIT_ACCOUNT_CLOSED,
    TransferResult.DEBIT_ACCOUNT_FROZEN,
    TransferResult.CREDIT_ACCOUNT_FROZEN,
    TransferResult.OVERFLOWS_DEBITS,
    TransferResult.OVERFLOWS_CREDITS,
    TransferResult.EXCEEDS_CREDITS,
    TransferResult.EXCEEDS_DEBITS,
}


@pytest.mark.parametrize("result", TransferResult)
def test_transient(result: TransferResult) -> None:
    assert result.transient is (result in TRANSIENT)


def test_the_list_is_in_order_of_precedence() -> None:
    assert list(TransferResult) == sorted(TransferResult)


def test_every_result_says_what_it_means() -> None:
    tree = ast.parse(inspect.getsource(results))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef))
    members = [node for node in body if isinstance(node, ast.Assign)]
    meanings = [body[body.index(node) + 1] for node in members]

    assert len(members) == len(TransferResult)
    for meaning in meanings:
        assert isinstance(meaning, ast.Expr)
        assert isinstance(meaning.value, ast.Constant)
        assert str(meaning.value.value).endswith(".")


def test_numbers_that_are_told_never_change() -> None:
    bands = ((0, 3), (10, 11), (20, 29), (40, 47), (60, 63), (70, 80), (90, 93), (100, 103))
    assert list(TransferResult) == [number for first, last in bands for number in range(first, last + 1)]
    assert (INT64_MAX, FIRST_CALLER_ID) == (9_223_372_036_854_775_807, 281_474_976_710_656)


def test_numbers_that_are_stored_never_change() -> None:
    assert {flag.name: flag.value for flag in TransferFlag} == {
        "LINKED": 1,
        "PENDING": 2,
        "POST_PENDING": 4,
        "VOID_PENDING": 8,
        "OFFSETTING": 16,
    }
    assert {flag.name: flag.value for flag in AccountFlag} == {
        "DEBITS_MUST_NOT_EXCEED_CREDITS": 1,
        "CREDITS_MUST_NOT_EXCEED_DEBITS": 2,
        "FROZEN": 4,
        "CLOSED": 8,
    }
    assert {code.name: code.value for code in AccountCode} == {
        "SETTLEMENT": 1,
        "ISSUE": 2,
        "FEES": 3,
        "CLEARING": 4,
        "CREDIT": 6,
        "CORRESPONDENT": 7,
    }
