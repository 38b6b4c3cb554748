"""The example of docs/statements.md happens as the page says."""

import asyncio
from pathlib import Path
from typing import Any

from corridor.adapters.keys.software import Ed25519Key
from corridor.adapters.memory.reads import MemoryStatements
from corridor.codecs.iso20022.account_report import Balance
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.jws import HubHeader
from corridor.domain.instants import DAY, SECOND, iso_date
from tests.rig import HUB
from tests.unit.services.settlement.funding.liquidity import Liquidity
from tests.unit.services.settlement.funding.test_docs import happen
from tests.world import SEVR

PAGE = Path(__file__).parents[3] / "docs" / "statements.md"


def test_the_example() -> None:
    example = PAGE.read_text(encoding="utf-8").partition("## An example")[2]
    first, _, rest = example.partition("The day ends.")
    world = Liquidity().found()
    statements = MemoryStatements(world.store, Ed25519Key(bytes(32)), HubHeader(HUB, "sandbox", "hub-1"), HUB)

    def read(day: str = "") -> Any:
        return open_envelope(asyncio.run(statements.read(SEVR, "RUB", day, 1)).payload).message

    def check(table: str) -> int:
        rows = [
            [cell.strip() for cell in line.strip("|").split("|")]
            for line in table.splitlines()
            if line.startswith("| ") and not line.startswith(("| ---", "| what"))
        ]
        told = 0
        for what, entry, report in rows:
            happen(world, what)
            found = read()
            assert ", ".join(map(words, found.balances)) == report, what
            if not entry.startswith("none"):
                last = found.entries[-1]
                code = f"{last.domain} {last.family} {last.sub_family}"
                other = last.debtor_agent or last.creditor_agent
                assert f"{last.credit_debit} {last.amount.text()} {other}, {code}" == entry
                told += 1
            assert len(found.entries) == told, what
        return len(rows)

    today = iso_date(world.now)
    assert check(first) == 4
    world.advance(DAY // SECOND)
    assert check(rest) == 1
    ended = read(today)
    summary = ended.summary
    balances = ", ".join(map(words, ended.balances))
    told = (
        f"{balances}; {summary.entries} entries, credits {summary.credit_entries} of {summary.credits},"
        f" debits {summary.debit_entries} of {summary.debits}"
    )
    assert told in rest


def words(balance: Balance) -> str:
    sign = "" if balance.credit_debit == "CRDT" else "-"
    return f"{balance.type} {sign}{balance.amount.text()}"
