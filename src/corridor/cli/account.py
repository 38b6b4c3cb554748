"""`corridor account`: money for the sandbox, issued by its central banks over the front door."""

import asyncio
import random
from typing import cast

import typer

from corridor.adapters.keys import software
from corridor.adapters.system.clock import SystemClock
from corridor.cli import identities
from corridor.cli.home import ENVIRONMENT, HUB, Home, key_id
from corridor.cli.output import HERE, AsJson, Directory, money, say
from corridor.cli.reading import reading
from corridor.client import Certificate, Lost, Participant, PrivateKey, Profile, SqliteStore
from corridor.client.events import Changes, Place, Receipt
from corridor.client.http import Http
from corridor.client.identifiers import random_uetrs
from corridor.domain.errors import CorridorError
from corridor.domain.money import Money

app = typer.Typer(no_args_is_help=True)

PATIENCE_S = 10.0

_ISSUER = """
SELECT p.bic, coalesce(m.received, 0) AS number, coalesce(m.acknowledged, 0) AS mailbox
  FROM participant p JOIN settlement_account s ON s.participant = p.bic
  LEFT JOIN mailbox m ON m.participant = p.bic
 WHERE p.role = 'central_bank' AND s.currency = $1
"""
_HUB_KEYS = "SELECT key_id, public FROM signing_key WHERE participant = $1"


class NoIssuer(CorridorError):
    """No central bank here issues this currency, or its key is not in this state directory."""

    reason = "AG01"


class NoFrontDoor(CorridorError):
    """The front door does not answer: run `corridor up` for this directory."""

    reason = "AB08"
    transient = True


@app.command("fund")
def fund(bic: str, currency: str, amount: str, directory: Directory = HERE, as_json: AsJson = False) -> None:
    """Let the currency's central bank issue an amount, as 1500.00, into a participant's account.

    For the sandbox, whose central banks have their keys in the state directory.
    """
    sum_ = Money.parse(amount, currency, field="amount")
    receipt = asyncio.run(_fund(Home(directory), bic, sum_))
    say(
        {"participant": bic, "amount": sum_.text(), "currency": currency, "batch": receipt.batch},
        f"{bic} has {money(sum_.minor, currency)} more, since batch {receipt.batch}",
        as_json=as_json,
    )


async def _fund(home: Home, bic: str, amount: Money) -> Receipt:
    async with reading(home) as reads:
        issuers = await reads.fetch(_ISSUER, amount.currency)
        hub_keys = {row["key_id"]: row["public"] for row in await reads.fetch(_HUB_KEYS, HUB)}
    if not issuers or not home.key(issuers[0]["bic"]).exists():
        raise NoIssuer(field=amount.currency)
    (issuer,) = issuers
    url, certificate = await _front_door(home, issuer["bic"])
    profile = Profile(
        bic=issuer["bic"],
        hub=HUB,
        environment=ENVIRONMENT,
        url=url,
        key_id=key_id(issuer["bic"]),
        hub_keys=hub_keys,
        certificate=certificate,
    )
    dice = random.SystemRandom()
    store = SqliteStore(":memory:")
    # Where the hub stands with this issuer, whose own store is in use while the sandbox runs.
    store.commit(Changes(Place(number=issuer["number"], mailbox=issuer["mailbox"]), [], [], []))
    async with Participant.open(
        profile,
        cast("PrivateKey", software.read(home.key(issuer["bic"]))),
        store,
        clock=SystemClock().now,
        dice=dice,
        uetr=random_uetrs(dice),
    ) as participant:
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await participant.fund(bic, amount)
        except TimeoutError:
            raise NoFrontDoor("no answer in time; `corridor accounts` shows if the money came") from None


async def _front_door(home: Home, bic: str) -> tuple[str, Certificate | None]:
    """Return the gateway's address, if it answers there, and what a participant shows to it."""
    if not home.address.exists():
        raise NoFrontDoor
    url = home.address.read_text().strip()
    certificate = identities.shown(home, bic)
    http = Http(url, timeout_s=PATIENCE_S, tls=certificate)
    try:
        await http.get("/health", {})
    except Lost:
        raise NoFrontDoor(f"nobody answers at {url}; is `corridor up` running for this directory?") from None
    finally:
        await http.close()
    return url, certificate
