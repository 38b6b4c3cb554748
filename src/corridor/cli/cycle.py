"""`corridor cycle`: netting cycles, their positions and proof, their cut-off, who takes part, and default."""

import asyncio
import time
from collections.abc import Sequence
from typing import Annotated, Any, Final

import typer

from corridor.adapters.postgres.cycles import sheets
from corridor.cli import database
from corridor.cli.home import Home
from corridor.cli.main import WRONG
from corridor.cli.order import As, order
from corridor.cli.output import HERE, AsJson, Column, Directory, moment, money, show, show_json
from corridor.cli.person import Refusal
from corridor.cli.reading import reading, running
from corridor.domain.money import decimal_text, minor_units
from corridor.services.settlement.commands import CloseCycle, DeclareDefault, ScheduleCycles, SetClearingCap
from corridor.services.settlement.cycle_records import CYCLE_SETTLED, PRODUCTS
from corridor.services.settlement.netting import net
from corridor.services.settlement.positions import digest, nets
from corridor.services.settlement.proof import Difference, Sheet, differences

app = typer.Typer()
SETTLES_WITHIN_S: Final = 5.0
POLL_S: Final = 0.1

_CYCLES = """
SELECT number, state, items, told, opened_at, closed_at, settled_at, due_at, defaulted FROM cycle
 ORDER BY number DESC LIMIT $1
"""
_OPEN = "SELECT number FROM cycle WHERE state = 'open'"
_LIST = (
    Column("number", "cycle", figures=True),
    Column("state", "state"),
    Column("items", "payments", figures=True),
    Column("told", "told", figures=True, spare=3),
    Column("opened_at", "opened", spare=2),
    Column("closed_at", "closed", spare=1),
    Column("settled_at", "settled"),
    Column("closes_at", "closes by itself", spare=1),
    Column("defaulted", "in default"),
)
_POSITIONS = (
    Column("currency", "currency"),
    Column("participant", "BIC"),
    Column("paid", "paid", figures=True),
    Column("received", "received", figures=True),
    Column("net", "net", figures=True),
    *(Column(product, f"of it {product}", figures=True, spare=1) for product in PRODUCTS),
)
_BILATERAL = (
    Column("currency", "currency"),
    Column("first", "BIC"),
    Column("second", "towards"),
    Column("paid", "paid", figures=True),
    Column("received", "received", figures=True),
    Column("net", "net", figures=True),
    Column("items", "payments", figures=True),
)
Number = Annotated[int, typer.Argument(help="Its number; without, the open one.")]


@app.callback(invoke_without_command=True)
def cycle(
    context: typer.Context,
    last: Annotated[int, typer.Option(help="Show so many.", min=1)] = 10,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """The last netting cycles: their state, how many payments are in them, and how many of those were told."""
    if context.invoked_subcommand is not None:
        return
    rows = asyncio.run(_list(Home(directory), last))
    if rows or as_json:
        show(rows, _LIST, as_json=as_json)
    else:
        typer.echo("nothing has been netted; `corridor cycle cap` lets a bank take part")


@app.command("show")
def show_cycle(number: Number = 0, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """The positions of a cycle, towards all and towards each, by product, recomputed from its transfers."""
    home = Home(directory)
    (sheet,) = _sheets(home, number or _open_number(home))
    if as_json:
        show_json(_document(sheet))
    else:
        _show(sheet)


def _show(sheet: Sheet) -> None:
    document = _document(sheet)
    typer.echo(f"cycle {sheet.number}, {sheet.state}, {sheet.count} payments")
    show(document["positions"], _POSITIONS, as_json=False)
    typer.echo()
    show(document["bilateral"], _BILATERAL, as_json=False)
    typer.echo(f"\nproof: {document['proof']}\n{_verdict(document['differences'], sheet)}")


@app.command()
def close(
    number: Number = 0,
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Cut off the open cycle, let it be proven and settled, and show its net positions; what comes now is in the next.

    The cut-off names its cycle: given twice, it closes one.
    """
    home = Home(directory)
    number = number or _open_number(home)
    facts = {"cycle": number}
    sentence = f"cycle {number} is closed; it settles as soon as it is proven\n"
    order(directory, by, CloseCycle, facts, facts, sentence, as_json=as_json)
    if not as_json:
        _show(_settled(home, number))


@app.command()
def verify(
    number: Annotated[int, typer.Argument(help="Only this cycle.")] = 0,
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Recompute net from gross: every position of every cycle from its transfers, and what was settled.

    Ends with exit code 1 if one minor unit differs.
    """
    read = _sheets(Home(directory), number)
    wrong = [(sheet.number, each) for sheet in read for each in differences(sheet)]
    items, units = sum(sheet.count for sheet in read), sum(each.units for _, each in wrong)
    if as_json:
        told = [{"cycle": cycle, **_difference(each)} for cycle, each in wrong]
        show_json({"cycles": len(read), "items": items, "difference_units": units, "differences": told})
    else:
        for cycle_, each in wrong:
            typer.echo(f"cycle {cycle_}: {_words(each)}")
        typer.echo(f"cycles: {len(read)}, payments: {items}, difference: {units}")
    if wrong:
        raise typer.Exit(WRONG)


@app.command()
def cap(
    bic: str,
    currency: str,
    amount: str,
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let a bank take part in netting, and set how much it may owe cycles that have not settled.

    It takes two treasurers. A cap below what is in use is refused.
    """
    minor = minor_units(amount, currency, field="amount")
    facts = {"participant": bic, "currency": currency, "cap": minor}
    sentence = f"{bic} may owe cycles {money(minor, currency)}"
    order(directory, by, SetClearingCap, facts, facts, sentence, as_json=as_json)


@app.command()
def schedule(
    every_s: Annotated[int, typer.Argument(help="Seconds from cut-off to cut-off, 0 for none.")],
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let cycles close by themselves, counted from midnight UTC. It takes two of operations."""
    facts = {"every_s": every_s}
    sentence = f"cycles close every {every_s} s" if every_s else "cycles close by hand only"
    order(directory, by, ScheduleCycles, facts, facts, sentence, as_json=as_json)


@app.command()
def default(
    number: Annotated[int, typer.Argument(help="The closed cycle.")],
    bic: str,
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Say that a member cannot pay what it owes a closed cycle: its losses are shared by the rulebook, section 13.

    It takes two treasurers.
    """
    facts = {"cycle": number, "participant": bic}
    sentence = f"{bic} is in default of cycle {number}; it settles with its losses shared"
    order(directory, by, DeclareDefault, facts, facts, sentence, as_json=as_json)


async def _list(home: Home, last: int) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        found = await reads.fetch(_CYCLES, last)
    return [
        {
            **{name: each[name] for name in ("number", "state", "items", "told", "defaulted")},
            **{name: moment(each[name]) for name in ("opened_at", "closed_at", "settled_at")},
            "closes_at": moment(each["due_at"]) if each["state"] == "open" else None,
        }
        for each in found
    ]


def _settled(home: Home, number: int) -> Sheet:
    """Return a closed cycle once it has settled, or as it stands if that takes long."""
    until = time.monotonic() + SETTLES_WITHIN_S
    (sheet,) = _sheets(home, number)
    while sheet.state != CYCLE_SETTLED and time.monotonic() < until:
        time.sleep(POLL_S)
        (sheet,) = _sheets(home, number)
    return sheet


def _open_number(home: Home) -> int:
    """Raises: Refusal."""
    number = asyncio.run(_open(home))
    if not number:
        raise Refusal("nothing has been netted; `corridor cycle cap` lets a bank take part")
    return number


async def _open(home: Home) -> int:
    async with reading(home) as reads:
        return next((each["number"] for each in await reads.fetch(_OPEN)), 0)


def _sheets(home: Home, number: int) -> list[Sheet]:
    """Read one cycle, or all (0). Raises: Refusal."""

    async def read() -> list[Sheet]:
        return [sheet async for sheet in sheets(database.reader_dsn(home), number)]

    with running(home):
        found = asyncio.run(read())
    if number and not found:
        raise Refusal(f"there is no cycle {number}; `corridor cycle` shows the last")
    return found


def _document(sheet: Sheet) -> dict[str, Any]:
    return {
        "cycle": sheet.number,
        "state": sheet.state,
        "items": sheet.count,
        "positions": _positions(sheet),
        "bilateral": [
            {
                "currency": each.currency,
                "first": each.first,
                "second": each.second,
                "paid": decimal_text(each.paid, each.currency),
                "received": decimal_text(each.received, each.currency),
                "net": decimal_text(each.net, each.currency),
                "items": each.items,
            }
            for each in net([item for some in sheet.items.values() for item in some]).bilateral
        ],
        "proof": digest(sheet.number, sheet.count, sheet.counted).hex(),
        "differences": [_difference(each) for each in differences(sheet)],
    }


def _positions(sheet: Sheet) -> list[dict[str, Any]]:
    rows = []
    for (currency, participant), total in nets(sheet.counted).items():
        own = [p for p in sheet.counted if (p.currency, p.participant) == (currency, participant)]
        by_product = {p.product: decimal_text(p.received - p.paid, currency) for p in own}
        rows.append(
            {
                "currency": currency,
                "participant": participant,
                "paid": decimal_text(sum(p.paid for p in own), currency),
                "received": decimal_text(sum(p.received for p in own), currency),
                "net": decimal_text(total, currency),
                **{product: by_product.get(product) for product in PRODUCTS},
            }
        )
    return rows


def _difference(each: Difference) -> dict[str, Any]:
    return {name: getattr(each, name) for name in (*each.__struct_fields__, "units")}


def _words(each: Difference) -> str:
    where = " ".join(filter(None, (each.participant, each.currency, each.product)))
    return f"{where or 'the whole'}: {each.what} is {each.stated}, its transfers say {each.found}"


def _verdict(found: Sequence[Any], sheet: Sheet) -> str:
    if found:
        return f"NOT what its {sheet.count} transfers say; `corridor cycle verify {sheet.number}`"
    return f"recomputed from {sheet.count} transfers: equal"
