"""`corridor recover`: a hub that is closed, or refuses to serve because its log has lost its tail."""

import asyncio
from contextlib import nullcontext
from typing import Annotated, Any

import typer

from corridor.adapters.postgres import recovery, roles
from corridor.adapters.system.witness import FileWitness
from corridor.cli import database
from corridor.cli.backup import require_embedded
from corridor.cli.home import HUB, Home
from corridor.cli.order import As
from corridor.cli.output import HERE, AsJson, Directory, say
from corridor.cli.person import Operator
from corridor.cli.reading import running
from corridor.domain.errors import InvalidValue
from corridor.hub.fence import compare
from corridor.ports import Mark, Unreadable
from corridor.services.messaging.commands import WaiveVoucher

app = typer.Typer(invoke_without_command=True)


@app.callback()
def recover(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Option(
            "--from", help="Take the database from the complete copy at this address, or 'standby'."
        ),
    ] = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Compare the log with its witness, and say what is lost; or take a complete copy in its place.

    Ends with exit code 4 if the log has lost its tail.
    """
    if context.invoked_subcommand is not None:
        return
    home = Home(directory)
    if source:
        _take_over(home, source, as_json=as_json)
    else:
        with running(home):
            end, doubt = asyncio.run(_examine(home, database.reader_dsn(home)))
        told = {"batch": end.batch, "head": end.head.hex(), "doubt": doubt or None}
        sentence = f"the log ends with batch {end.batch}: {doubt or 'the witness agrees'}"
        say(told, sentence, as_json=as_json)


@app.command("waive")
def waive(
    bic: str,
    reason: Annotated[str, typer.Option(help="Why the participant cannot report; it stands in the log.")],
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Let a closed hub open without a participant's report. Two different persons must say so."""

    async def give() -> dict[str, Any]:
        async with Operator(Home(directory), by) as operator:
            return await operator.give(WaiveVoucher, participant=bic, reason=reason)

    told = asyncio.run(give())
    words = told.get("noted") or "noted in the log; the hub is open, so nothing depends on it"
    say({"participant": bic, "noted": words}, words, as_json=as_json)


async def _examine(home: Home, dsn: str) -> tuple[Mark, str]:
    """Return where a log ends, and why it is in doubt. Raises: TailLost."""
    try:
        witness = await FileWitness(home.witness).read()
    except Unreadable as error:
        end, _ = await recovery.read_end(dsn, 0)
        return end, str(error)
    end, logged = await recovery.read_end(dsn, witness.batch if witness is not None else 0)
    return end, compare(end, witness, logged)


def _take_over(home: Home, source: str, *, as_json: bool) -> None:
    require_embedded()
    copy = database.standby(home) if source == "standby" else None
    if source == "standby" and copy is None:
        raise InvalidValue("it names no directory", field=database.STANDBY)
    with copy or nullcontext():
        if copy is not None:
            source = copy.dsn(database=roles.DATABASE)
        end, doubt = asyncio.run(_examine(home, source))
        if end.hub != HUB:
            raise InvalidValue(f"the database there is that of {end.hub or 'no hub'}", field=str(source))
        aside = recovery.take_over(database.cluster(home), source)
    if copy is not None:  # it follows a server that is no more; the next start makes it anew
        recovery.put_aside(copy)
    say(
        {"batch": end.batch, "doubt": doubt or None, "before": str(aside)},
        f"the log is whole up to batch {end.batch}{f', but {doubt}' if doubt else ', as the witness agrees'}; "
        f"what was there before lies in {aside}\nnext: corridor verify, then corridor up",
        as_json=as_json,
    )
