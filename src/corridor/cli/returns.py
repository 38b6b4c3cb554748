"""`corridor return`: the bank of a creditor gives a payment back."""

from typing import Annotated, Any, Final

import typer

from corridor.cli import request
from corridor.cli.counter import GiveBack
from corridor.cli.home import Home
from corridor.cli.main import WRONG
from corridor.cli.output import HERE, AsJson, Directory, money, next_step, show_json
from corridor.cli.story import in_words
from corridor.domain.errors import InvalidValue
from corridor.domain.identifiers import parse_uetr
from corridor.domain.reasons import ReturnReason
from corridor.sandbox.bank import RETURNED, BankPayment

app = typer.Typer()
TEXT_MAX: Final = 105
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
        raise InvalidValue(f"a payment is returned for {', '.join(ReturnReason)}", field="--reason")
    if len(text) > TEXT_MAX or not text.isprintable():
        raise InvalidValue(f"at most {TEXT_MAX} printable characters", field="--text")
    asked = GiveBack(parse_uetr(uetr, field="UETR"), reason, text)
    told = request.ask(Home(directory), asked, BankPayment, {})
    amount = money(told.amount, told.currency)
    if as_json:
        facts: dict[str, Any] = {"uetr": told.uetr, "status": told.status, "amount": amount, "to": told.agent}
        show_json(facts | {"reason": told.reason})
    elif told.status == RETURNED:
        typer.echo(f"{amount} went back to {told.agent}, and that is final ({in_words(told.reason)})")
        typer.echo(next_step(directory, "status", told.uetr))
    else:
        typer.echo(f"refused: {in_words(told.reason)}; nothing has moved")
    if told.status != RETURNED:
        raise typer.Exit(WRONG)
