"""The long-running processes, each started by `up` and `demo` as a child of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from corridor.adapters.system.garbage import collect_rarely
from corridor.cli.home import Home

app = typer.Typer(help="The processes behind `up` and `demo`.", pretty_exceptions_enable=False)
Directory = Annotated[Path, typer.Option("--directory", "-d", help="The state directory.")]


@app.command("hub")
def serve_hub(directory: Directory) -> None:
    """The one writer. Ends when a commit fails; whoever supervises starts a fresh one.

    With exit code 4 its log has lost its tail: starting it again changes nothing.
    """
    from corridor.cli.serving import hub  # noqa: PLC0415  no process loads what it does not run

    _run(lambda: hub.serve(Home(directory)))


@app.command("signer")
def serve_signer(directory: Directory) -> None:
    """The one holder of the hub's key."""
    from corridor.cli.serving import signer  # noqa: PLC0415  no process loads what it does not run

    _run(lambda: signer.serve(Home(directory)))


@app.command("gateway")
def serve_gateway(
    directory: Directory,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 0,
    mutual_tls: Annotated[bool, typer.Option("--mutual-tls", help="Ask for certificates.")] = False,
) -> None:
    """The front door."""
    from corridor.cli.serving import gateway  # noqa: PLC0415  no process loads what it does not run

    _run(lambda: gateway.serve(Home(directory), host, port, mutual_tls=mutual_tls))


@app.command("settler")
def serve_settler(directory: Directory) -> None:
    """What finds in the queues that can settle now, and proposes it to the hub."""
    from corridor.cli.serving import settler  # noqa: PLC0415  no process loads what it does not run

    _run(lambda: settler.serve(Home(directory)))


@app.command("checker")
def serve_checker(
    directory: Directory,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 0,
) -> None:
    """Who asks every invariant beside the running hub."""
    from corridor.cli.serving import checker  # noqa: PLC0415  no process loads what it does not run

    _run(lambda: checker.serve(Home(directory), host, port))


@app.command("sandbox")
def serve_sandbox(
    directory: Directory,
    rate: Annotated[float, typer.Option(help="Payments a second that customers make by themselves.")] = 0,
) -> None:
    """The simulated institutions."""
    from corridor.cli.serving import sandbox  # noqa: PLC0415  no process loads what it does not run

    _run(lambda: sandbox.serve(Home(directory), rate))


def _run(serve: Callable[[], Awaitable[None]]) -> None:
    async def main() -> None:
        await serve()

    collect_rarely()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
