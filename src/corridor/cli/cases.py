"""`corridor cases`: what needs a human, and what a human decides."""

import asyncio
from typing import Annotated, Any

import typer

from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.system.clock import SystemClock
from corridor.cli.home import Home
from corridor.cli.order import As, order
from corridor.cli.output import HERE, AsJson, Column, Directory, moment, money, show
from corridor.cli.reading import reading
from corridor.domain.instants import MINUTE
from corridor.services.instant.commands import RefusePayment, ReleasePayment
from corridor.services.messaging.commands import CloseCase
from corridor.services.messaging.records import CASE

app = typer.Typer(invoke_without_command=True)

CREDITED_WITHIN = MINUTE
"""Who has not said ACCC for so long after ACSC may have left its customer without the money."""

_OPEN = """
SELECT c.number, c.kind, c.opened_at, c.participant, c.text, uetr, source_amount, source_currency, due_at,
       (SELECT max(number) FROM proposal
         WHERE state = 'open' AND kind = 'ReleasePayment'
           AND strpos(convert_from(command, 'UTF8'), uetr) > 0) AS proposal
  FROM operator_case c LEFT JOIN payment p ON c.payment <> 0 AND p.number = c.payment
 WHERE closed_at IS NULL ORDER BY c.number
"""
_UNCREDITED = """
SELECT NULL::bigint AS number, 'not credited' AS kind, final_at AS opened_at, creditor_agent AS participant,
       NULL::bytea AS text, uetr, source_amount, source_currency,
       NULL::bigint AS due_at, NULL::bigint AS proposal
  FROM payment WHERE status = 'ACSC' AND final_at < $1 ORDER BY number
"""
_COLUMNS = (
    Column("number", "case", figures=True),
    Column("kind", "kind"),
    Column("since", "since", spare=2),
    Column("until", "until", spare=1),
    Column("participant", "participant", spare=1),
    Column("amount", "amount", figures=True),
    Column("uetr", "UETR"),
    Column("text", "", prose=True),
)


@app.callback()
def cases(context: typer.Context, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """What needs a human: held payments, faults, late answers, settled payments that nobody credited."""
    if context.invoked_subcommand is None:
        list_cases(directory, as_json)


@app.command("list")
def list_cases(directory: Directory = HERE, as_json: AsJson = False) -> None:
    """The open cases, oldest first."""
    rows = asyncio.run(_list(Home(directory)))
    if rows or as_json:
        show(rows, _COLUMNS, as_json=as_json)
    else:
        typer.echo("nothing needs a human")


@app.command("close")
def close(
    case: int,
    text: Annotated[str, typer.Option(help="What was done about it.")] = "",
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Mark a case as dealt with."""
    done = {"case": case, "state": "closed"}
    facts = {"case": case, "text": text}
    order(directory, by, CloseCase, facts, done, f"case {case} is closed", as_json=as_json)


@app.command("release")
def release(uetr: str, by: As = "", directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Release a held payment. It takes two persons; then the payment is decided anew."""
    facts = {"uetr": uetr}
    order(directory, by, ReleasePayment, facts, facts, f"{uetr} is released", as_json=as_json)


@app.command("refuse")
def refuse(uetr: str, by: As = "", directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Refuse a held payment; its debtor agent hears RR04 and no more."""
    facts, done = {"uetr": uetr}, {"uetr": uetr, "status": "RJCT"}
    order(directory, by, RefusePayment, facts, done, f"{uetr} is refused", as_json=as_json)


async def _list(home: Home) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        found = await reads.fetch(_OPEN)
        found += await reads.fetch(_UNCREDITED, SystemClock().now() - CREDITED_WITHIN)
        return [_row(case, _text(reads, case)) for case in found]


def _text(reads: PostgresReads, case: Any) -> str:
    if case["text"] is None:
        return "ACSC, but its creditor agent has not said ACCC"
    return reads.sealing.open_text(CASE, "text", case["number"], case["text"])


def _row(case: Any, text: str) -> dict[str, Any]:
    proposal = case["proposal"]
    released = f"; to be released: corridor approve {proposal}" if proposal is not None else ""
    return {
        "number": case["number"],
        "kind": case["kind"],
        "since": moment(case["opened_at"]),
        "until": moment(case["due_at"]),
        "participant": case["participant"] or None,
        "uetr": case["uetr"],
        "amount": money(case["source_amount"], case["source_currency"]) if case["uetr"] else None,
        "text": text + released,
    }
