"""The program: every verb."""

import typer

from corridor.cli import bench, serve

app = typer.Typer(no_args_is_help=True)
app.add_typer(serve.app, name="serve")
app.add_typer(bench.app, name="bench")


def main() -> None:
    app()
