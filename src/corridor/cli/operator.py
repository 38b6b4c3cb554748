"""`corridor operator`: the persons who give commands, and what each may do."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from corridor.adapters.keys import software
from corridor.adapters.system.clock import SystemClock
from corridor.cli.home import Home, key_id
from corridor.cli.order import As, order
from corridor.cli.output import HERE, AsJson, Column, Directory, moment, show
from corridor.cli.participant import KEY_DAYS, read_public
from corridor.cli.reading import reading
from corridor.domain.instants import DAY
from corridor.services.messaging.admission import OPERATOR
from corridor.services.messaging.commands import AddOperator, NewKey, SetOperatorRoles, SetOperatorState
from corridor.services.messaging.records import ACTIVE, SUSPENDED

app = typer.Typer(no_args_is_help=True)
Roles = Annotated[
    list[str],
    typer.Option("--role", help="registrar, treasurer, compliance, operations or auditor; may be repeated."),
]

_OPERATORS = """
SELECT substr(name, 10) AS name, roles, state,
       (SELECT max(valid_until) FROM signing_key WHERE participant = name AND revoked_at IS NULL) AS until
  FROM operator ORDER BY name
"""
_COLUMNS = (
    Column("name", "name"),
    Column("roles", "roles", prose=True),
    Column("state", "state"),
    Column("until", "key valid until"),
)


@app.command("list")
def list_operators(directory: Directory = HERE, as_json: AsJson = False) -> None:
    """All operators, their roles and states."""
    show(asyncio.run(_list(Home(directory))), _COLUMNS, as_json=as_json)


@app.command("add")
def add(
    name: str,
    role: Roles,
    key: Annotated[
        Path | None, typer.Option(help="Their public key in PEM. Without it a key is made for them here.")
    ] = None,
    key_days: Annotated[int, typer.Option(help="For how many days the key is valid.")] = KEY_DAYS,
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Register a person with roles and a key. It takes two registrars."""
    home, now = Home(directory), SystemClock().now()
    path = home.operator_key(name)
    algorithm, public = read_public(key) if key is not None else software.at(path)
    first = NewKey(key_id(name), algorithm, public, now, now + key_days * DAY)
    facts = {"name": OPERATOR + name, "roles": tuple(role), "key": first}
    done = {"operator": name, "roles": role}
    order(directory, by, AddOperator, facts, done, f"{name} is an operator", as_json=as_json)


@app.command("roles")
def roles(name: str, role: Roles, by: As = "", directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Replace the roles of an operator. It takes two registrars."""
    facts = {"name": OPERATOR + name, "roles": tuple(role)}
    sentence = f"{name} is {' and '.join(role)} now"
    order(
        directory, by, SetOperatorRoles, facts, {"operator": name, "roles": role}, sentence, as_json=as_json
    )


@app.command("suspend")
def suspend(name: str, by: As = "", directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Hear an operator no more, nor execute what they have proposed. One registrar is enough."""
    _set_state(name, SUSPENDED, by, directory, as_json=as_json)


@app.command("activate")
def activate(name: str, by: As = "", directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Let a suspended operator act again. It takes two registrars."""
    _set_state(name, ACTIVE, by, directory, as_json=as_json)


def _set_state(name: str, state: str, by: str, directory: Path, *, as_json: bool) -> None:
    facts, done = {"name": OPERATOR + name, "state": state}, {"operator": name, "state": state}
    order(directory, by, SetOperatorState, facts, done, f"{name} is {state}", as_json=as_json)


async def _list(home: Home) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        return [{**row, "until": moment(row["until"])} for row in await reads.fetch(_OPERATORS)]
