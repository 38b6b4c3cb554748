"""`corridor prove`: break it on purpose and show that nothing is lost, nothing doubled, no one let in."""

import json
import logging
import os
import re
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from time import monotonic
from traceback import format_exception
from typing import Annotated, Any

import msgspec
import typer
from rich.table import Table

from corridor.cli.main import WRONG
from corridor.cli.output import AsJson, console
from corridor.domain.errors import CorridorError
from corridor.simulation.proof import TRIALS
from corridor.simulation.tally import Tally, Violation
from corridor.simulation.trials import Order

app = typer.Typer()
LANES = 2
_UNITS = {"s": 1, "m": 60, "h": 3600}
_WORDS = {
    "simulated_payments": "simulated payments",
    "power_cuts": "power cuts",
    "control_lost": "lost by the control",
}


class NoDuration(CorridorError):
    """A duration is a number and a unit: 90s, 30m, 8h."""

    reason = "CH20"


class NoTrial(CorridorError):
    """There is no trial of this name."""

    reason = "CH20"


@app.command()
def prove(
    seed: Annotated[int, typer.Option(help="Where chance begins; the same seed does the same again.")] = 1,
    only: Annotated[str, typer.Option(help="Run one trial alone, by its name.")] = "",
    scale: Annotated[float, typer.Option(help="How much of it: 1 is the whole proof.")] = 1,
    soak: Annotated[str, typer.Option(help="Go on, seed by seed, for so long: 90s, 30m, 8h.")] = "",
    ledger: Annotated[
        Path, typer.Option(help="Where a soak adds its counts, one line of JSON a round.")
    ] = Path("proof.jsonl"),
    verbose: Annotated[bool, typer.Option("-v", help="Tell step by step.")] = False,
    as_json: AsJson = False,
) -> None:
    """Break the system on purpose, check every promise after each break, and count.

    Ends with exit code 1 if a promise was broken. The README says what is not proven.
    """
    trials = {
        trial.name: scale * (trial.soaked if soak else 1) for trial in TRIALS if only in ("", trial.name)
    }
    if not trials:
        raise NoTrial(f"trials are: {', '.join(trial.name for trial in TRIALS)}", field="--only")
    until = monotonic() + _seconds(soak) if soak else 0.0
    total, rounds = Tally(), 0
    while rounds == 0 or monotonic() < until:
        by_trial = dict(_round(trials, seed + rounds, verbose=verbose, quiet=as_json))
        summed = Tally()
        for tally in by_trial.values():
            summed = summed.plus(tally)
        if soak:
            with ledger.open("a") as lines:
                lines.write(
                    msgspec.json.encode({"seed": seed + rounds, **msgspec.to_builtins(summed)}).decode()
                    + "\n"
                )
        total = total.plus(summed)
        rounds += 1
    if as_json:
        typer.echo(json.dumps(msgspec.to_builtins(total), ensure_ascii=False))
    else:
        _show(total)
    if total.violations:
        raise typer.Exit(WRONG)


def _round(trials: dict[str, float], seed: int, *, verbose: bool, quiet: bool) -> Iterator[tuple[str, Tally]]:
    """Run trials of these scales side by side, each in a process of its own; yield what each has counted."""
    with (
        tempfile.TemporaryDirectory(prefix="corridor-prove-") as directory,
        ProcessPoolExecutor(min(LANES, os.cpu_count() or 1), mp_context=get_context("spawn")) as lanes,
    ):
        running = {
            lanes.submit(run_trial, name, Order(seed, scale, Path(directory) / name, verbose), verbose): name
            for name, scale in trials.items()
        }
        for done in as_completed(running):
            name, tally = running[done], done.result()
            if not quiet:
                verdict = "holds" if not tally.violations else f"BROKEN {len(tally.violations)} times"
                typer.echo(f"{name:<12} {verdict:<18} {tally.seconds:>4} s  {_promise(name)}", err=True)
            yield name, tally


def run_trial(name: str, order: Order, verbose: bool) -> Tally:
    """Run one trial in this process; `seconds` are taken here."""
    (trial,) = (trial for trial in TRIALS if trial.name == name)
    order.directory.mkdir(parents=True, exist_ok=True)
    logging.getLogger().addHandler(logging.NullHandler())  # attacks raise alarms, as they are to
    started = monotonic()

    def tell(line: str) -> None:
        if verbose:
            typer.echo(f"{name}: {line}", err=True)

    try:
        tally = trial.run(order, tell)
    except Exception as error:  # noqa: BLE001  a trial that breaks off has shown nothing, whatever it was
        tell("".join(format_exception(error)))
        broke = Violation("a trial comes to its end", name, order.seed, f"{type(error).__name__}: {error}")
        tally = Tally(violations=(broke,))
    return msgspec.structs.replace(tally, seconds=round(monotonic() - started))


def _promise(name: str) -> str:
    return next(trial.promise for trial in TRIALS if trial.name == name)


def _show(total: Tally) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for field, value in _rows(total):
        table.add_row(field, value)
    terminal = console()
    terminal.print(table)
    for what, why in total.not_run.items():
        terminal.print(f"NOT RUN: {what}: {why}", style="bold yellow")
    for violation in total.violations:
        terminal.print(f"\nBROKEN: {violation.invariant} (seed {violation.seed})", style="bold red")
        terminal.print(violation.story)
        terminal.print(f"again: corridor prove --only {violation.trial} --seed {violation.seed} -v")


def _rows(total: Tally) -> Iterator[tuple[str, str]]:
    for field in (
        "seeds",
        "simulated_payments",
        "states",
        "kills",
        "power_cuts",
        "control_lost",
        "corruptions",
        "races",
        "replays",
        "malformed",
        "attacks",
    ):
        yield _WORDS.get(field, field), f"{getattr(total, field):,}"
    yield "canaries", f"{total.canaries.caught} of {total.canaries.seeded} caught"
    for name, runs in sorted(total.faults.items()):
        yield f"  fault: {name}", f"{runs:,} runs"
    for name, times in sorted(total.checked.items()):
        yield f"  checked: {name}", f"{times:,} times"
    for name, seen in sorted(total.recovery.items()):
        late = f", {seen.late} of {seen.times} LATER THAN {seen.aim_ms:,} ms" if seen.late else ""
        yield f"  recovery of {name}", f"{seen.longest_ms:,} ms at the longest{late}"
    yield "violations", f"{len(total.violations)}"
    yield "seconds", f"{total.seconds}"


def _seconds(text: str) -> float:
    found: Any = re.fullmatch(r"(\d+)([smh])", text)
    if found is None:
        raise NoDuration(field="--soak")
    return int(found[1]) * _UNITS[found[2]]
