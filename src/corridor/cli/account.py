"""`corridor account`: money between settlement accounts and the central banks, and statements."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from corridor.adapters.postgres.statements import read_account, read_day, read_statement
from corridor.adapters.stream.statements import StreamStatements
from corridor.adapters.system.clock import SystemClock
from corridor.cli import request
from corridor.cli.counter import Move
from corridor.cli.home import Home
from corridor.cli.output import HERE, AsJson, Column, Directory, moment, money, say, show, show_json
from corridor.cli.person import Refusal
from corridor.cli.reading import reading, require
from corridor.cli.story import in_words
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.domain.dates import parse_date
from corridor.domain.money import Money, decimal_text
from corridor.ports import Stated, Unstated
from corridor.reports.statements import NoSuchAccount, NotBegun, Statement
from corridor.reports.statements import statement as made

app = typer.Typer(no_args_is_help=True)

_COLUMNS = (
    Column("at", "time"),
    Column("transfer", "transfer", figures=True, spare=3),
    Column("kind", "what"),
    Column("counterparty", "with", spare=1),
    Column("debit", "debit", figures=True),
    Column("credit", "credit", figures=True),
    Column("balance", "balance", figures=True),
    Column("reference", "reference", spare=2),
)


_TRANSFERS = """
SELECT number, uetr, direction, participant, central_bank, currency, amount, status, reason, received_at, final_at
  FROM liquidity_transfer WHERE $1 IN ('', participant) AND (open OR $2) ORDER BY open DESC, number
"""
_TRANSFER_COLUMNS = (
    Column("number", "number", figures=True),
    Column("since", "since", spare=3),
    Column("direction", "direction"),
    Column("participant", "of"),
    Column("central_bank", "central bank", spare=2),
    Column("amount", "amount", figures=True),
    Column("currency", ""),
    Column("status", "status"),
    Column("reason", "reason"),
    Column("uetr", "UETR", spare=1),
)


@app.command("fund")
def fund(bic: str, currency: str, amount: str, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Let an institution ask the currency's central bank for an amount, as 1500.00, out of its account there.

    For the sandbox: the institution sends a camt.050, its simulated central bank answers with a pacs.009.
    """
    _move(Home(directory), bic, Money.parse(amount, currency, field="amount"), inward=True, as_json=as_json)


@app.command("defund")
def defund(
    bic: str, currency: str, amount: str, directory: Directory = HERE, as_json: AsJson = False
) -> None:
    """Let an institution send an amount, as 1500.00, back to its account at the currency's central bank.

    What leaves must be its own and free. It is reserved until the simulated central bank has said that it is there.
    """
    _move(Home(directory), bic, Money.parse(amount, currency, field="amount"), inward=False, as_json=as_json)


@app.command("statement")
def statement(
    bic: str,
    currency: str,
    date: Annotated[str, typer.Option(help="A business day, as 2026-11-24; today's without it.")] = "",
    message: Annotated[bool, typer.Option("--message", help="As the institution gets it, signed.")] = False,
    page: Annotated[int, typer.Option(min=1, max=99_999, help="Of the message: 256 entries each.")] = 1,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """A settlement account on one business day: opening balance, every entry, closing balance, from the ledger.

    It is shown only if it adds up to the minor unit, and the ledger to the balance that the hub has stored.
    --message shows the ISO 20022 message: camt.053 of a day that has ended, camt.052 of the one that runs.
    """
    if date:
        parse_date(date, field="--date")
    if message:
        _show_message(asyncio.run(_stated(Home(directory), bic, currency, date, page)), as_json=as_json)
        return
    found = asyncio.run(_read(Home(directory), bic, currency, date))
    facts = {name: decimal_text(getattr(found, name), currency) for name in _SUMS}
    rows = [_row(entry, bic, currency) for entry in found.entries]
    if as_json:
        head = {"participant": bic, "currency": currency, "day": found.day}
        show_json({**head, **facts, "entries": rows})
        return
    typer.echo(f"{bic} {currency}, business day {found.day}\n")
    typer.echo(f"opening balance  {facts['opening']}")
    if rows:
        show(rows, _COLUMNS, as_json=False)
    typer.echo(f"closing balance  {facts['closing']}  ({facts['credits']} came, {facts['debits']} went)")
    if found.reserved:
        typer.echo(f"reserved now     {facts['reserved']}")


@app.command("transfers")
def transfers(
    bank: Annotated[str, typer.Option(help="Only this institution's, by its BIC.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Money on its way from and to the central banks: what they have been asked and have not answered."""
    rows = asyncio.run(_read_transfers(Home(directory), bank, everything=everything))
    if rows or as_json:
        show([_transfer(row) for row in rows], _TRANSFER_COLUMNS, as_json=as_json)
    elif everything:
        typer.echo("no money came from or went to a central bank")
    else:
        typer.echo("nothing is on its way; --all shows what has ended")


_SUMS = ("opening", "credits", "debits", "closing", "reserved")


def _move(home: Home, bic: str, amount: Money, *, inward: bool, as_json: bool) -> None:
    told = request.ask(home, Move(bic, amount, inward), StatusReport, {"BIC": bic})
    if told.transaction_status == "RJCT":
        raise Refusal(in_words(told.reason or "NARR"))
    sum_ = money(amount.minor, amount.currency)
    facts = {
        "participant": bic,
        "amount": amount.text(),
        "currency": amount.currency,
        "direction": "funding" if inward else "defunding",
        "status": told.transaction_status,
        "uetr": told.original_uetr,
        "number": told.clearing_system_reference,
        "settled_at": moment(told.effective_settlement_at),
    }
    done = f"{bic} has {sum_} more" if inward else f"{sum_} of {bic} is at its central bank"
    say(facts, f"{done}, since {facts['settled_at']}  UETR {told.original_uetr}", as_json=as_json)


async def _read(home: Home, bic: str, currency: str, date: str) -> Statement:
    async with reading(home) as reads:
        await require(reads, bic, "BIC")
        async with reads.snapshot() as fetch:
            account_id = await read_account(fetch, bic, currency)
            if account_id is None:
                raise NoSuchAccount("`corridor accounts` shows all that there are", field=f"{bic} {currency}")
            now = SystemClock().now()
            day = await read_day(fetch, currency, now, date)
            if day.begins > now:
                raise NotBegun(field=day.date)
            balances, moved = await read_statement(fetch, account_id, day)
            return made(bic, currency, day.date, balances, moved)


async def _stated(home: Home, bic: str, currency: str, date: str, page: int) -> Stated:
    signer = StreamStatements(home.statements_socket)
    try:
        return await signer.read(bic, currency, date, page)
    except Unstated as error:
        raise Refusal(f"{error.field}: {error.detail} ({in_words(error.reason)})") from None
    finally:
        await signer.close()


def _show_message(stated: Stated, *, as_json: bool) -> None:
    envelope = stated.payload.decode()
    if as_json:
        show_json({"signature": stated.signature, "message": envelope})
    else:
        typer.echo(envelope)


async def _read_transfers(home: Home, bank: str, *, everything: bool) -> Sequence[Any]:
    async with reading(home) as reads:
        await require(reads, bank)
        return await reads.fetch(_TRANSFERS, bank, everything)


def _transfer(row: Any) -> dict[str, Any]:
    return {
        "number": row["number"],
        "since": moment(row["received_at"]),
        "direction": row["direction"],
        "participant": row["participant"],
        "central_bank": row["central_bank"],
        "amount": decimal_text(row["amount"], row["currency"]),
        "currency": row["currency"],
        "status": row["status"],
        "reason": row["reason"],
        "final_at": moment(row["final_at"]),
        "uetr": row["uetr"],
    }


def _row(entry: Any, bic: str, currency: str) -> dict[str, Any]:
    side = "credit" if entry.amount > 0 else "debit"
    return {
        "at": moment(entry.at),
        "transfer": entry.transfer,
        "kind": entry.kind,
        "counterparty": None if entry.counterparty == bic else entry.counterparty,  # its own clearing account
        side: decimal_text(abs(entry.amount), currency),
        "balance": decimal_text(entry.balance, currency),
        "reference": entry.reference,
    }
