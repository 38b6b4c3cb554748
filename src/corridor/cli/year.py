"""`corridor year`: two years of the reference corridor, in a state directory of their own, and what they come to."""

import asyncio
import time
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated, cast

import typer
import uvloop

from corridor.adapters.keys import seals, software
from corridor.adapters.postgres.journal import PostgresJournal
from corridor.adapters.postgres.shares import sums
from corridor.cli import database, genesis
from corridor.cli.home import ENVIRONMENT, FOUNDERS, HUB, Home
from corridor.cli.output import console
from corridor.cli.reading import reading
from corridor.cli.share import print_report
from corridor.client import PrivateKey
from corridor.domain.errors import InvalidValue
from corridor.reports.shares import Question, turnovers
from corridor.sandbox.trade import ISSUERS
from corridor.simulation.year import Passed, Year

app = typer.Typer()


@app.command()
def year(
    directory: Annotated[
        Path, typer.Option("--directory", "-d", help="A state directory that is not there.")
    ],
    scale: Annotated[
        str, typer.Option(help="Which part of the corridor's payments: 1 is all of them.")
    ] = "0.001",
    seed: Annotated[int, typer.Option(help="Everything follows from it.")] = 1,
    last: Annotated[int, typer.Option("--year", help="The second of the two years.")] = 2025,
) -> None:
    """Let two years of trade, taxes and wages pass through a hub and its PostgreSQL, then ask for the shares.

    The hub decides every payment, in the time of its day; `corridor share` and `corridor verify` read the directory.
    """
    home, part = Home(directory), _part(scale)
    if home.exists() or database.foreign() is not None:
        raise InvalidValue("the two years need a directory and a database of their own", field="--directory")
    genesis.make_keys(home)
    for issuer in ISSUERS:
        if not home.key(issuer.bic).exists():
            software.generate(issuer.algorithm, home.key(issuer.bic))
    with database.cluster(home):
        database.prepare(home)
        began = time.perf_counter()
        with console().status("") as status, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            passed = runner.run(_pass(home, seed, last, part, status.update))
        seconds = time.perf_counter() - began
        typer.echo(
            f"{passed.payments:,} payments on {passed.days} days, in {passed.batches:,} batches: {seconds:.0f} s"
        )
        for question in (
            Question(of="trade"),
            Question(since=f"{last}-01-01", until=f"{last}-12-31", by="product"),
        ):
            typer.echo()
            asyncio.run(_report(home, question))


def _part(scale: str) -> Decimal:
    try:
        part = Decimal(scale)
        if 0 < part <= 1:
            return part
    except InvalidOperation:  # not a number
        pass
    raise InvalidValue("a scale is more than 0 and at most 1", field="--scale")


async def _pass(home: Home, seed: int, last: int, scale: Decimal, tell: Callable[[str], None]) -> Passed:
    journal = PostgresJournal(database.writer_dsn(home), seals.read(home.personal))

    def key(name: str) -> PrivateKey:
        path = home.operator_key(name) if name in FOUNDERS else home.key(name)
        return cast("PrivateKey", software.read(path))

    try:
        return await Year(HUB, ENVIRONMENT, journal, key).pass_by(seed, last, scale, tell)
    finally:
        await journal.close()


async def _report(home: Home, question: Question) -> None:
    async with reading(home) as reads:
        print_report(question, turnovers(await sums(reads, question)))
