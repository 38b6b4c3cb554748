"""A settlement in words: who pays whom, how little money moves it, and what was not possible alone."""

from collections.abc import Sequence
from typing import Final

from corridor.domain.money import decimal_text
from corridor.services.settlement.board import Board
from corridor.services.settlement.waiting import Account, Room, Waiting

NAMED: Final = 6
"""Up to so many payments are named one by one."""


def explain(settling: Sequence[Waiting], room: Room) -> str:
    """What these payments do together that they could not do alone."""
    if not settling:
        return "No payments were found that can settle together."
    nets: dict[Account, int] = {}
    values: dict[str, int] = {}
    for payment in settling:
        debtor, creditor = (payment.debtor, payment.currency), (payment.creditor, payment.currency)
        nets[debtor] = nets.get(debtor, 0) - payment.amount
        nets[creditor] = nets.get(creditor, 0) + payment.amount
        values[payment.currency] = values.get(payment.currency, 0) + payment.amount
    moved = {
        currency: sum(net for (_, each), net in nets.items() if each == currency and net > 0)
        for currency in values
    }
    named = f" {'; '.join(map(describe, settling))}." if len(settling) <= NAMED else ""
    alone = Board(settling, room)
    covered = sum(map(alone.fits, range(len(settling))))
    return (
        f"{_count(len(settling), 'payment')} of {len({bank for bank, _ in nets})} banks settle together: "
        + ", ".join(
            f"{_money(values[c], c)} by moving {_money(moved[c], c)}" for c in sorted(values)
        )
        + f".{named} Each by itself, {covered or 'none'} of them could have settled."
    )  # fmt: skip


def describe(payment: Waiting) -> str:
    return f"{payment.debtor} pays {payment.creditor} {_money(payment.amount, payment.currency)}"


def _money(minor: int, currency: str) -> str:
    return f"{decimal_text(minor, currency)} {currency}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
