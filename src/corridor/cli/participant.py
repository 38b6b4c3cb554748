"""`corridor participant`: the institutions that settle here, and their keys."""

import asyncio
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from corridor.adapters.keys import software
from corridor.adapters.system.clock import SystemClock
from corridor.cli.home import Home, key_id
from corridor.cli.order import As, order
from corridor.cli.output import HERE, AsJson, Column, Directory, moment, show
from corridor.cli.reading import reading
from corridor.domain.errors import CorridorError
from corridor.domain.identifiers import parse_bic
from corridor.domain.instants import DAY
from corridor.domain.money import currency as known_currency
from corridor.services.messaging.commands import AddParticipant, NewKey, SetParticipantState
from corridor.services.messaging.records import ACTIVE, CERTIFIED, SUSPENDED

app = typer.Typer(no_args_is_help=True)

KEY_DAYS = 730
"""How long a key is valid that is registered here, unless it is said otherwise."""

_PARTICIPANTS = """
SELECT bic, name, role, state,
       (SELECT string_agg(currency, ' ' ORDER BY currency) FROM settlement_account WHERE participant = bic)
           AS currencies,
       (SELECT count(*) FROM signing_key WHERE participant = bic AND revoked_at IS NULL) AS keys,
       (SELECT max(valid_until) FROM signing_key WHERE participant = bic AND revoked_at IS NULL) AS until
  FROM participant ORDER BY role, bic
"""
_COLUMNS = (
    Column("bic", "BIC"),
    Column("name", "name", spare=1, prose=True),
    Column("role", "role"),
    Column("state", "state"),
    Column("currencies", "currencies"),
    Column("keys", "keys", figures=True),
    Column("until", "valid until", spare=2),
)


class NoPublicKey(CorridorError):
    """The file holds no public key in PEM, Ed25519 or P-256."""

    reason = "DS0D"


@app.command("list")
def list_participants(directory: Directory = HERE, as_json: AsJson = False) -> None:
    """All participants, their states and keys."""
    show(asyncio.run(_list(Home(directory))), _COLUMNS, as_json=as_json)


@app.command("add")
def add(
    bic: str,
    name: Annotated[str, typer.Option(help="The institution's name.")],
    currency: Annotated[list[str], typer.Option(help="A currency it settles in; may be repeated.")],
    role: Annotated[
        Literal["bank", "fx_provider", "central_bank"], typer.Option(help="What it is here.")
    ] = "bank",
    key: Annotated[
        Path | None, typer.Option(help="Its public key in PEM. Without it a key is made for it here.")
    ] = None,
    key_days: Annotated[int, typer.Option(help="For how many days the key is valid.")] = KEY_DAYS,
    by: As = "",
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Register an institution, its accounts and its first key. It may act once certified and activated.

    Each of these takes two registrars.
    """
    home, parsed = Home(directory), str(parse_bic(bic, field="bic"))
    for each in currency:
        known_currency(each)
    algorithm, public = read_public(key) if key is not None else software.at(home.key(parsed))
    now = SystemClock().now()
    first = NewKey(key_id(parsed), algorithm, public, now, now + key_days * DAY)
    facts = {"bic": parsed, "name": name, "role": role, "currencies": tuple(dict.fromkeys(currency))}
    done = {"participant": parsed, "state": "added", "key_id": key_id(parsed), "algorithm": algorithm}
    sentence = f"{parsed} is added with key {key_id(parsed)}"
    order(directory, by, AddParticipant, {**facts, "key": first}, done, sentence, as_json=as_json)
    if not as_json:
        if key is None:
            typer.echo(f"its private key is in {home.key(parsed)}")
        typer.echo(f"then: corridor participant certify {parsed}; corridor participant activate {parsed}")


@app.command("certify")
def certify(bic: str, by: As = "", directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Record that a participant has passed its tests."""
    _set_state(bic, CERTIFIED, by, directory, as_json=as_json)


@app.command("activate")
def activate(bic: str, by: As = "", directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Let a certified or suspended participant act."""
    _set_state(bic, ACTIVE, by, directory, as_json=as_json)


@app.command("suspend")
def suspend(bic: str, by: As = "", directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Hear a participant no more, until it is activated again. What it is owed stays in its mailbox.

    One registrar is enough.
    """
    _set_state(bic, SUSPENDED, by, directory, as_json=as_json)


async def _list(home: Home) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        found = await reads.fetch(_PARTICIPANTS)
    return [{**row, "until": moment(row["until"])} for row in found]


def _set_state(bic: str, state: str, by: str, directory: Path, *, as_json: bool) -> None:
    facts, done = {"bic": bic, "state": state}, {"participant": bic, "state": state}
    order(directory, by, SetParticipantState, facts, done, f"{bic} is {state}", as_json=as_json)


def read_public(path: Path) -> tuple[str, bytes]:
    """Return algorithm and public key of a file in PEM. Raises: NoPublicKey."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise NoPublicKey(str(error), field="--key") from None
    if isinstance(key, Ed25519PublicKey):
        return software.EDDSA, key.public_bytes_raw()
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return software.ES256, key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    raise NoPublicKey(field="--key")
