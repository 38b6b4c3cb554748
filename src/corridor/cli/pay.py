"""`corridor pay`: a customer of a simulated bank pays, and you watch."""

import asyncio
from typing import Annotated, Final

import msgspec
import typer

from corridor.adapters.stream import frames
from corridor.cli.counter import PRIORITIES, Wish
from corridor.cli.home import Home
from corridor.cli.output import HERE, WRONG, AsJson, Directory, after, money, show_json
from corridor.cli.story import in_words
from corridor.client.correspondents import Method
from corridor.client.messages import Gross
from corridor.domain.money import minor_units
from corridor.ports import HubAway
from corridor.sandbox.offices import Notice

app = typer.Typer()
METHODS: Final[dict[str, Method]] = {"nostro": "INDA", "vostro": "INGA"}
WORDS = {
    "ordered": "ordered",
    "PDNG": "waits for money or for a decision",
    "ACPD": "in the cycle; final when it settles",
    "ACSC": "settled, and final",
    "ACCC": "credited to the creditor",
    "RJCT": "refused",
}


@app.command()
def pay(
    amount: Annotated[str, typer.Argument(help="1500.00")],
    currency: Annotated[str, typer.Argument(help="The currency that is debited.")] = "RUB",
    debtor_agent: Annotated[str, typer.Option("--from", help="The debtor's bank.")] = "SEVRRUM0",
    to: Annotated[str, typer.Option(help="The creditor's bank, or a phone number (+992...).")] = "PAMRTJ20",
    into: Annotated[str, typer.Option(help="The currency that is credited, if it is another.")] = "",
    gross: Annotated[
        bool, typer.Option("--gross", help="It need not be instant: it may wait for money.")
    ] = False,
    netted: Annotated[
        bool, typer.Option("--netted", help="It enters the open netting cycle, and is final with it.")
    ] = False,
    book: Annotated[
        str,
        typer.Option(
            help="It settles on a correspondent account: the one they keep for us (nostro), or we for them (vostro)."
        ),
    ] = "",
    priority: Annotated[str, typer.Option(help="Of a gross payment: urgent, high or normal.")] = "normal",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let a customer of a simulated bank pay a customer of another; `corridor up` must be running."""
    code = PRIORITIES.get(priority)
    if code is None:
        raise typer.BadParameter(f"a priority is {', '.join(PRIORITIES)}", param_hint="--priority")
    if gross and netted:
        raise typer.BadParameter("what is netted does not settle gross", param_hint="--netted")
    if book and (book not in METHODS or gross or netted):
        raise typer.BadParameter("say nostro or vostro, and no other way to settle", param_hint="--book")
    wish = Wish(
        debtor_agent,
        to,
        minor_units(amount, currency),
        currency,
        into or currency,
        Gross(priority=code) if gross else None,
        netted=netted,
        booked=METHODS.get(book),
    )
    notices = asyncio.run(_order(Home(directory), wish, quiet=as_json))
    last = notices[-1]
    if as_json:
        show_json(msgspec.to_builtins(notices))
    else:
        typer.echo(f"\ncorridor status {last.uetr}")
    if last.status == "RJCT":
        raise typer.Exit(WRONG)


async def _order(home: Home, wish: Wish, *, quiet: bool) -> list[Notice]:
    try:
        reader, writer = await asyncio.open_unix_connection(home.sandbox_socket)
    except OSError:
        raise HubAway from None
    writer.write(frames.encode(wish))
    decoder = msgspec.msgpack.Decoder(Notice | str)
    notices: list[Notice] = []
    while not notices or not wish.ends(notices[-1].status):
        notice = await frames.read(reader, decoder)
        if isinstance(notice, str):
            raise typer.BadParameter(notice)
        if notice is None:
            raise HubAway
        notices.append(notice)
        if not quiet:
            _tell(notice)
    writer.close()
    return notices


def _tell(notice: Notice) -> None:
    if notice.status == "ordered":
        typer.echo(f"{notice.debtor_agent} -> {notice.creditor_agent}  UETR {notice.uetr}")
        typer.echo(f"  to debit   {money(notice.source.minor + notice.fee.minor, notice.source.currency)}")
        typer.echo(f"  to credit  {money(notice.destination.minor, notice.destination.currency)}")
        if notice.source.currency != notice.destination.currency:
            cost = money(notice.total_cost, notice.source.currency)
            typer.echo(f"  cost       {cost}, {notice.total_cost_bps / 100:.2f} % against the mid rate")
    reason = f" ({in_words(notice.reason)})" if notice.reason else ""
    typer.echo(
        f"  {after(notice.ordered_at, notice.at):>9}  {WORDS.get(notice.status, notice.status)}{reason}"
    )
