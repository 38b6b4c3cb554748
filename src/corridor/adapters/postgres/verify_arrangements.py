"""Nettings of central banks against the rule and the ledger."""

from collections import defaultdict
from typing import Any

import asyncpg

from corridor.adapters.postgres import schema
from corridor.decision import ACCOUNT, TRANSFER, Table
from corridor.ledger.transfers import Transfer
from corridor.reports import arrangements
from corridor.reports.books import Books
from corridor.reports.findings import Findings
from corridor.services.fx.arrangements.records import ARRANGEMENT, ARRANGEMENT_NETTING, NETTED
from corridor.services.messaging.records import CENTRAL_BANK, PARTICIPANT


async def nettings(db: asyncpg.Connection) -> Findings:
    """Each netting follows from what was owed and the rate, and moved that; nothing else was moved as one."""
    findings = Findings("arrangements")
    done = {each.number: each for each in await _all(db, ARRANGEMENT_NETTING)}
    moved: defaultdict[int, list[Transfer]] = defaultdict(list)
    for transfer in await _all(db, TRANSFER, f"WHERE code = {NETTED} ORDER BY id"):
        moved[transfer.reference].append(transfer)
    books = Books()
    if done or moved:
        books.accounts.update({each.id: each for each in await _all(db, ACCOUNT)})
        netted = {each.credit_account_id for transfers in moved.values() for each in transfers}
        query = f"{_select(TRANSFER)} WHERE $1::bigint[] && ARRAY[debit_account_id, credit_account_id] ORDER BY id"
        async for row in db.cursor(query, list(netted)):
            list(books.transfer(Transfer(*row)))  # what is wrong with transfers, others say
    for number in sorted(done.keys() | moved.keys()):
        findings.judge(arrangements.netting(number, done.get(number), moved[number], books))
    return findings


async def swings(db: asyncpg.Connection) -> Findings:
    """What a central bank may owe another is the swing of the arrangement that runs, and nothing without one."""
    findings = Findings("swings")
    accounts = {each.id: each for each in await _all(db, ACCOUNT)}
    banks = {each.bic for each in await _all(db, PARTICIPANT) if each.role == CENTRAL_BANK}
    running = await _all(db, ARRANGEMENT, "WHERE live")
    for account_id in accounts.keys() | {
        n for each in running for n in (each.base_account_id, each.quote_account_id)
    }:
        findings.judge(arrangements.swings(running, accounts, banks, (account_id,)))
    return findings


async def _all(db: asyncpg.Connection, table: Table[Any], which: str = "") -> list[Any]:
    return [table.record(*row) for row in await db.fetch(f"{_select(table)} {which}")]


def _select(table: Table[Any]) -> str:
    names = ", ".join(f'"{name}"' for name, _, _ in schema.columns(table))
    return f"SELECT {names} FROM {table.name}"  # noqa: S608  our own names


INVARIANTS = (nettings, swings)
