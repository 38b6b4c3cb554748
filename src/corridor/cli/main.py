"""The program: one verb a file, imported when the verb is called, so that help is instant."""

import sys
from importlib import import_module
from itertools import pairwise
from typing import Any, NoReturn

import typer
from typer.core import TyperCommand, TyperGroup

VERBS = {
    "demo": "Watch payments cross the border, from nothing, in a minute.",
    "up": "Run a hub with its sandbox until Ctrl-C.",
    "pay": "Let a customer of a simulated bank pay.",
    "return": "Let the bank of a creditor give a payment back.",
    "status": "The whole story of a payment, in time order.",
    "accounts": "What every participant has, has reserved and may spend.",
    "account": "Money to and from the central banks; the statement of an account.",
    "share": "In which currencies payments settle: turnover, growth, shares.",
    "year": "Let two years of the reference corridor pass through hub and database.",
    "liquidity": "What every bank has to settle with, and what waits for it.",
    "queue": "What waits to be settled, and what may be done about it.",
    "cycle": "Netting cycles: what is in them, their cut-off, their proof, who takes part.",
    "trade": "What two sides exchange, payment versus payment: stated, undone, how it stands.",
    "fx": "FX providers: what they hold and may hold, what they are asked, how good their quotes are.",
    "limit": "How far an account may go below zero, what it may send in a day, what is kept for the urgent.",
    "arrangement": "Two central banks whose payers pay in their own currency, and what they have netted.",
    "correspondent": "Accounts that banks keep for each other: opened, funded, compared, closed.",
    "credit": "Who lends to whom, what is owed, and what collateral covers.",
    "participant": "Add, certify, activate, suspend and list participants.",
    "operator": "Add, change, suspend and list the persons who give commands.",
    "certificate": "Who may connect, where certificates are asked for.",
    "proposals": "What one person has ordered and another must want.",
    "approve": "Want, as a second person, what is proposed.",
    "refuse": "Refuse a proposal, or take one's own back.",
    "audit": "Who changed what, from what to what.",
    "freeze": "Let nothing new begin on a settlement account, or thaw it.",
    "cases": "What needs a human.",
    "screening": "Take in a list of the wanted.",
    "checks": "What the checker beside the hub has asked, and its alarms.",
    "settle": "What a day's settlement needs in money, and what waiting saves.",
    "verify": "Recompute every balance and every invariant from the journal.",
    "backup": "Copy the running database into a new directory.",
    "restore": "Make the database of a new state directory from a backup.",
    "recover": "A log that has lost its tail: what is lost, and how to go on.",
    "bench": "Measure on this machine what the documentation claims.",
    "prove": "Break it on purpose, and show that nothing is lost, doubled or let in.",
}
"""In the order of the help. The file of a verb has its name and holds `app`; groups name their commands."""
FILES = {"return": "returns"}
"""But for a verb that no file can be called."""

WRONG, NOT_UNDERSTOOD, AWAY = 1, 2, 3
EXIT_CODES = (
    "Exit codes: 0 done; 1 refused, or something is wrong; 2 not understood; 3 somebody is away, try again later;"
    " 4 the hub's log has lost its tail, and a person must decide. What went wrong is one line on the error output"
    " that begins with `corridor:`."
)
_USAGE: Any = typer.BadParameter.__base__
"""Whatever is wrong with the words of a command line."""
HIDDEN = {"serve": "The processes behind `up` and `demo`."}


class _Verb(TyperCommand):
    """A verb of which only name and help are known until it is called."""

    def make_context(self, info_name: str | None, args: list[str], *further: Any, **facts: Any) -> Any:
        verb: typer.Typer = import_module(f"corridor.cli.{FILES.get(str(self.name), self.name)}").app
        divided = any(command.name for command in verb.registered_commands)
        command = typer.main.get_group(verb) if divided else typer.main.get_command(verb)
        return command.make_context(info_name, args, *further, **facts)


class _Verbs(TyperGroup):
    """All verbs, by name."""

    def list_commands(self, _ctx: Any) -> list[str]:
        return list(VERBS | HIDDEN)

    def get_command(self, _ctx: Any, cmd_name: str) -> _Verb | None:
        if cmd_name in HIDDEN:
            return _Verb(cmd_name, help=HIDDEN[cmd_name], hidden=True)
        return _Verb(cmd_name, help=VERBS[cmd_name]) if cmd_name in VERBS else None


app = typer.Typer(
    cls=_Verbs, no_args_is_help=True, add_completion=False, rich_markup_mode=None, epilog=EXIT_CODES
)


@app.callback()
def corridor() -> None:
    """Banks of two or more countries settle with each other in their own currencies."""


def main() -> None:
    """Run the verb that the command line names; what goes wrong is told in one line."""
    for before, word in pairwise(sys.argv):
        if word[:1] == "-" and word[1:2].isdigit() and not before.startswith("-"):
            _end(f"{word}: no amount or number here is negative", NOT_UNDERSTOOD)
    try:
        sys.exit(typer.main.get_command(app)(prog_name="corridor", standalone_mode=False))
    except _USAGE as error:
        said = error.format_message()
        if not said or said.startswith("Usage:"):  # a group without a command shows its help
            typer.echo(said, err=True)
            sys.exit(NOT_UNDERSTOOD)
        helps = f"; `{error.ctx.command_path} --help` says how" if error.ctx is not None else ""
        _end(f"{said.rstrip('.')}{helps}", NOT_UNDERSTOOD)
    except typer.Abort:
        _end("broken off", WRONG)
    except Exception as error:
        from corridor.cli.output import explain  # noqa: PLC0415  only what went wrong needs it

        told = explain(error)
        if told is None:
            raise
        _end(told.text, told.code)


def _end(text: str, code: int) -> NoReturn:
    typer.echo(f"corridor: {text}", err=True)
    sys.exit(code)
