"""`corridor bench`: the figures of docs/benchmarks.md, measured here."""

import asyncio
import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import uvloop

from corridor.adapters.postgres import roles
from corridor.adapters.postgres.supervisor import Cluster

app = typer.Typer(help="Measure on this machine what the documentation claims.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")]


@app.command("ledger")
def bench_ledger(
    batch: Annotated[int, typer.Option(help="Transfers in a batch.")] = 1000,
    transfers: Annotated[int, typer.Option(help="Transfers to measure.")] = 200_000,
    stored: Annotated[int, typer.Option(help="Transfers to store before.")] = 0,
    two_phase: Annotated[bool, typer.Option("--two-phase", help="Half pending, half posting those.")] = False,
    json: Json = False,
) -> None:
    """Transfers a second through the hub into PostgreSQL, fsync on, 20 hot accounts."""
    from corridor.bench import ledger  # noqa: PLC0415

    async def run(cluster: Cluster) -> "ledger.LedgerFigures":
        dsn = await roles.provision(cluster)
        return await ledger.measure(dsn, batch=batch, transfers=transfers, stored=stored, two_phase=two_phase)

    with tempfile.TemporaryDirectory(prefix="corridor-bench-") as directory:
        cluster = Cluster(Path(directory) / "postgresql")
        cluster.start(die_with_parent=True)
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                figures = runner.run(run(cluster))
        finally:
            cluster.stop()
    if json:
        typer.echo(msgspec.json.encode(figures).decode())
        return
    phase = "two-phase, " if two_phase else ""
    typer.echo(
        f"{figures.transfers_per_second:,} transfers/s  ({phase}batches of {batch:,}, "
        f"{stored:,} stored before, fsync {figures.fsync}, "
        f"{figures.cpu_us_per_transfer} us CPU each in the hub, {figures.hub_rss_mb} MB)"
    )
