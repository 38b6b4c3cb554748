"""What camt.052 and camt.053 have in common: one page of an account's balances, sums and entries."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec

from corridor.codecs.iso20022.camt054 import ENTRY, Entry
from corridor.codecs.iso20022.parts import account, agent
from corridor.codecs.iso20022.table import (
    AMOUNT,
    CODE,
    COUNT,
    DATE,
    DECIMAL,
    INDICATOR,
    INSTANT,
    TEXT,
    Row,
    Table,
)
from corridor.domain.instants import Instant
from corridor.domain.money import Money

SIZE_BYTES_MAX: Final = 256 * 1024
"""Of the envelope of a page, which nobody sends to the hub: 256 entries with all that they may say are within."""


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """A balance of a business day: `type` is a code of ExternalBalanceType1Code, `credit_debit` its sign."""

    type: str
    amount: Money
    credit_debit: str
    date: str


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries all pages have, and what they add up to. Units: the account's currency."""

    entries: int
    turnover: Decimal
    net: Decimal
    net_credit_debit: str
    credit_entries: int
    credits: Decimal
    debit_entries: int
    debits: Decimal


class AccountReport(msgspec.Struct, frozen=True, kw_only=True):
    """One page; balances and sums are those of the whole, on every page.

    Shape: pages are counted from 1, `sequence` is the number of the statement or report.
    """

    message_id: str
    created_at: Instant
    report_id: str
    page: int
    is_last_page: bool
    sequence: int
    begins_at: Instant
    ends_at: Instant
    account: str
    account_currency: str
    account_owner: str
    account_servicer: str
    balances: tuple[Balance, ...]
    summary: Summary
    entries: tuple[Entry, ...] = ()
    additional_information: str | None = None


_BALANCE = Table(
    Balance,
    (
        Row("Tp/CdOrPrtry/Cd", "type", TEXT),
        Row("Amt", "amount", AMOUNT),
        Row("CdtDbtInd", "credit_debit", CODE),
        Row("Dt/Dt", "date", DATE),
    ),
)


def rows(of: str, pages: str, information: str) -> Sequence[Row]:
    """The rows of a message whose report is the element `of`, with the two tags that are its own."""
    summary = f"{of}/TxsSummry"
    return (
        Row("GrpHdr/MsgId", "message_id", TEXT),
        Row("GrpHdr/CreDtTm", "created_at", INSTANT),
        Row(f"{of}/Id", "report_id", TEXT),
        Row(f"{of}/{pages}/PgNb", "page", COUNT),
        Row(f"{of}/{pages}/LastPgInd", "is_last_page", INDICATOR),
        Row(f"{of}/ElctrncSeqNb", "sequence", COUNT),
        Row(f"{of}/FrToDt/FrDtTm", "begins_at", INSTANT),
        Row(f"{of}/FrToDt/ToDtTm", "ends_at", INSTANT),
        *account(f"{of}/Acct", "account"),
        Row(f"{of}/Acct/Ccy", "account_currency", CODE),
        Row(f"{of}/Acct/Ownr/Id/OrgId/AnyBIC", "account_owner", CODE),
        agent(f"{of}/Acct/Svcr", "account_servicer"),
        Row(f"{of}/Bal", "balances", _BALANCE, many=True),
        Row(f"{summary}/TtlNtries/NbOfNtries", "summary.entries", COUNT),
        Row(f"{summary}/TtlNtries/Sum", "summary.turnover", DECIMAL),
        Row(f"{summary}/TtlNtries/TtlNetNtry/Amt", "summary.net", DECIMAL),
        Row(f"{summary}/TtlNtries/TtlNetNtry/CdtDbtInd", "summary.net_credit_debit", CODE),
        Row(f"{summary}/TtlCdtNtries/NbOfNtries", "summary.credit_entries", COUNT),
        Row(f"{summary}/TtlCdtNtries/Sum", "summary.credits", DECIMAL),
        Row(f"{summary}/TtlDbtNtries/NbOfNtries", "summary.debit_entries", COUNT),
        Row(f"{summary}/TtlDbtNtries/Sum", "summary.debits", DECIMAL),
        Row(f"{of}/Ntry", "entries", ENTRY, many=True),
        Row(f"{of}/{information}", "additional_information", TEXT),
    )
