"""`corridor pay`: a customer of a simulated bank pays, and you watch."""

import asyncio
from contextlib import closing
from typing import Annotated, Final

import msgspec
import typer

from corridor.adapters.stream import frames
from corridor.cli.counter import PRIORITIES, Wish
from corridor.cli.home import Home
from corridor.cli.main import WRONG
from corridor.cli.output import HERE, AsJson, Directory, after, money, next_step, show_json
from corridor.cli.person import Refusal
from corridor.cli.reading import reading
from corridor.cli.request import check
from corridor.cli.story import in_words
from corridor.client.correspondents import Method
from corridor.client.messages import Gross
from corridor.client.requests import read_quote
from corridor.domain.errors import CorridorError, InvalidValue, MissingValue
from corridor.domain.instants import iso
from corridor.domain.money import Money
from corridor.ports import HubAway
from corridor.sandbox.offices import Notice
from corridor.services.fx.answers import quote_answer
from corridor.services.fx.records import OPEN, QUOTE, Quote

app = typer.Typer()
METHODS: Final[dict[str, Method]] = {"nostro": "INDA", "vostro": "INGA"}
DEBTOR_AGENT, CREDITOR_AGENT, CURRENCY = "SEVRRUM0", "PAMRTJ20", "RUB"
WORDS = {
    "ordered": "ordered",
    "PDNG": "waits for money or for a decision",
    "ACPD": "in the cycle; final when it settles",
    "ACSC": "settled, and final",
    "ACCC": "credited to the creditor",
    "RJCT": "refused",
}


class NoSuchQuote(CorridorError):
    """There is no such quote here; `corridor fx ask` gets one."""

    reason = "NOOR"


class QuoteEnded(CorridorError):
    """The quote is no longer open."""

    reason = "TM01"


@app.command()
def pay(
    amount: Annotated[str, typer.Argument(help="1500.00; with --quote it is the quote's.")] = "",
    currency: Annotated[
        str, typer.Argument(help=f"The currency that is debited: {CURRENCY}, if none is named.")
    ] = "",
    debtor_agent: Annotated[
        str, typer.Option("--from", help=f"The debtor's bank: {DEBTOR_AGENT}, if none is named.")
    ] = "",
    to: Annotated[
        str,
        typer.Option(
            help=f"The creditor's bank, or a phone number (+992...): {CREDITOR_AGENT}, if none is named."
        ),
    ] = "",
    into: Annotated[str, typer.Option(help="The currency that is credited, if it is another.")] = "",
    quote: Annotated[
        str,
        typer.Option(help="On this quote, by its id (`corridor fx ask`): banks and amounts are the quote's."),
    ] = "",
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
    own_currency: Annotated[
        bool,
        typer.Option(
            "--own-currency",
            help="At the official rate, by an arrangement of the two central banks, with --into.",
        ),
    ] = False,
    priority: Annotated[
        str, typer.Option(help="With --gross: urgent, high or normal, which it is if nothing is said.")
    ] = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let a customer of a simulated bank pay a customer of another; `corridor up` must be running."""
    home, method = Home(directory), _method(gross, netted, book, priority)
    if own_currency and (quote or gross or netted or book):
        raise InvalidValue("it is instant, and has its own quote: say no other way", field="--own-currency")
    asked = msgspec.structs.replace(
        method, debtor_agent=debtor_agent, to=to, currency=currency, into=into, official=own_currency
    )
    wish = _on_quote(home, asked, quote, amount) if quote else _filled(asked, amount)
    if own_currency and wish.into == wish.currency:
        raise InvalidValue("say --into which other currency is credited", field="--own-currency")
    named = {"--from": wish.debtor_agent} | ({} if wish.to.startswith("+") else {"--to": wish.to})
    notices = asyncio.run(_order(home, wish, named, quiet=as_json))
    last = notices[-1]
    if as_json:
        show_json(msgspec.to_builtins(notices))
    else:
        typer.echo(f"\n{next_step(directory, 'status', last.uetr)}")
    if last.status == "RJCT":
        raise typer.Exit(WRONG)


def _method(gross: bool, netted: bool, book: str, priority: str) -> Wish:
    """Return a wish that says no more than how it settles. Raises: InvalidValue."""
    if priority and priority not in PRIORITIES:
        raise InvalidValue(f"a priority is {', '.join(PRIORITIES)}", field="--priority")
    if priority and not gross:
        raise InvalidValue("only what settles gross has a priority: say --gross, too", field="--priority")
    if gross and netted:
        raise InvalidValue("what is netted does not settle gross", field="--netted")
    if book and (book not in METHODS or gross or netted):
        raise InvalidValue("say nostro or vostro, and no other way to settle", field="--book")
    chosen = Gross(priority=PRIORITIES[priority or "normal"]) if gross else None
    return Wish("", "", 0, "", "", chosen, netted=netted, booked=METHODS.get(book))


def _filled(asked: Wish, amount: str) -> Wish:
    """Return the wish with what nobody has said. Raises: MissingValue, InvalidAmount, UnknownCurrency, ..."""
    if not amount:
        raise MissingValue("say how much: 1500.00; or which --quote", field="AMOUNT")
    sum_ = Money.parse(amount, asked.currency or CURRENCY, field="AMOUNT")
    return msgspec.structs.replace(
        asked,
        debtor_agent=asked.debtor_agent or DEBTOR_AGENT,
        to=asked.to or CREDITOR_AGENT,
        amount=sum_.minor,
        currency=sum_.currency,
        into=asked.into or sum_.currency,
    )


def _on_quote(home: Home, asked: Wish, quote_id: str, amount: str) -> Wish:
    """Return the wish as the quote has it. Raises: NoSuchQuote, QuoteEnded, InvalidValue: what was said is not it."""
    found = asyncio.run(_quote(home, quote_id))
    if found.status != OPEN:
        by = f", by payment {found.spent_by}" if found.spent_by else f" since {iso(found.expires_at)}"
        raise QuoteEnded(f"the quote is {found.status}{by}; `corridor fx ask` gets another", field="--quote")
    source = found.source
    said = Money.parse(amount, asked.currency or source.currency, field="AMOUNT") if amount else source
    for field, value, quoted in (
        ("AMOUNT", str(said), str(source)),
        ("CURRENCY", asked.currency, source.currency),
        ("--into", asked.into, found.destination_currency),
        ("--from", asked.debtor_agent, found.debtor_agent),
        ("--to", "" if asked.to.startswith("+") else asked.to, found.creditor_agent),
    ):
        if value and value != quoted:
            raise InvalidValue(f"the quote is of {quoted}, not of {value}", field=field)
    return msgspec.structs.replace(
        asked,
        debtor_agent=found.debtor_agent,
        to=asked.to or found.creditor_agent,
        amount=source.minor,
        currency=source.currency,
        into=found.destination_currency,
        quote=read_quote(quote_answer(found)),
    )


async def _quote(home: Home, quote_id: str) -> Quote:
    async with reading(home) as reads:
        found = await reads.one(QUOTE, quote_id)
    if found is None:
        raise NoSuchQuote(field="--quote")
    return found


async def _order(home: Home, wish: Wish, named: dict[str, str], *, quiet: bool) -> list[Notice]:
    await check(home, named)
    try:
        reader, writer = await asyncio.open_unix_connection(home.sandbox_socket)
    except OSError:
        raise HubAway from None
    decoder: msgspec.msgpack.Decoder[Notice | str] = msgspec.msgpack.Decoder(Notice | str)
    notices: list[Notice] = []
    with closing(writer):
        writer.write(frames.encode(wish))
        while not notices or not wish.ends(notices[-1].status):
            notice = await frames.read(reader, decoder)
            if isinstance(notice, str):
                raise Refusal(notice)
            if notice is None:
                raise HubAway
            notices.append(notice)
            if not quiet:
                _tell(notice)
    return notices


def _tell(notice: Notice) -> None:
    if notice.status == "ordered":
        typer.echo(f"{notice.debtor_agent} -> {notice.creditor_agent}  UETR {notice.uetr}")
        typer.echo(f"  to debit   {money(notice.source.minor + notice.fee.minor, notice.source.currency)}")
        typer.echo(f"  to credit  {money(notice.destination.minor, notice.destination.currency)}")
        if notice.quote_id:
            cost = money(notice.total_cost, notice.source.currency)
            typer.echo(f"  on quote   {notice.quote_id}")
            typer.echo(f"  cost       {cost}, {notice.total_cost_bps / 100:.2f} % against the mid rate")
    reason = f" ({in_words(notice.reason)})" if notice.reason else ""
    typer.echo(
        f"  {after(notice.ordered_at, notice.at):>9}  {WORDS.get(notice.status, notice.status)}{reason}"
    )
