"""`corridor demo`: from nothing to settled payments in both directions, and a report."""

import asyncio
import shutil
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Annotated, Any

import typer
import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from corridor.adapters.keys import seals
from corridor.adapters.postgres import verify as verification
from corridor.cli import database
from corridor.cli.bringup import bring_up, open_sandbox
from corridor.cli.home import ENVIRONMENT, Home
from corridor.cli.main import WRONG
from corridor.cli.output import AsJson, money, show_json
from corridor.cli.stack import Stack
from corridor.domain.instants import MILLISECOND
from corridor.hub.batch import chain
from corridor.sandbox.corridor import Intent
from corridor.sandbox.offices import Notice
from corridor.sandbox.people import PERSON
from corridor.sandbox.process import Sandbox
from corridor.sandbox.world import MID, PAMIR, ROUBLE, SEVERNY, SOMONI, ZARAFSHAN

app = typer.Typer()
SHOWN = "one by one"
"""The flow of the payments that are shown as they happen."""
UNDER_WAY = 24
"""So many payments at a time: a machine that is slower than the rate shows fewer a second, not a queue."""


@app.command()
def demo(
    payments: Annotated[int, typer.Option(help="How many payments the corridor makes.")] = 2_000,
    rate: Annotated[float, typer.Option(help="How many begin in a second.")] = 150,
    seed: Annotated[int, typer.Option(help="Whose payments: the same seed, the same customers.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the state directory, and say where.")] = False,
    as_json: AsJson = False,
) -> None:
    """Watch payments cross the border between a rouble country and a somoni country.

    Everything is real but the banks: PostgreSQL, keys, signatures, HTTP. It ends by recomputing every
    balance.
    """
    began = time.monotonic()
    directory = Path(tempfile.mkdtemp(prefix="corridor-demo-"))
    screen = Console(quiet=as_json, highlight=False)
    screen.print("[bold]Corridor[/]: a rouble country and a somoni country settle in their own currencies\n")
    try:
        with Stack(Home(directory)) as stack:
            bring_up(stack, lambda done: _done(screen, began, done))
            tally = Tally()
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_run(stack.home, screen, began, tally, payments, rate, seed))
                report = runner.run(_verify(stack.home))
        _done(screen, began, f"verified: {sum(report.checked.values()):,} checks of the journal")
    finally:
        if keep:
            screen.print(f"the state is in {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)
    if as_json:
        show_json(tally.facts() | {"verified": report.ok})
    else:
        tally.show(screen)
        screen.print(f"\n{_verdict(report)}  {time.monotonic() - began:.0f} s in all.")
    if not report.ok or tally.settled < payments * 0.9:
        raise typer.Exit(WRONG)


class Tally:
    """What became of the payments."""

    def __init__(self) -> None:
        self.first_settled_s = 0.0
        self.seconds = 0.0
        self._ends: dict[str, Notice] = {}
        self._final: dict[str, Notice] = {}

    def observe(self, notice: Notice) -> None:
        if notice.status == "ACSC":
            self._final[notice.uetr] = notice
        if notice.status in ("ACCC", "RJCT"):
            self._ends[notice.uetr] = notice

    @property
    def settled(self) -> int:
        return len(self._final)

    def facts(self) -> dict[str, Any]:
        """Return the report as data. Shares are by value, at the sandbox's middle rate."""
        value = self._value_by_currency()
        total = sum(value.values()) or 1
        times = self._times(self._final.values())
        costs = [
            n.total_cost_bps for n in self._final.values() if n.source.currency != n.destination.currency
        ]
        refused = Counter(n.reason for n in self._ends.values() if n.status == "RJCT")
        return {
            "settled": self.settled,
            "refused": dict(refused),
            "payments_per_second": round(self.settled / self.seconds) if self.seconds else 0,
            "first_settled_s": round(self.first_settled_s, 1),
            "p50_ms": times[len(times) // 2] if times else None,
            "p99_ms": times[int(len(times) * 0.99)] if times else None,
            "share_by_value_percent": {c: round(100 * v / total, 1) for c, v in value.most_common()},
            "conversion_cost_bps": round(sum(costs) / len(costs)) if costs else None,
        }

    def show(self, screen: Console) -> None:
        """Print the report."""
        table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
        for heading, side in (("flow", "left"), ("from", "left"), ("payments", "right"), ("value", "right")):
            table.add_column(heading, justify=side)  # type: ignore[arg-type]  # rich's own literals
        for heading in ("median", "p99", "cost"):
            table.add_column(heading, justify="right")
        flows: dict[tuple[str, str, str], list[Notice]] = defaultdict(list)
        for notice in self._final.values():
            if notice.flow == SHOWN:
                continue
            flows[notice.flow, notice.source.currency, notice.destination.currency].append(notice)
        for (flow, source, _), notices in sorted(flows.items(), key=lambda each: -len(each[1])):
            times = self._times(notices)
            bps = [n.total_cost_bps for n in notices if n.source.currency != n.destination.currency]
            table.add_row(
                flow,
                notices[0].debtor_agent[4:6],
                f"{len(notices):,}",
                money(sum(n.source.minor for n in notices), source),
                f"{times[len(times) // 2]} ms",
                f"{times[int(len(times) * 0.99)]} ms",
                f"{sum(bps) / len(bps) / 100:.2f} %" if bps else "0",
            )
        screen.print(table)
        facts = self.facts()
        shares = ", ".join(f"{c} {share} %" for c, share in facts["share_by_value_percent"].items())
        screen.print(
            f"\n[bold]{self.settled:,} payments settled[/], {facts['payments_per_second']} a second; "
            f"half within {facts['p50_ms']} ms, 99 % within {facts['p99_ms']} ms."
        )
        screen.print(f"Settled by value: {shares}. A conversion cost {_percent(facts)}.")
        if facts["refused"]:
            told = ", ".join(f"{count} {reason}" for reason, count in facts["refused"].items())
            screen.print(f"Refused, with nothing moved: {told}.")

    def _value_by_currency(self) -> Counter[str]:
        """What was settled in each currency: every leg counts, somoni at the middle rate."""
        value: Counter[str] = Counter()
        for notice in self._final.values():
            sides = {notice.source.currency: notice.source.minor}
            sides[notice.destination.currency] = notice.destination.minor
            for currency, minor in sides.items():
                value[currency] += round(minor * MID) if currency == SOMONI else minor
        return value

    def _times(self, notices: Any) -> list[int]:
        return sorted((notice.at - notice.ordered_at) // MILLISECOND for notice in notices)


async def _run(
    home: Home, screen: Console, began: float, tally: Tally, payments: int, rate: float, seed: int
) -> None:
    async with open_sandbox(home, seed=seed) as sandbox:
        await sandbox.found()
        _done(screen, began, "accounts funded by the central banks, rates and phone numbers known")
        for source, destination, creditor in ((ROUBLE, ROUBLE, PAMIR.bic), (ROUBLE, SOMONI, ZARAFSHAN.bic)):
            await _one(sandbox, screen, tally, source, destination, creditor)
            tally.first_settled_s = tally.first_settled_s or time.monotonic() - began
        bar = Progress(
            TextColumn("   {task.description}"),
            BarColumn(),
            TextColumn("{task.completed:,}/{task.total:,}"),
            TimeElapsedColumn(),
            console=screen,
            transient=True,
        )
        with bar:
            task = bar.add_task("payments both ways", total=payments)

            def observe(notice: Notice) -> None:
                tally.observe(notice)
                if notice.status in ("ACCC", "RJCT"):
                    bar.advance(task)

            started = time.monotonic()
            await sandbox.offer(rate, payments, observe, under_way_max=UNDER_WAY)
            tally.seconds = time.monotonic() - started
        _done(screen, began, f"{payments:,} payments, both ways")


async def _one(
    sandbox: Sandbox, screen: Console, tally: Tally, source: str, destination: str, creditor_agent: str
) -> None:
    """Make one payment and show it."""
    debtor = next(
        c for c in sandbox.customers if (c.bank, c.currency, c.kind) == (SEVERNY.bic, source, PERSON)
    )
    creditor = next(
        c for c in sandbox.customers if (c.bank, c.currency, c.kind) == (creditor_agent, destination, PERSON)
    )
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def observe(notice: Notice) -> None:
        tally.observe(notice)
        if notice.status == "ACSC":
            took = (notice.at - notice.ordered_at) // MILLISECOND
            cost = f", cost {notice.total_cost_bps / 100:.2f} %" if source != destination else ""
            screen.print(
                f"   {money(notice.source.minor, source)} -> {money(notice.destination.minor, destination)}  "
                f"{debtor.bank} -> {creditor.bank}  {took} ms{cost}"
            )
        if notice.status in ("ACCC", "RJCT"):
            ended.set_result(None)

    await sandbox.pay(Intent(SHOWN, debtor, creditor, 15_000_00, "FAMI", by_phone=True), observe)
    await ended


async def _verify(home: Home) -> verification.Report:
    return await verification.verify(
        database.reader_dsn(home), chain=chain, environment=ENVIRONMENT, seal=seals.read(home.personal)
    )


def _done(screen: Console, began: float, done: str) -> None:
    screen.print(f" [green]✓[/] {done} [dim]{time.monotonic() - began:.1f} s[/]")


def _percent(facts: dict[str, Any]) -> str:
    bps = facts["conversion_cost_bps"]
    return "nothing" if bps is None else f"{bps / 100:.2f} %"


def _verdict(report: verification.Report) -> str:
    if report.ok:
        return "[green]Every balance and invariant recomputed from the journal: no difference.[/]"
    return "[red]The journal is not what it should be:[/]\n" + "\n".join(report.violations[:10])
