"""`corridor bench`: the figures of docs/benchmarks.md, measured here."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import msgspec
import typer
import uvloop

from corridor.adapters.keys import seals
from corridor.adapters.postgres import roles
from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.postgres.supervisor import Cluster
from corridor.cli import database
from corridor.cli.home import Home
from corridor.cli.stack import Stack

if TYPE_CHECKING:
    from corridor.bench.cutoffs import CutoffFigures
    from corridor.bench.queued import QueuedFigures

app = typer.Typer(help="Measure on this machine what the documentation claims.", no_args_is_help=True)
T = TypeVar("T")
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

    figures = _on_a_database(
        lambda writer, _reader: ledger.measure(
            writer, batch=batch, transfers=transfers, stored=stored, two_phase=two_phase
        )
    )
    if json:
        typer.echo(msgspec.json.encode(figures).decode())
        return
    phase = "two-phase, " if two_phase else ""
    typer.echo(
        f"{figures.transfers_per_second:,} transfers/s  ({phase}batches of {batch:,}, "
        f"{stored:,} stored before, fsync {figures.fsync}, "
        f"{figures.cpu_us_per_transfer} us CPU each in the hub, {figures.hub_rss_mb} MB)"
    )


@app.command("payments")
def bench_payments(
    rate: Annotated[float, typer.Option(help="Payments offered in a second.")] = 200,
    count: Annotated[int, typer.Option(help="Payments to measure.")] = 4_000,
    queue: Annotated[
        int, typer.Option(help="Gross payments that come before, and nobody can cover.", min=0)
    ] = 0,
    json: Json = False,
) -> None:
    """Payments over HTTP, every message signed and checked, from pacs.008 to final."""
    from corridor.bench import payments  # noqa: PLC0415
    from corridor.cli.bringup import bring_up, open_sandbox  # noqa: PLC0415

    async def run(stack: Stack) -> "payments.PaymentFigures":
        reads = await PostgresReads.connect(
            database.reader_dsn(stack.home), seals.read(stack.home.personal), size=1
        )
        postmaster = database.cluster(stack.home).data / "postmaster.pid"

        def cpu_s() -> dict[str, float]:
            return {**stack.cpu_s(), "postgres": payments.postgres_cpu_s(postmaster)}

        async with open_sandbox(stack.home) as sandbox:
            await sandbox.found()
            await payments.fill_queues(sandbox, queue)
            await sandbox.offer(rate, min(count, 400), lambda _notice: None, look_up=False)  # warm
            figures = await payments.measure(sandbox, reads, cpu_s, per_s=rate, count=count)
        await reads.close()
        return figures

    with (
        tempfile.TemporaryDirectory(prefix="corridor-bench-") as directory,
        Stack(Home(Path(directory))) as stack,
    ):
        bring_up(stack, lambda _text: None)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            figures = runner.run(run(stack))
    if json:
        typer.echo(msgspec.json.encode(figures).decode())
        return
    house = sum(ms for name, ms in figures.cpu_ms_per_payment.items() if name != "banks")
    typer.echo(
        f"{figures.settled:,} payments settled at {figures.payments_per_second}/s "
        f"({figures.offered_per_second}/s offered), hub time p50 {figures.hub_p50_ms} ms, "
        f"p99 {figures.hub_p99_ms} ms"
    )
    if figures.queued:
        typer.echo(f"{figures.queued:,} gross payments waited all the while")
    parts = ", ".join(f"{name} {ms}" for name, ms in figures.cpu_ms_per_payment.items())
    typer.echo(f"CPU ms per payment: {house:.2f} without the banks ({parts})")
    typer.echo(f"CPU ms for a look-up and a quote: {figures.cpu_ms_lookup_and_quote}")


@app.command("settlement")
def bench_settlement(
    solve: Annotated[
        bool, typer.Option("--solve", help="Ask the solver, too: needs the extra `optimise`.")
    ] = False,
    cutoffs: Annotated[
        int, typer.Option(help="Cycles to close under load; 0 to leave it out.", min=0)
    ] = 1_000,
    rate: Annotated[float, typer.Option(help="Payments offered a second meanwhile.")] = 220,
    queued: Annotated[
        int, typer.Option(help="Payments that come to the queues; 0 to leave it out.", min=0)
    ] = 30_000,
    json: Json = False,
) -> None:
    """Netting a million items, optimising queues, the money a day needs; queues and cut-offs of a hub under load."""
    from corridor.bench import settlement  # noqa: PLC0415

    figures = settlement.measure(solve=solve)
    if queued:
        waited = _measure_queued(queued)
        figures = msgspec.structs.replace(figures, queued_per_second=waited.queued_per_second, queued=waited)
    if cutoffs:
        cycles = _measure_cutoffs(cutoffs, rate)
        figures = msgspec.structs.replace(
            figures, cutoffs=cycles.cutoffs, difference_units=cycles.difference_units, cycles=cycles
        )
    if json:
        typer.echo(msgspec.json.encode(figures).decode())
        return
    typer.echo(
        f"{figures.net_items:,} items netted in {figures.net_seconds} s, proven in {figures.prove_seconds} s (CPU)"
    )
    for queue in figures.queues:
        limits = ", limits" if queue.limits else ""
        solver = f", solver {queue.solver_ratio:.1%} of the linear bound" if queue.solver_ratio else ""
        linear = f", {queue.linear_ratio:.1%} of the linear bound" if queue.linear_ratio else ""
        typer.echo(
            f"{queue.payments:,} payments of {queue.banks} banks, funds {queue.funds:.1%}{limits}: {queue.settled:,} "
            f"settle in {queue.seconds} s, {queue.value_ratio:.1%} of the bound{linear}{solver}"
        )
    for day in figures.days:
        typer.echo(
            f"a day with {day.wages_to_goods:g} times as many wages as goods: {day.liquidity_ratio:.1%} of the money "
            f"needed at once (never below {day.least_ratio:.1%}), {day.delay_average_s} s of waiting on average, "
            f"{day.delay_max_s / 3600:.1f} h at the longest"
        )
    if figures.queued is not None:
        waited = figures.queued
        ways = ", ".join(f"{count:,} {method}" for method, count in waited.methods.items())
        typer.echo(
            f"{waited.queued:,} payments that waited settled at {waited.queued_per_second}/s ({ways}; "
            f"{waited.left:,} were left for new money at the end)"
        )
    if figures.cycles is not None:
        cycles = figures.cycles
        typer.echo(
            f"{cycles.cutoffs:,} cut-offs under {cycles.payments_per_second} payments/s ({cycles.payments:,} in all): "
            f"difference between net and gross {cycles.difference_units}, lost {cycles.lost}; from cut-off to "
            f"settlement p50 {cycles.settle_p50_ms} ms, p99 {cycles.settle_p99_ms} ms"
        )


def _measure_queued(payments: int) -> "QueuedFigures":
    from corridor.bench import queued  # noqa: PLC0415

    return _on_a_database(lambda writer, reader: queued.measure(writer, reader, payments=payments))


def _measure_cutoffs(cutoffs: int, rate: float) -> "CutoffFigures":
    from corridor.bench import cutoffs as bench  # noqa: PLC0415

    return _on_a_database(lambda writer, reader: bench.measure(writer, reader, cutoffs=cutoffs, per_s=rate))


def _on_a_database(measure: Callable[[str, str], Awaitable[T]]) -> T:
    async def run(cluster: Cluster) -> T:
        return await measure(await roles.provision(cluster), cluster.dsn(roles.READER, roles.DATABASE))

    with tempfile.TemporaryDirectory(prefix="corridor-bench-") as directory:
        cluster = Cluster(Path(directory) / "postgresql")
        cluster.start(die_with_parent=True)
        try:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                return runner.run(run(cluster))
        finally:
            cluster.stop()
