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
from corridor.services.fx.arrangements.records import ARRANGEMENT_NETTING, NETTED


async def nettings(db: asyncpg.Connection) -> Findings:
    """Each netting follows from what was owed and the rate, and moved that; nothing else was moved as one."""
    findings = Findings("arrangements")
    done = {each.number: each for each in await _all(db, ARRANGEMENT_NETTING)}
    moved: defaultdict[int, list[Transfer]] = defaultdict(list)
    for transfer in await _all(db, TRANSFER, f"WHERE code = {NETTED} ORDER BY id"):
        moved[transfer.reference].append(transfer)
    books = Books()
    books.accounts.update({each.id: each for each in await _all(db, ACCOUNT)} if done or moved else {})
    for number in sorted(done.keys() | moved.keys()):
        findings.judge(arrangements.netting(number, done.get(number), moved[number], books))
    return findings


async def _all(db: asyncpg.Connection, table: Table[Any], which: str = "") -> list[Any]:
    names = ", ".join(f'"{name}"' for name, _, _ in schema.columns(table))
    return [table.record(*row) for row in await db.fetch(f"SELECT {names} FROM {table.name} {which}")]  # noqa: S608


INVARIANTS = (nettings,)
