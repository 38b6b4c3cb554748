"""`corridor credit`: who lends to whom, what is owed, and what the simulated banks do about it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import typer

from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.postgres.schema import columns
from corridor.adapters.system.clock import SystemClock
from corridor.cli import request
from corridor.cli.counter import Deed
from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Column, Directory, money, next_step, say, show, show_json
from corridor.cli.reading import reading, require
from corridor.client import Facility as Told
from corridor.client import Terms
from corridor.decision import Table
from corridor.domain.dates import parse_date
from corridor.domain.errors import CorridorError
from corridor.domain.instants import iso_date
from corridor.domain.money import Money, decimal_text, percent
from corridor.ledger.transfers import Transfer
from corridor.reports.facilities import statement, utilisation
from corridor.services.credit.collateral import counts_for
from corridor.services.credit.records import FACILITY, FACILITY_DAY, OFFERED, Facility, FacilityDay, Pledge

app = typer.Typer(no_args_is_help=True)
R = TypeVar("R", bound=msgspec.Struct)

Number = Annotated[int, typer.Argument(help="The facility's number, as `credit list` shows it.")]
_NET = """
SELECT account_id, debits_posted - credits_posted AS owed FROM balance JOIN account ON id = account_id WHERE code = 6
"""
_TRANSFERS = "SELECT * FROM transfer WHERE reference = $1 AND code BETWEEN 40 AND 43 ORDER BY id"
_LINES = """
SELECT l.participant, l.currency, l.line_amount, a.credit_limit FROM credit_line l
  JOIN settlement_account s USING (participant, currency) JOIN account a ON a.id = s.account_id
 ORDER BY l.currency, l.participant
"""
_PLEDGES = "SELECT * FROM pledge WHERE facility = 0 AND state = 'held' ORDER BY pledger, taker, pledge_id"
_COLUMNS = (
    Column("facility", "facility", figures=True),
    Column("lender", "lender"),
    Column("borrower", "borrower"),
    Column("currency", "currency"),
    Column("limit", "limit", figures=True),
    Column("drawn", "drawn", figures=True),
    Column("due", "due", figures=True),
    Column("rate", "rate %", figures=True, spare=2),
    Column("ends_on", "ends on", spare=1),
    Column("state", "state"),
)
_ENTRIES = (
    Column("day", "date"),
    Column("kind", "what"),
    Column("amount", "amount", figures=True),
    Column("drawn", "drawn", figures=True),
    Column("due", "due", figures=True),
)
_USES = (
    Column("day", "date"),
    Column("drawn", "drawn", figures=True),
    Column("utilisation_bps", "bps of the limit", figures=True),
    Column("average_bps", "on average", figures=True),
)
_LINE_COLUMNS = (
    Column("currency", "currency"),
    Column("participant", "BIC"),
    Column("line", "line", figures=True),
    Column("collateral", "collateral", figures=True),
    Column("limit", "limit", figures=True),
)


class NoSuchFacility(CorridorError):
    """There is no such facility here."""

    reason = "NOOR"


@app.command("list")
def list_facilities(
    bank: Annotated[str, typer.Option(help="Only those in which this bank lends or borrows.")] = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Every facility that was ever offered: limit, what is drawn, what of interest and fees is due."""
    facilities, owed = asyncio.run(_facilities(Home(directory), bank))
    rows = [_row(each, owed) for each in facilities if bank in ("", each.lender, each.borrower)]
    if not rows and not as_json:
        typer.echo("no bank lends to another; `corridor credit offer` begins a facility")
        return
    show(rows, _COLUMNS, as_json=as_json)


@app.command("show")
def show_facility(number: Number, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """The statement of a facility, and how much of it was used on each date."""
    facility, owed, days, transfers = asyncio.run(_story(Home(directory), number))
    today = iso_date(SystemClock().now())
    code = facility.currency
    entries = [
        {**_builtins(entry), **_texts(entry, code, "amount", "drawn", "due")}
        for entry in statement(facility, days, transfers, today)
    ]
    uses = [{**_builtins(use), **_texts(use, code, "drawn")} for use in utilisation(facility, days)]
    if as_json:
        show_json({"facility": _row(facility, owed), "statement": entries, "utilisation": uses})
        return
    show([_row(facility, owed)], _COLUMNS, as_json=False)
    show(entries, _ENTRIES, as_json=False, title="\nstatement")
    show(uses, _USES, as_json=False, title="\nutilisation")


@app.command("lines")
def lines(directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Credit lines of central banks: the line, what its collateral counts for, and the limit that follows."""
    rows = asyncio.run(_lines(Home(directory)))
    if rows or as_json:
        show(rows, _LINE_COLUMNS, as_json=as_json)
    else:
        typer.echo("no central bank has set a credit line")


@app.command("offer")
def offer(
    lender: Annotated[str, typer.Argument(help="The simulated bank that lends.")],
    borrower: str,
    limit: Annotated[str, typer.Argument(help="1500.00")],
    currency: str,
    rate: Annotated[str, typer.Option(help="Interest on what is drawn, in percent a year.")],
    ends_on: Annotated[str, typer.Option(help="The date on which all is paid back.")],
    starts_on: Annotated[
        str, typer.Option(help="From this date on it may be drawn. Today, if none is given.")
    ] = "",
    fee: Annotated[str, typer.Option(help="The fee on what is not drawn, in percent a year.")] = "0",
    day_count: Annotated[str, typer.Option(help="ACT/360, ACT/365F or 30E/360.")] = "ACT/365F",
    automatic: Annotated[bool, typer.Option(help="The hub draws what a payment lacks.")] = False,
    secured: Annotated[bool, typer.Option(help="No more is drawn than there is collateral for.")] = False,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let a simulated bank offer another a facility; `corridor up` must be running."""
    terms = Terms(
        borrower=borrower,
        limit=Money.parse(limit, currency, field="limit"),
        rate=percent(rate, field="rate"),
        fee_rate=percent(fee, field="fee"),
        day_count=day_count,
        starts_on=parse_date(starts_on or iso_date(SystemClock().now()), field="--starts-on"),
        ends_on=parse_date(ends_on, field="--ends-on"),
        automatic=automatic,
        secured=secured,
    )
    named = {"LENDER": lender, "BORROWER": borrower}
    _do(directory, Deed(lender, "offer", terms=terms), named, as_json=as_json)


@app.command("accept")
def accept(bank: str, number: Number, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Let the borrower take an offer."""
    _do(directory, Deed(bank, "accept", number), {"BANK": bank}, as_json=as_json)


@app.command("cancel")
def cancel(bank: str, number: Number, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Take an offer back, decline it, or give up a facility under which nothing is drawn."""
    _do(directory, Deed(bank, "cancel", number), {"BANK": bank}, as_json=as_json)


@app.command("draw")
def draw(
    bank: str,
    number: Number,
    amount: str,
    currency: str,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let the borrower draw."""
    sum_ = Money.parse(amount, currency, field="amount")
    _do(directory, Deed(bank, "draw", number, sum_), {"BANK": bank}, as_json=as_json)


@app.command("repay")
def repay(
    bank: str,
    number: Number,
    amount: str,
    currency: str,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let the borrower pay what it owes: fees and interest that are due first."""
    sum_ = Money.parse(amount, currency, field="amount")
    _do(directory, Deed(bank, "repay", number, sum_), {"BANK": bank}, as_json=as_json)


def _do(directory: Path, deed: Deed, named: Mapping[str, str], *, as_json: bool) -> None:
    told = request.ask(Home(directory), deed, Told, named)
    limit, drawn = told.limit.money, told.drawn.money
    owed = f"{money(drawn.minor, drawn.currency)} of {money(limit.minor, limit.currency)} are drawn"
    said = f"facility {told.facility} is {told.state}: {owed}"
    if told.state == OFFERED:
        words = ("credit", "accept", told.borrower, str(told.facility))
        said += f"\n{next_step(directory, *words, who=told.borrower)}"
    say(msgspec.to_builtins(told), said, as_json=as_json)


async def _facilities(home: Home, bank: str) -> tuple[list[Facility], dict[int, int]]:
    async with reading(home) as reads:
        await require(reads, bank)
        return await _all(reads, FACILITY, "ORDER BY number"), await _owed(reads)


async def _story(
    home: Home, number: int
) -> tuple[Facility, dict[int, int], list[FacilityDay], list[Transfer]]:
    async with reading(home) as reads:
        facility = await reads.one(FACILITY, number)
        if facility is None:
            raise NoSuchFacility
        days = await _all(reads, FACILITY_DAY, "WHERE facility = $1 ORDER BY day", number)
        transfers = [Transfer(*row) for row in await reads.fetch(_TRANSFERS, number)]
        return facility, await _owed(reads), days, transfers


async def _lines(home: Home) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        pledges = [Pledge(*row) for row in await reads.fetch(_PLEDGES)]
        found = await reads.fetch(_LINES)
    rows = []
    for line in found:
        code = line["currency"]
        key = (line["participant"], code)
        collateral = sum(counts_for(pledge) for pledge in pledges if (pledge.pledger, pledge.currency) == key)
        rows.append(
            {
                "currency": code,
                "participant": line["participant"],
                "line": decimal_text(line["line_amount"], code),
                "collateral": decimal_text(collateral, code),
                "limit": decimal_text(line["credit_limit"], code),
            }
        )
    return rows


async def _owed(reads: PostgresReads) -> dict[int, int]:
    return {row["account_id"]: row["owed"] for row in await reads.fetch(_NET)}


async def _all(reads: PostgresReads, table: Table[R], which: str, *facts: object) -> list[R]:
    names = ", ".join(f'"{name}"' for name, _, _ in columns(table))
    rows = await reads.fetch(f"SELECT {names} FROM {table.name} {which}", *facts)  # noqa: S608  our own names
    return [table.record(*row) for row in rows]


def _row(facility: Facility, owed: dict[int, int]) -> dict[str, Any]:
    code = facility.currency
    return {
        "facility": facility.number,
        "lender": facility.lender,
        "borrower": facility.borrower,
        "currency": code,
        "limit": decimal_text(facility.limit_amount, code),
        "drawn": decimal_text(owed.get(facility.debt_account_id, 0), code),
        "due": decimal_text(facility.interest_due + facility.fee_due, code),
        "rate": f"{facility.rate:f}",
        "fee_rate": f"{facility.fee_rate:f}",
        "day_count": facility.day_count,
        "starts_on": facility.starts_on,
        "ends_on": facility.ends_on,
        "automatic": facility.automatic,
        "secured": facility.secured,
        "state": facility.state,
    }


def _texts(record: msgspec.Struct, code: str, *names: str) -> dict[str, str]:
    return {name: decimal_text(getattr(record, name), code) for name in names}


def _builtins(record: msgspec.Struct) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(record)
    return built
