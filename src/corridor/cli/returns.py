"""`corridor return`: the bank of a creditor gives a payment back."""

import asyncio
from typing import Annotated, Any

import msgspec
import typer

from corridor.adapters.stream import frames
from corridor.cli.counter import GiveBack
from corridor.cli.home import Home
from corridor.cli.output import HERE, WRONG, AsJson, Directory, money, show_json
from corridor.cli.story import in_words
from corridor.domain.identifiers import parse_uetr
from corridor.domain.reasons import ReturnReason
from corridor.ports import HubAway
from corridor.sandbox.bank import RETURNED, BankPayment

app = typer.Typer()
TEXT_MAX = 105
"""What ISO lets one AddtlInf hold."""


@app.command()
def give_back(
    uetr: str,
    reason: Annotated[str, typer.Option(help="Why, as ISO has it: AC04, DUPL, FR01, ...")],
    text: Annotated[str, typer.Option(help="What else there is to say, to the debtor's bank.")] = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let the bank whose customer has received a payment give it back, whole; `corridor up` must be running."""
    if reason not in list(ReturnReason):
        raise typer.BadParameter(
            f"a payment is returned for {', '.join(ReturnReason)}", param_hint="--reason"
        )
    if len(text) > TEXT_MAX or not text.isprintable():
        raise typer.BadParameter(f"at most {TEXT_MAX} printable characters", param_hint="--text")
    back = GiveBack(parse_uetr(uetr, field="UETR"), reason, text)
    told = asyncio.run(_ask(Home(directory), back))
    if isinstance(told, str):
        raise typer.BadParameter(told, param_hint="UETR")
    facts: dict[str, Any] = {
        "uetr": told.uetr,
        "status": told.status,
        "amount": money(told.amount, told.currency),
        "to": told.agent,
        "reason": told.reason,
    }
    if as_json:
        show_json(facts)
    elif told.status == RETURNED:
        typer.echo(
            f"{facts['amount']} went back to {told.agent}, and that is final ({in_words(told.reason)})"
        )
        typer.echo(f"\ncorridor status {told.uetr}")
    else:
        typer.echo(f"refused: {in_words(told.reason)}; nothing has moved")
    if told.status != RETURNED:
        raise typer.Exit(WRONG)


async def _ask(home: Home, back: GiveBack) -> BankPayment | str:
    try:
        reader, writer = await asyncio.open_unix_connection(home.sandbox_socket)
    except OSError:
        raise HubAway from None
    writer.write(frames.encode(back))
    decoder: msgspec.msgpack.Decoder[BankPayment | str] = msgspec.msgpack.Decoder(BankPayment | str)
    answer = await frames.read(reader, decoder)
    writer.close()
    if answer is None:
        raise HubAway
    return answer
