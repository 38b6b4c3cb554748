"""The sandbox's first day: keys, operators, participants, rates and rules, and a screening list."""

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple, cast

from corridor.adapters.keys import seals, software
from corridor.adapters.stream.link import StreamLink
from corridor.adapters.system.clock import SystemClock
from corridor.cli import identities
from corridor.cli.home import ENVIRONMENT, FOUNDERS, HUB, Home, key_id
from corridor.cli.person import Operator, Refusal
from corridor.cli.watchlist import Prepared
from corridor.client import PrivateKey, Profile
from corridor.client.http import Http
from corridor.client.signing import Pen
from corridor.ports import HubAway
from corridor.sandbox import world
from corridor.services.compliance.commands import ActivateList
from corridor.services.fx.commands import SetFxFee, SetFxPair
from corridor.services.governance import operations
from corridor.services.messaging.admission import FOUNDING, OPERATOR
from corridor.services.messaging.commands import (
    OPERATION,
    AddParticipant,
    Command,
    Found,
    Founder,
    NewKey,
    Origin,
    SetParticipantState,
)
from corridor.services.messaging.records import AUDITOR, OPERATOR_ROLES

KEYS_VALID_UNTIL = 4_102_444_800_000_000
"""2100-01-01: keys of a sandbox outlive it."""
CONNECT_S = 5.0
KNOWN_WITHIN_S = 5.0


class Order(NamedTuple):
    """A command and what it says."""

    command: type[Command]
    facts: dict[str, Any]


def make_keys(home: Home) -> None:
    """Make the key for personal data, and the hub's, every institution's and every founder's where there is none."""
    if not home.personal.exists():
        seals.generate(home.personal)
    for bic, algorithm in ((HUB, "EdDSA"), *((each.bic, each.algorithm) for each in world.INSTITUTIONS)):
        if not home.key(bic).exists():
            software.generate(algorithm, home.key(bic))
    for name in FOUNDERS:
        software.at(home.operator_key(name))


async def found(home: Home) -> None:
    """Hold the founding ceremony: register the first operators, each of whom signs that.

    It goes to the hub itself, for nobody is known yet at the front door; once it is done it can never be again.
    Raises: Refusal, HubAway.
    """
    roles = tuple(role for role in OPERATOR_ROLES if role != AUDITOR)
    founders = tuple(
        Founder(OPERATOR + name, roles, _new_key(name, home.operator_key(name))) for name in FOUNDERS
    )
    body = operations.write(FOUNDING, Found, founders=founders)
    now = SystemClock().now()
    signatures = " ".join(_pen(home, name).sign(body, 1, now) for name in FOUNDERS)
    digest = sha256(body).digest()
    origin = Origin(FOUNDING, FOUNDING, OPERATION, digest, now, now, 1, "", signatures, body)
    link = StreamLink(home.hub_socket)
    link.open()
    try:
        async with asyncio.timeout(CONNECT_S):
            while not link.connected:  # noqa: ASYNC110  it says so no other way
                await asyncio.sleep(0.005)
        told = await link.submit(Found(origin, founders))
    except TimeoutError:
        raise HubAway from None
    finally:
        await link.close()
    if told.status != "accepted":
        raise Refusal(told.body.decode() or told.status)


async def furnish(home: Home, watchlist: Prepared) -> None:
    """Register everyone and everything a corridor needs to begin, as two operators want it, at the front door."""
    hub = world.Institution(HUB, "Corridor", "hub", world.BOTH, world.ROUBLE)
    institutions = (hub, *world.INSTITUTIONS)
    base, quote = world.PAIR
    async with Operator(home, FOUNDERS[0]) as maker, Operator(home, FOUNDERS[1]) as checker:
        await _both(maker, checker, [
            *(Order(AddParticipant, {
                "bic": each.bic, "name": each.name, "role": each.role, "currencies": each.currencies,
                "key": _new_key(each.bic, home.key(each.bic)),
            }) for each in institutions),
            Order(SetFxPair, {"base_currency": base, "quote_currency": quote}),
            *(Order(SetFxFee, {"currency": currency, "rate_bps": rate_bps, "minimum_amount": minimum})
              for currency, rate_bps, minimum in world.FEES),
        ])  # fmt: skip
        for state in ("certified", "active"):
            states = [Order(SetParticipantState, {"bic": each.bic, "state": state}) for each in institutions]
            await _both(maker, checker, states)
        await maker.give(ActivateList, version=watchlist.version, entries=watchlist.entries)
    await _known(home, institutions[-1].bic)


async def _both(maker: Operator, checker: Operator, orders: Sequence[Order]) -> None:
    """Let one person propose all of these, and then the other approve them."""
    proposals = await asyncio.gather(*(maker.give(order.command, **order.facts) for order in orders))
    await asyncio.gather(*(checker.approve(each["proposal"], each["digest"]) for each in proposals))


async def _known(home: Home, bic: str) -> None:
    """Wait until the gateway has heard of whoever was registered last: it reads the registry once a second."""
    pen = _pen(home, bic)
    target = "/v1/mailbox?after=0"
    http = Http(home.address.read_text().strip(), tls=identities.shown(home, bic))
    try:
        async with asyncio.timeout(KNOWN_WITHIN_S):
            while True:
                signature = pen.sign_get(target, 1, SystemClock().now())
                answer = await http.get(target, {"Corridor-Signature": signature})
                if answer.status != 401:
                    return
                await asyncio.sleep(0.05)
    finally:
        await http.close()


def _pen(home: Home, name: str) -> Pen:
    operator = name in FOUNDERS
    profile = Profile(
        bic=OPERATOR + name if operator else name,
        hub=HUB,
        environment=ENVIRONMENT,
        url="",
        key_id=key_id(name),
        hub_keys={},
    )
    path = home.operator_key(name) if operator else home.key(name)
    return Pen(profile, cast("PrivateKey", software.read(path)))


def _new_key(name: str, path: Any) -> NewKey:
    return NewKey(key_id(name), *software.at(path), 0, KEYS_VALID_UNTIL)
