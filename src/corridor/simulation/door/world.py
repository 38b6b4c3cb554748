"""Who stands at the door: participants and operators of every role and state, with keys of every age."""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

import msgspec

from corridor.adapters.keys.seals import KEY_BYTES, AesSivSeal
from corridor.adapters.keys.software import Ed25519Key
from corridor.domain.instants import SECOND, Instant
from corridor.services.compliance.commands import ActivateList
from corridor.services.compliance.lists import Kind, ListVersion, Quality, make_entry
from corridor.services.compliance.screening import Index
from corridor.services.fx.commands import SetFxFee, SetFxPair
from corridor.services.messaging.admission import OPERATOR
from corridor.services.messaging.commands import (
    AddKey,
    AddOperator,
    AddParticipant,
    NewKey,
    SetOperatorState,
    SetParticipantState,
)
from corridor.services.messaging.records import AUDITOR, TREASURER
from corridor.simulation.staff import CHECKER, FOREVER, MAKER, ROLES, Ordered, Staff

HUB: Final = "CORRXXM0"
ENVIRONMENT: Final = "sandbox"
LIST: Final = "list-1"
SEAL: Final = AesSivSeal({1: bytes(range(KEY_BYTES))})
WANTED: Final = "Osama Nobody Khorasani"
"""The one person on the screening list."""
_ENTRY: Final = make_entry("test", "1", Kind.PERSON, [(WANTED, Quality.PRIMARY)])
LISTED: Final = Index.build([_ENTRY], ListVersion(LIST))
FUNDS: Final = 1_000_000_00
"""What each bank and provider has in each currency, in minor units."""
FIRST_DAY: Final[Instant] = 1_795_000_000 * SECOND
DAY: Final[Instant] = 86_400 * SECOND

SEVR, PAMR, VOLG = "SEVRRUM0", "PAMRTJ20", "VOLGRUM0"
ALFX = "ALFXRUM0"
CBRR, CBTJ = "CBRRRUM0", "CBTJTJ20"
SUSPENDED, CERTIFIED, UNKNOWN = "SUSPRUM0", "CERTRUM0", "NOPERUM0"
BOTH = ("RUB", "TJS")

ANNA, VERA = OPERATOR + MAKER, OPERATOR + CHECKER
"""The founders, who have every role but the auditor's."""
OLGA, LIDA, AWAY = OPERATOR + "olga", OPERATOR + "lida", OPERATOR + "igor"
"""An auditor, a treasurer, and one who is suspended."""


class Member(msgspec.Struct, frozen=True):
    """A participant; `state` is as far as it gets."""

    bic: str
    role: str
    currencies: tuple[str, ...] = BOTH
    state: str = "active"


MEMBERS: Final = (
    Member(HUB, "hub"),
    Member(CBRR, "central_bank", ("RUB",)),
    Member(CBTJ, "central_bank", ("TJS",)),
    Member(SEVR, "bank"),
    Member(PAMR, "bank"),
    Member(VOLG, "bank"),
    Member(ALFX, "fx_provider"),
    Member(SUSPENDED, "bank", state="suspended"),
    Member(CERTIFIED, "bank", state="certified"),
)


class Person(msgspec.Struct, frozen=True):
    """An operator whom the founders have registered."""

    name: str
    roles: tuple[str, ...]


PERSONS: Final = (Person(OLGA, (AUDITOR,)), Person(LIDA, (TREASURER,)), Person(AWAY, ROLES))
LIFE: Final = ("certified", "active", "suspended")
OLD, FUTURE = f"{SEVR}-old", f"{SEVR}-future"
"""Keys of one bank that were valid until the day before the first, and will be from the day after a year."""


def key_of(key_id: str) -> Ed25519Key:
    """Return the private key with this id, the same in every run."""
    return Ed25519Key(seed_of(key_id))


def seed_of(key_id: str) -> bytes:
    """Return the secret of the key with this id."""
    return sha256(key_id.encode()).digest()


def first_key(bic: str) -> str:
    """Return the id of the ordinary key of a participant or an operator."""
    return f"{bic.removeprefix(OPERATOR)}-1"


def orders(staff: Staff) -> Iterator[list[Ordered]]:
    """Yield what operators order, in frames of which each builds on the one before; money comes through the door."""
    order = staff.order
    yield [
        *(
            order(
                AddParticipant,
                bic=member.bic,
                name=member.bic,
                role=member.role,
                currencies=member.currencies,
                key=new_key(first_key(member.bic)),
            )
            for member in MEMBERS
        ),
        *(
            order(AddOperator, name=person.name, roles=person.roles, key=new_key(first_key(person.name)))
            for person in PERSONS
        ),
        order(ActivateList, version=LIST, entries=20_000),
        order(SetFxPair, base_currency="TJS", quote_currency="RUB"),
        order(SetFxFee, currency="RUB", rate_bps=20, minimum_amount=10_00),
    ]
    for state in LIFE:
        yield [
            order(SetParticipantState, bic=member.bic, state=state)
            for member in MEMBERS
            if state in LIFE[: LIFE.index(member.state) + 1]
        ]
    yield [
        add_key(staff, SEVR, new_key(OLD, until=FIRST_DAY - DAY)),
        add_key(staff, SEVR, new_key(FUTURE, since=FIRST_DAY + 365 * DAY)),
        order(SetOperatorState, name=AWAY, state="suspended"),
    ]


def new_key(key_id: str, since: Instant = 0, until: Instant = FOREVER) -> NewKey:
    """Return a key as it is registered."""
    key = key_of(key_id)
    return NewKey(key_id, key.algorithm, key.public, since, until)


def add_key(staff: Staff, owner: str, key: NewKey) -> Ordered:
    """Return the order to register a key."""
    return staff.order(AddKey, participant=owner, **msgspec.structs.asdict(key))
