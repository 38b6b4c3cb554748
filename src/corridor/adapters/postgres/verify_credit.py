"""Credit against its own transfers: what is drawn and due, every date that was reckoned; lines against collateral."""

from collections import defaultdict
from typing import Any

import asyncpg

from corridor.adapters.postgres import schema
from corridor.decision import Table
from corridor.ledger.accounts import Account, Balance
from corridor.reports import credit
from corridor.reports.findings import Findings
from corridor.services.credit.records import (
    CREDIT_LINE,
    CREDIT_SOURCE,
    FACILITY,
    FACILITY_DAY,
    PLEDGE,
    CreditLine,
    CreditSource,
    Facility,
    FacilityDay,
    Pledge,
)

Connection = asyncpg.Connection

_CREDIT = """
    SELECT account_id, debits_pending, debits_posted, credits_pending, credits_posted
      FROM balance JOIN account ON id = account_id WHERE code = 6
"""
_DRAWN = """
    SELECT t.id, f.number, CASE WHEN debit_account_id = debt_account_id THEN amount ELSE -amount END
      FROM transfer t JOIN facility f ON f.number = reference
     WHERE code IN (40, 41) AND debt_account_id IN (debit_account_id, credit_account_id) ORDER BY t.id
"""
_LINES = """
    SELECT a.id, a.participant, a.currency, a.code, a.flags, a.credit_limit
      FROM account a JOIN settlement_account ON account_id = a.id
"""


async def facilities(db: Connection) -> Findings:
    """What is drawn and due under a facility is what its accounts say, and never above its limit."""
    findings = Findings("facilities")
    balances = await _balances(db)
    known = [Facility(*row) for row in await db.fetch(_select(FACILITY))]
    for facility in known:
        findings.judge(credit.facility(facility, balances))
    listed = [CreditSource(*row) for row in await db.fetch(_select(CREDIT_SOURCE))]
    for sentence in credit.sources(listed, known):
        findings.breaks(sentence)
    return findings


async def interest(db: Connection) -> Findings:
    """Every date of a facility was reckoned once, from what was drawn when it ended, and posted."""
    findings = Findings("interest")
    balances = await _balances(db)
    moved: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for transfer, number, amount in await db.fetch(_DRAWN):
        moved[number].append((transfer, amount))
    for row in await db.fetch(_select(FACILITY)):
        facility = Facility(*row)
        days = await db.fetch(f"{_select(FACILITY_DAY)} WHERE facility = $1 ORDER BY day", facility.number)
        findings.judge(
            credit.facility_days(
                facility, [FacilityDay(*day) for day in days], moved[facility.number], balances
            )
        )
    return findings


async def collateral(db: Connection) -> Findings:
    """The limit of an account is its line or its collateral, whichever is less."""
    findings = Findings("collateral")
    accounts = {(row["participant"], row["currency"]): Account(*row) for row in await db.fetch(_LINES)}
    pledges = [Pledge(*row) for row in await db.fetch(f"{_select(PLEDGE)} WHERE state = 'held'")]
    for row in await db.fetch(_select(CREDIT_LINE)):
        line = CreditLine(*row)
        findings.judge(credit.line(line, accounts.get((line.participant, line.currency)), pledges))
    return findings


async def _balances(db: Connection) -> dict[int, Balance]:
    return {row["account_id"]: Balance(*row) for row in await db.fetch(_CREDIT)}


def _select(table: Table[Any]) -> str:
    names = ", ".join(f'"{name}"' for name, _, _ in schema.columns(table))
    return f"SELECT {names} FROM {table.name}"  # noqa: S608  our own names


INVARIANTS = (facilities, interest, collateral)
