"""Duplicates: what a transfer is told whose id is taken."""

from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import Transfer


def compare(transfer: Transfer, existing: Transfer) -> TransferResult:
    """EXISTS when the two are the same in every field, else the first field, by precedence, that differs."""
    assert transfer.id == existing.id
    if transfer.flags != existing.flags:
        return TransferResult.EXISTS_WITH_DIFFERENT_FLAGS
    if transfer.pending_id != existing.pending_id:
        return TransferResult.EXISTS_WITH_DIFFERENT_PENDING_ID
    if transfer.timeout_s != existing.timeout_s:
        return TransferResult.EXISTS_WITH_DIFFERENT_TIMEOUT
    if transfer.debit_account_id != existing.debit_account_id:
        return TransferResult.EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT_ID
    if transfer.credit_account_id != existing.credit_account_id:
        return TransferResult.EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT_ID
    if transfer.amount != existing.amount:
        return TransferResult.EXISTS_WITH_DIFFERENT_AMOUNT
    if transfer.currency != existing.currency:
        return TransferResult.EXISTS_WITH_DIFFERENT_CURRENCY
    if transfer.code != existing.code:
        return TransferResult.EXISTS_WITH_DIFFERENT_CODE
    if transfer.reference != existing.reference:
        return TransferResult.EXISTS_WITH_DIFFERENT_REFERENCE
    return TransferResult.EXISTS
