"""`corridor up`: a lasting hub with its sandbox; state in a directory."""

import os
import signal
import threading
from typing import Annotated

import typer

from corridor.cli import identities
from corridor.cli.bringup import bring_up
from corridor.cli.home import WITNESS, Home
from corridor.cli.output import HERE, Directory, console
from corridor.cli.stack import Stack

app = typer.Typer()


@app.command()
def up(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one.")] = 8020,
    checker_port: Annotated[int, typer.Option(help="Where the checker is asked; 0 takes a free one.")] = 0,
    rate: Annotated[float, typer.Option(help="Payments a second that the sandbox makes by itself.")] = 0,
    sandbox: Annotated[bool, typer.Option(help="Run the simulated institutions, too.")] = True,
    mutual_tls: Annotated[
        bool | None,
        typer.Option(
            "--mutual-tls/--no-mutual-tls",
            envvar="CORRIDOR_MUTUAL_TLS",
            help="Serve HTTPS, and let in only who shows a certificate. As before, if nothing is said.",
        ),
    ] = None,
    directory: Directory = HERE,
) -> None:
    """Run a hub with its sandbox until Ctrl-C; what falls is started again.

    All state is in the directory: run `corridor up` again and it goes on. In another terminal:
    corridor pay, status, accounts, cases, checks, verify.
    """
    home = Home(directory)
    screen = console()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    if not home.witness.exists() and WITNESS not in os.environ:
        screen.print(
            f"The witness will be {home.witness}. It should be on another volume: {WITNESS} names it."
        )
    with Stack(home) as stack:
        bring_up(
            stack,
            lambda done: screen.print(f" [green]✓[/] {done}"),
            host=host,
            port=port,
            mutual_tls=identities.are_asked_for(home, mutual_tls),
        )
        stack.start(("checker", home.checker_address), arguments=("--port", str(checker_port)))
        screen.print(f" [green]✓[/] checker at {home.checker_address.read_text()}/metrics")
        if sandbox:
            stack.start(("sandbox", home.sandbox_socket), arguments=("--rate", str(rate)))
            screen.print(" [green]✓[/] simulated banks, FX providers and central banks at work")
        screen.print(f"\nThe front door is {home.address.read_text()}, its description /openapi.json. Try:")
        screen.print(f"  corridor pay 1500.00 RUB --from SEVRRUM0 --to PAMRTJ20{_option(home)}")
        screen.print("Ctrl-C ends it; the state stays.\n")
        while not ended.wait(0.5):
            stack.require_whole()
        screen.print("ending")


def _option(home: Home) -> str:
    return "" if home.directory == Home(HERE).directory else f" -d {home.directory}"
