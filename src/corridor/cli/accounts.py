"""`corridor accounts`: what every participant has here, from what is durable."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Column, Directory, show, show_json
from corridor.cli.reading import reading, require
from corridor.domain.money import decimal_text
from corridor.ledger.accounts import AccountFlag

app = typer.Typer()

_ACCOUNTS = """
SELECT a.participant AS bic, p.name, p.role, a.currency, a.flags, a.credit_limit,
       coalesce(credits_posted - debits_posted, 0) AS balance,
       coalesce(debits_pending, 0) AS reserved, coalesce(credits_pending, 0) AS expected
  FROM account a JOIN participant p ON p.bic = a.participant
  JOIN settlement_account s ON s.account_id = a.id LEFT JOIN balance b ON b.account_id = a.id
 ORDER BY a.currency, p.role, a.participant
"""
_COLUMNS = (
    Column("currency", "currency"),
    Column("bic", "BIC"),
    Column("name", "name", spare=2, prose=True),
    Column("balance", "balance", figures=True),
    Column("reserved", "reserved", figures=True),
    Column("limit", "limit", figures=True, spare=1),
    Column("available", "available", figures=True),
    Column("state", "state"),
)


@app.command()
def accounts(
    bank: Annotated[str, typer.Option(help="Only this participant, by its BIC.")] = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """What every participant has, what of it is reserved, its limit, and what it may still spend.

    What is issued stands below zero at the central bank, so all balances of a currency add up to zero.
    What was netted and has not settled is no money yet: `corridor cycle show`.
    """
    found = asyncio.run(_read(Home(directory), bank))
    totals = _totals(found)
    rows = [_row(account) for account in found if bank in ("", account["bic"])]
    if as_json:
        show_json({"accounts": rows, "totals": totals})
        return
    show(rows, _COLUMNS, as_json=False)
    if not bank:
        typer.echo()
        for currency, total in totals.items():
            typer.echo(f"all balances in {currency} add up to {total}")


async def _read(home: Home, bank: str) -> Sequence[Any]:
    async with reading(home) as reads:
        await require(reads, bank)
        return await reads.fetch(_ACCOUNTS)


def _row(account: Any) -> dict[str, Any]:
    currency = account["currency"]

    def amount(minor: int) -> str:
        return decimal_text(minor, currency)

    limited = account["flags"] & AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS
    available = account["balance"] - account["reserved"] + account["credit_limit"]
    return {
        "currency": currency,
        "bic": account["bic"],
        "name": account["name"],
        "role": account["role"],
        "balance": amount(account["balance"]),
        "reserved": amount(account["reserved"]),
        "expected": amount(account["expected"]),
        "limit": amount(account["credit_limit"]) if limited else None,
        "available": amount(available) if limited else None,
        "state": "frozen" if account["flags"] & AccountFlag.FROZEN else "open",
    }


def _totals(accounts: Sequence[Any]) -> dict[str, str]:
    """Return the sum of all balances of each currency: zero, or money was lost."""
    totals: dict[str, int] = {}
    for account in accounts:
        totals[account["currency"]] = totals.get(account["currency"], 0) + account["balance"]
    return {currency: decimal_text(minor, currency) for currency, minor in totals.items()}
