"""Canary secrets through every door: none turns up in a log, a page or an error, nor readable in the database.

Only what stood where it belongs is looked for in the database: whoever calls a payment by his phone number has it
stored as a name.
"""

import logging
import re
from collections.abc import Iterator
from random import Random
from typing import Any, Final

import asyncpg
import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from corridor.adapters.postgres.roles import provision
from corridor.adapters.postgres.supervisor import Cluster
from corridor.codecs.iso20022.admi002 import MessageReject
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.domain.parties import Party
from corridor.services.compliance.commands import SetScreeningPolicy
from corridor.simulation.door.attacks.trial import on_uvloop
from corridor.simulation.door.caller import MESSAGES, Caller
from corridor.simulation.door.fuzz.parsers import JSON_EXAMPLES
from corridor.simulation.door.house import House, PostgresStore, open_house
from corridor.simulation.door.secrets import Canary, Leak, scan, scan_text
from corridor.simulation.door.wire import JSON, request
from corridor.simulation.door.world import HUB, PAMR, SEVR, WANTED, first_key, seed_of
from corridor.simulation.tally import Tally, Violation
from corridor.simulation.trials import Order, Tell

NAME: Final = "secrets"
PAGES: Final = ("/openapi.json", "/metrics", "/health")
_LEAF: Final = re.compile(rb">([^<>]+)<")


def run(order: Order, tell: Tell) -> Tally:
    """Plant canaries everywhere, then look for them where they must not be."""
    cluster = Cluster(order.directory / "postgres")
    cluster.start(die_with_parent=True)
    log = order.directory / "log"
    handler = logging.FileHandler(log, encoding="utf-8")
    root = logging.getLogger()
    level = root.level
    for logger in (root, logging.getLogger("uvicorn")):
        logger.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        sent, leaks = on_uvloop(_run(cluster, order, tell))
    finally:
        for logger in (root, logging.getLogger("uvicorn")):
            logger.removeHandler(handler)
        root.setLevel(level)
        handler.close()
        cluster.stop()
    leaks += scan([log, *order.directory.rglob("*.log")], [*keys(), *customers(order.seed)])
    leaks += scan([order.directory / "postgres"], [*keys(), *kept(order.seed)])
    for leak in leaks:
        tell(str(leak))
    return Tally(
        checked={"places that a canary was put into": sent},
        violations=tuple(Violation("no secrets at large", NAME, order.seed, str(leak)) for leak in leaks),
    )


def keys() -> list[Canary]:
    """Return the private keys of hub and bank, as seeds and as PEM."""
    canaries = []
    for bic in (HUB, SEVR):
        seed = seed_of(first_key(bic))
        key = Ed25519PrivateKey.from_private_bytes(seed)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).splitlines()[1]
        canaries += [Canary(f"private key of {bic}", seed), Canary(f"private key of {bic} as PEM", pem)]
    return canaries


def kept(seed: int) -> list[Canary]:
    """Return another customer, whose data the database keeps, and of whom nobody makes mistakes."""
    return customers(f"kept/{seed}")


def customers(seed: int | str) -> list[Canary]:
    """Return a customer's name, account, phone and text, such as no other customer has."""
    dice = Random(f"canaries/{seed}")
    digits = "".join(dice.choices("0123456789", k=10))
    letters = "".join(dice.choices("бвгджзклмн", k=8))
    return [
        Canary("a customer's name", f"Канарейкин{letters}".encode()),
        Canary("an account number", f"4081781{digits}777".encode()),
        Canary("a phone number", f"7916{digits[:7]}".encode()),
        Canary("a remittance text", f"rent {digits} {digits[::-1]}".encode()),
    ]


async def _run(cluster: Cluster, order: Order, tell: Tell) -> tuple[int, list[Leak]]:
    dsn = await provision(cluster, "secrets")
    planted = customers(order.seed)
    async with open_house(PostgresStore(dsn)) as house:
        await bank_with(house, kept(order.seed))
        await hold(house, kept(order.seed))
        sent, leaks = await plant(house, planted, Random(order.seed))
        for page in PAGES:
            answer = await house[SEVR].send(request("GET", page))
            leaks += scan_text(page, answer.body, [*planted, *keys()])
    for table, rows in (await dump(dsn)).items():
        leaks += scan_text(f"the table {table}", rows, [*kept(order.seed), *keys()])
    tell(f"canaries were put into {sent} places")
    return sent, leaks


async def plant(house: House, planted: list[Canary], dice: Random) -> tuple[int, list[Leak]]:
    """Use canaries as they should be, then in every element and member in turn; return leaks in what is answered."""
    bank = house[SEVR]
    await bank_with(house, planted)
    await bank.heard()
    sent, leaks = 0, []
    everything = [*planted, *keys()]
    for what, wrong in _misplaced(house, bank, planted, dice):
        sent += 1
        answer = await bank.send(wrong)
        heard = await _refusals(bank)
        signature = re.search(rb"Corridor-Signature: ([^\r]+)", wrong)
        secret = [Canary("a signature", signature[1])] if signature else []
        if answer.status >= 400:
            leaks += scan_text(f"the answer to {what}", answer.body, [*everything, *secret])
        for told in heard:
            leaks += scan_text(f"the refusal of {what}", told, everything)
    return sent, leaks


async def dump(dsn: str) -> dict[str, bytes]:
    """Return all rows of every table as text, by the table's name."""
    db = await asyncpg.connect(dsn)
    try:
        names = [row[0] for row in await db.fetch(_TABLES)]
        found = {name: await db.fetch(f'SELECT t::text FROM "{name}" AS t') for name in names}
    finally:
        await db.close()
    return {name: "\n".join(row[0] for row in rows).encode() for name, rows in found.items()}


_TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


async def hold(house: House, planted: list[Canary]) -> None:
    """Let a payment of a customer's be held by screening, so that the order itself is kept."""
    name, account, _, text = (canary.secret.decode() for canary in planted)
    await house.give(SetScreeningPolicy, on_hit="hold", hold_limit_s=3600)
    bank = house[SEVR]
    debtor, listed = Party(name=name, account=account), Party(name=WANTED, account="1")
    order = bank.order(house.fresh(), debtor=debtor, creditor=listed, remittance=(text,))
    assert (await bank.send(bank.post(order))).status == 202
    assert (await bank.heard())[-1] == "PDNG"


async def bank_with(house: House, planted: list[Canary]) -> None:
    """Do for a customer what a bank does."""
    name, account, phone, text = (canary.secret.decode() for canary in planted)
    bank = house[SEVR]
    alias = {"phone": f"+{phone}", "currency": "RUB", "account": account, "name": name}
    assert (await bank.send(bank.ask("/v1/aliases", **alias))).status == 200
    debtor = Party(name=name, account=account)
    order = bank.order(house.fresh(), debtor=debtor, remittance=(text,))
    assert (await bank.send(bank.post(order))).status == 202
    other = house[PAMR]
    assert (await other.heard())[-1] == "pacs.008"
    found = await other.send(other.get(f"/v1/aliases/+{phone}"))
    assert found.status == 200
    assert name.encode() not in found.body


def _misplaced(
    house: House, bank: Caller, planted: list[Canary], dice: Random
) -> Iterator[tuple[str, bytes]]:
    """Yield requests that are wrong by a canary, each with what it is."""
    order = bank.order(house.fresh())
    for match in _LEAF.finditer(order):
        fresh = bank.order(house.fresh())  # as long as the first one, but for its ids
        leaf = fresh[: match.start()].rpartition(b"<")[2].decode(errors="replace")
        canary = dice.choice(planted).secret
        yield f"a payment with {leaf}", bank.post(fresh[: match.start(1)] + canary + fresh[match.end(1) :])
    for path, members in JSON_EXAMPLES.items():
        for place in _places(members):
            value = dice.choice(planted).secret.decode()
            body = {"message_id": bank.next_id(), **_with(members, place, value)}
            yield f"{path} with {place}", bank.post(msgspec.json.encode(body), path, media=JSON)
    name, _, phone, text = (canary.secret for canary in planted)
    whole = bank.order(
        house.fresh(), debtor=Party(name=name.decode(), account="1"), remittance=(text.decode(),)
    )
    yield "an unsigned payment", bank.post(whole, signature="")
    yield "a payment whose signature is another's", bank.post(whole, signer=PAMR)
    yield "a payment that is too large", bank.post(whole + b" " * 70_000)
    yield "a payment of another type", bank.post(whole, media="text/plain")
    yield "a look-up of nobody", bank.get(f"/v1/aliases/+{phone.decode()}9?name=a")
    yield "a look-up with more than asked", bank.get(f"/v1/aliases/+{phone.decode()}?phone={phone.decode()}")
    yield "a path that is none", request("POST", "/v1/" + phone.decode(), (), whole)
    yield (
        "a signature that is a name",
        request("POST", MESSAGES, [("Corridor-Signature", text.decode())], whole),
    )


def _places(members: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for name, value in members.items():
        if isinstance(value, dict):
            yield from _places(value, f"{prefix}{name}.")
        else:
            yield prefix + name


def _with(members: dict[str, Any], place: str, value: str) -> dict[str, Any]:
    name, _, rest = place.partition(".")
    return {**members, name: _with(members[name], rest, value) if rest else value}


async def _refusals(bank: Caller) -> list[bytes]:
    """Return the texts of what refuses a bank's messages as such."""
    answer = await bank.send(bank.get(f"/v1/mailbox?after={bank.position}"))
    await bank.heard()
    texts = []
    for line in answer.lines:
        message = open_envelope(line["payload"].encode()).message
        if isinstance(message, MessageReject):
            texts.append(f"{message.description} {message.error_location}".encode())
    return texts
