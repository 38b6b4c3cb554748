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
from corridor.cli.operator import Operator
from corridor.cli.output import HERE, AsJson, Column, Directory, moment, say, show
from corridor.cli.reading import reading
from corridor.domain.errors import CorridorError
from corridor.domain.identifiers import parse_bic
from corridor.domain.instants import DAY
from corridor.domain.money import currency as known_currency
from corridor.services.messaging.commands import AddKey, AddParticipant, SetParticipantState
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
    Column("name", "name"),
    Column("role", "role"),
    Column("state", "state"),
    Column("currencies", "currencies"),
    Column("keys", "keys", figures=True),
    Column("until", "valid until"),
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
    directory: Directory = HERE,
    as_json: AsJson = False,
) -> None:
    """Register an institution, its accounts and its first key. It may act once certified and activated."""
    home, parsed = Home(directory), str(parse_bic(bic, field="bic"))
    for each in currency:
        known_currency(each)
    algorithm, public = _read_public(key) if key is not None else _make(home, parsed)
    facts = {"bic": parsed, "name": name, "role": role, "currencies": tuple(dict.fromkeys(currency))}
    asyncio.run(_add(home, facts, algorithm, public, key_days))
    where = "" if key is not None else f"; its private key is in {home.key(parsed)}"
    say(
        {"participant": parsed, "state": "added", "key_id": key_id(parsed), "algorithm": algorithm},
        f"{parsed} is added with key {key_id(parsed)}{where}\n"
        f"next: corridor participant certify {parsed}; corridor participant activate {parsed}",
        as_json=as_json,
    )


@app.command("certify")
def certify(bic: str, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Record that a participant has passed its tests."""
    _set_state(bic, CERTIFIED, directory, as_json=as_json)


@app.command("activate")
def activate(bic: str, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Let a certified or suspended participant act."""
    _set_state(bic, ACTIVE, directory, as_json=as_json)


@app.command("suspend")
def suspend(bic: str, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Hear a participant no more, until it is activated again. What it is owed stays in its mailbox."""
    _set_state(bic, SUSPENDED, directory, as_json=as_json)


async def _list(home: Home) -> list[dict[str, Any]]:
    async with reading(home) as reads:
        found = await reads.fetch(_PARTICIPANTS)
    return [{**row, "until": moment(row["until"])} for row in found]


async def _add(home: Home, facts: dict[str, Any], algorithm: str, public: bytes, key_days: int) -> None:
    now = SystemClock().now()
    async with Operator(home) as operator:
        await operator.give(AddParticipant, **facts)
        await operator.give(
            AddKey,
            key_id=key_id(facts["bic"]),
            participant=facts["bic"],
            algorithm=algorithm,
            public=public,
            valid_from=now,
            valid_until=now + key_days * DAY,
        )


def _set_state(bic: str, state: str, directory: Path, *, as_json: bool) -> None:
    async def give() -> None:
        async with Operator(Home(directory)) as operator:
            await operator.give(SetParticipantState, bic=bic, state=state)

    asyncio.run(give())
    say({"participant": bic, "state": state}, f"{bic} is {state}", as_json=as_json)


def _make(home: Home, bic: str) -> tuple[str, bytes]:
    """Return the public half of the key in the state directory, made now if there is none."""
    path = home.key(bic)
    key = software.read(path) if path.exists() else software.generate(software.EDDSA, path)
    return key.algorithm, key.public


def _read_public(path: Path) -> tuple[str, bytes]:
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise NoPublicKey(str(error), field="--key") from None
    if isinstance(key, Ed25519PublicKey):
        return software.EDDSA, key.public_bytes_raw()
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return software.ES256, key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    raise NoPublicKey(field="--key")
