"""`corridor approve`: a second person wants what is proposed, and it is done."""

import asyncio
from typing import Annotated, Any

import typer

from corridor.cli.home import Home
from corridor.cli.order import As
from corridor.cli.output import HERE, AsJson, Directory, show_json
from corridor.cli.person import Operator
from corridor.cli.proposals import named

app = typer.Typer()


@app.command()
def approve(
    numbers: Annotated[list[int], typer.Argument(metavar="NUMBER...", help="Of `corridor proposals`.")],
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Approve proposals of somebody else. Each is decided now, as things are now."""
    done = asyncio.run(_approve(Home(directory), numbers, by, quiet=as_json))
    if as_json:
        show_json(done)


async def _approve(home: Home, numbers: list[int], by: str, *, quiet: bool) -> list[dict[str, Any]]:
    done = []
    rows = await named(home, numbers)
    async with Operator(home, by) as operator:
        for row in rows:
            answer = await operator.approve(row["number"], row["digest"])
            done.append({"proposal": row["number"], "state": "executed", "what": row["what"], **answer})
            if not quiet:
                typer.echo(f"proposal {row['number']} of {row['maker']} is done: {row['what']}")
    return done
