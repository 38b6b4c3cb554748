"""`corridor liquidity`: what every bank has to settle with, and what waits for it."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

import typer

from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Column, Directory, show
from corridor.cli.reading import reading, require
from corridor.domain.money import UnknownCurrency, currencies, decimal_text
from corridor.services.settlement.records import ALL

app = typer.Typer()

_LIQUIDITY = f"""
WITH waiting AS (SELECT * FROM obligation WHERE state = 'queued'),
     outgoing AS (SELECT debit_account_id AS id, sum(amount) AS going, count(*) AS payments FROM waiting GROUP BY 1),
     incoming AS (SELECT credit_account_id AS id, sum(amount) AS coming FROM waiting GROUP BY 1)
SELECT a.participant AS bic, a.currency, a.credit_limit AS credit_line,
       coalesce(credits_posted - debits_posted, 0) AS balance, coalesce(debits_pending, 0) AS reserved,
       coalesce(going, 0) AS queued_out, coalesce(coming, 0) AS queued_in, coalesce(payments, 0) AS payments,
       CASE WHEN r.next_on <> '' AND r.next_on <= d.day THEN r.next_amount ELSE r.amount END AS kept,
       CASE WHEN l.next_on <> '' AND l.next_on <= d.day THEN l.next_amount ELSE l.amount END AS day_limit,
       CASE WHEN u.day = d.day THEN u.sent - u.received ELSE 0 END AS day_sent
  FROM account a LEFT JOIN balance b ON account_id = a.id
  LEFT JOIN outgoing o ON o.id = a.id LEFT JOIN incoming i ON i.id = a.id
  LEFT JOIN urgent_reserve r ON r.account_id = a.id LEFT JOIN cut_off c ON c.currency = a.currency
  LEFT JOIN settlement_limit l ON l.account_id = a.id AND l.counterparty_id = {ALL}
  LEFT JOIN day_use u ON u.account_id = a.id AND u.counterparty_id = {ALL}
 CROSS JOIN LATERAL (SELECT to_char(to_timestamp($1::bigint / 1000000 + 86400 - coalesce(c.second, 86400))
                                    AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day) d
 WHERE a.code = 1 AND $2 IN ('', a.participant) AND $3 IN ('', a.currency)
 ORDER BY a.currency, a.participant
"""  # noqa: S608  our own
_AMOUNTS = (
    "balance", "reserved", "available", "kept", "queued_out", "queued_in", "credit_line", "forecast",
    "day_limit", "day_left",
)  # fmt: skip
_COLUMNS = (
    Column("currency", "currency"),
    Column("bic", "BIC"),
    Column("balance", "balance", figures=True),
    Column("reserved", "reserved", figures=True, spare=3),
    Column("credit_line", "credit line", figures=True, spare=4),
    Column("available", "available", figures=True),
    Column("kept", "for urgent", figures=True, spare=1),
    Column("queued_out", "queued out", figures=True),
    Column("queued_in", "queued in", figures=True),
    Column("day_left", "left of day's limit", figures=True, spare=2),
    Column("forecast", "at the day's end", figures=True),
)


@app.command()
def liquidity(
    bank: Annotated[str, typer.Option(help="Only this bank, by its BIC.")] = "",
    currency: Annotated[str, typer.Option(help="Only this currency.")] = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """What each bank has and may spend, what of it is kept for urgent payments, and what waits in the queues.

    At the day's end it has what it has now, less what it has queued, and more what others have queued for it; below
    zero, not everything will settle: `corridor queue --bank BIC` shows what waits for what.
    """
    rows = [_row(each) for each in asyncio.run(_read(Home(directory), bank, currency))]
    if rows or as_json:
        show(rows, _COLUMNS, as_json=as_json)
    else:
        typer.echo("no settlement account fits; `corridor accounts` shows all")


async def _read(home: Home, bank: str, currency: str) -> Sequence[Any]:
    if currency and currency not in {each.code for each in currencies()}:
        raise UnknownCurrency(field="--currency")
    async with reading(home) as reads:
        await require(reads, bank)
        (hub,) = await reads.fetch("SELECT at FROM hub")
        return await reads.fetch(_LIQUIDITY, hub["at"], bank, currency)


def _row(found: Any) -> dict[str, Any]:
    # PostgreSQL adds up whole numbers as numeric, which a Decimal of 3E+12 is, too.
    row: dict[str, Any] = {
        name: int(value) if isinstance(value, Decimal) else value for name, value in found.items()
    }
    row["kept"] = row["kept"] or 0
    row["available"] = row["balance"] - row["reserved"] + row["credit_line"]
    row["forecast"] = row["balance"] - row["reserved"] - row["queued_out"] + row["queued_in"]
    row["day_left"] = None if row["day_limit"] is None else row["day_limit"] - row.pop("day_sent")
    row.pop("day_sent", None)
    for name in _AMOUNTS:
        row[name] = None if row[name] is None else decimal_text(row[name], row["currency"])
    return row
