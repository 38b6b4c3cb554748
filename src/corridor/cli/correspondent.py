"""`corridor correspondent`: what banks keep with each other, how it stands, and what both their books say of it."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from corridor.adapters.system.clock import SystemClock
from corridor.cli import request
from corridor.cli.counter import AccountDeed
from corridor.cli.home import Home
from corridor.cli.main import WRONG
from corridor.cli.output import HERE, AsJson, Column, Directory, money, next_step, say, show, show_json
from corridor.cli.reading import reading, require
from corridor.client import AccountTerms, CorrespondentAccount, Reconciled
from corridor.domain.errors import CorridorError
from corridor.domain.instants import iso_date
from corridor.domain.money import Money, decimal_text
from corridor.services.settlement.correspondents.records import CORRESPONDENT, OFFERED, OPEN, Correspondent

app = typer.Typer(no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="The account's number, as `correspondent list` shows it.")]
_ACCOUNTS = """
SELECT c.number AS account, account_servicer, account_owner, c.currency, overdraft_amount, ceiling_amount, state,
       offered_by, close_asked_by, coalesce(credits_posted - debits_posted, 0) AS balance,
       (SELECT string_agg(bank || CASE WHEN agrees THEN ' agrees, ' ELSE ' differs, ' END || day, '; ' ORDER BY bank)
          FROM correspondent_mirror m WHERE m.account = c.number) AS mirrors
  FROM correspondent c LEFT JOIN balance ON account_id = nostro_account_id
 WHERE $1 IN ('', account_servicer, account_owner) ORDER BY c.number
"""
_ENTRIES = """
SELECT number, place, day, amount, balance, uetr FROM correspondent_entry
 WHERE account = $1 AND day BETWEEN $2 AND $3 ORDER BY place
"""
_LAST_DAY = "SELECT day FROM correspondent_position WHERE number = $1"
_COLUMNS = (
    Column("account", "account", figures=True),
    Column("account_servicer", "kept by"),
    Column("account_owner", "for"),
    Column("currency", "currency"),
    Column("balance", "balance", figures=True),
    Column("overdraft", "overdraft", figures=True, spare=1),
    Column("ceiling", "ceiling", figures=True, spare=2),
    Column("state", "state"),
    Column("close_asked_by", "closing wanted by", spare=3),
    Column("mirrors", "mirrors", spare=4, prose=True),
)
_ENTRY_COLUMNS = (
    Column("place", "entry", figures=True),
    Column("day", "day"),
    Column("what", "what"),
    Column("amount", "amount", figures=True),
    Column("balance", "balance", figures=True),
    Column("number", "number", figures=True, spare=1),
)


class NoSuchAccount(CorridorError):
    """There is no such correspondent account here."""

    reason = "NOOR"


@app.command("list")
def list_accounts(
    bank: Annotated[str, typer.Option(help="Only those that this bank owns or services.")] = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Every correspondent account that was ever offered: whose it is, what is on it, what the banks' books say."""
    rows = asyncio.run(_list(Home(directory), bank))
    if not rows and not as_json:
        typer.echo("no bank keeps an account for another; `corridor correspondent offer` begins one")
        return
    show(rows, _COLUMNS, as_json=as_json)


@app.command("statement")
def statement(
    number: Number,
    day: Annotated[str, typer.Option(help="Only this business day, as 2026-11-24.")] = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """What was booked on an account, entry by entry, as its owner sees it; below zero it owes the servicer."""
    account, entries = asyncio.run(_statement(Home(directory), number, day))
    rows = [_entry(each, account.currency) for each in entries]
    if as_json:
        terms = {name: getattr(account, name) for name in ("number", "account_servicer", "account_owner")}
        show_json({"account": {**terms, "currency": account.currency}, "entries": rows})
        return
    typer.echo(
        f"account {number}, kept by {account.account_servicer} for {account.account_owner}, in {account.currency}"
    )
    show(rows, _ENTRY_COLUMNS, as_json=False)


@app.command("offer")
def offer(
    servicer: Annotated[str, typer.Argument(help="The bank that keeps the account.")],
    owner: Annotated[str, typer.Argument(help="The bank whose account it is.")],
    currency: str,
    overdraft: Annotated[str, typer.Option(help="How far the owner may owe.")] = "0",
    ceiling: Annotated[str, typer.Option(help="How much the servicer may owe; no limit without.")] = "",
    by: Annotated[str, typer.Option(help="Who of the two offers; the servicer, if nobody is named.")] = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let one simulated bank offer another a correspondent account; `corridor up` must be running."""
    terms = AccountTerms(
        account_servicer=servicer,
        account_owner=owner,
        overdraft=Money.parse(overdraft, currency, field="overdraft"),
        ceiling=Money.parse(ceiling, currency, field="ceiling") if ceiling else None,
    )
    named = {"SERVICER": servicer, "OWNER": owner, "--by": by}
    _do(directory, AccountDeed(by or servicer, "offer", terms=terms), named, as_json=as_json)


@app.command("accept")
def accept(bank: str, number: Number, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Let the other bank take the offer."""
    _do(directory, AccountDeed(bank, "accept", number), {"BANK": bank}, as_json=as_json)


@app.command("close")
def close(bank: str, number: Number, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """End an offer; want an account closed; or agree to that, once nothing is on it."""
    _do(directory, AccountDeed(bank, "close", number), {"BANK": bank}, as_json=as_json)


@app.command("fund")
def fund(
    bank: str,
    number: Number,
    amount: str,
    currency: str,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let the owner bring settlement money to its account."""
    sum_ = Money.parse(amount, currency, field="amount")
    _do(directory, AccountDeed(bank, "fund", number, sum_), {"BANK": bank}, as_json=as_json)


@app.command("withdraw")
def withdraw(
    bank: str,
    number: Number,
    amount: str,
    currency: str,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let the owner take settlement money back."""
    sum_ = Money.parse(amount, currency, field="amount")
    _do(directory, AccountDeed(bank, "withdraw", number, sum_), {"BANK": bank}, as_json=as_json)


@app.command("reconcile")
def reconcile(
    bank: Annotated[str, typer.Argument(help="The simulated bank whose own book is compared.")],
    number: Number,
    day: Annotated[str, typer.Option(help="The business day; the present one, if none is given.")] = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Compare a bank's own book, made of what it was told, with the ledger; exit code 1 if they differ."""
    home = Home(directory)
    account, last_day = asyncio.run(_account(home, number))
    today = max(last_day, iso_date(SystemClock().now()))
    deed = AccountDeed(bank, "reconcile", number, day=day or today, currency=account.currency)
    told = request.ask(home, deed, Reconciled, {"BANK": bank})
    closing = money(int(told.closing), account.currency)
    if told.agrees:
        said = f"the books agree: {told.entries} entries on {told.day}, closing with {closing}"
    else:
        said = (
            f"the books differ: the ledger has {told.entries} entries on {told.day}, closing with {closing}"
        )
    say(msgspec.to_builtins(told), said, as_json=as_json)
    if not told.agrees:
        raise typer.Exit(WRONG)


def _do(directory: Path, deed: AccountDeed, named: Mapping[str, str], *, as_json: bool) -> None:
    told = request.ask(Home(directory), deed, CorrespondentAccount, named)
    balance = told.balance.money
    said = f"account {told.account} is {told.state}: {money(balance.minor, balance.currency)} {told.credit_debit}"
    other = told.account_owner if deed.bank == told.account_servicer else told.account_servicer
    number = str(told.account)
    if told.state == OFFERED:
        said += f"\n{next_step(directory, 'correspondent', 'accept', other, number, who=other)}"
    elif told.state == OPEN and told.close_asked_by == deed.bank:
        said += f"; {told.close_asked_by} wants it closed"
        said += f"\n{next_step(directory, 'correspondent', 'close', other, number, who=other)}"
    elif told.state == OPEN and told.close_asked_by:
        said += f"; {told.close_asked_by} wants it closed"
    say(msgspec.to_builtins(told), said, as_json=as_json)


async def _list(home: Home, bank: str) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        await require(reads, bank)
        return [_row(each) for each in await reads.fetch(_ACCOUNTS, bank)]


async def _account(home: Home, number: int) -> tuple[Correspondent, str]:
    """Return an account, and the last business day on which anything was booked on it."""
    async with reading(home) as reads:
        account = await reads.one(CORRESPONDENT, number)
        if account is None:
            raise NoSuchAccount
        last = await reads.fetch(_LAST_DAY, number)
        return account, last[0]["day"] if last else ""


async def _statement(home: Home, number: int, day: str) -> tuple[Correspondent, list[Any]]:
    account, last_day = await _account(home, number)
    async with reading(home) as reads:
        return account, await reads.fetch(_ENTRIES, number, day, day or last_day)


def _row(found: Any) -> dict[str, Any]:
    code = found["currency"]
    ceiling = found["ceiling_amount"]
    return {
        **{
            name: found[name]
            for name in ("account", "account_servicer", "account_owner", "currency", "state")
        },
        "balance": decimal_text(found["balance"], code),
        "overdraft": decimal_text(found["overdraft_amount"], code),
        "ceiling": decimal_text(ceiling, code) if ceiling else None,
        "offered_by": found["offered_by"],
        "close_asked_by": found["close_asked_by"] or None,
        "mirrors": found["mirrors"],
    }


def _entry(found: Any, code: str) -> dict[str, Any]:
    gains = found["amount"] > 0
    moved, paid = ("funded", "received, ") if gains else ("withdrawn", "paid, ")
    return {
        "place": found["place"],
        "day": found["day"],
        "what": f"{paid}{found['uetr']}" if found["uetr"] else moved,
        "amount": decimal_text(found["amount"], code),
        "balance": decimal_text(found["balance"], code),
        "number": found["number"],
        "uetr": found["uetr"] or None,
    }
