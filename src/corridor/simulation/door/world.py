"""Who stands at the door: participants of every role and state, with keys of every age."""

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, Final

import msgspec

from corridor.adapters.keys.seals import KEY_BYTES, AesSivSeal
from corridor.adapters.keys.software import Ed25519Key
from corridor.domain.instants import SECOND, Instant
from corridor.services.compliance.commands import ActivateList
from corridor.services.compliance.lists import Kind, ListVersion, Quality, make_entry
from corridor.services.compliance.screening import Index
from corridor.services.fx.commands import SetFxFee, SetFxPair
from corridor.services.messaging.commands import AddKey, AddParticipant, SetParticipantState

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
FOREVER: Final[Instant] = 2**62
DAY: Final[Instant] = 86_400 * SECOND

SEVR, PAMR, VOLG = "SEVRRUM0", "PAMRTJ20", "VOLGRUM0"
ALFX = "ALFXRUM0"
CBRR, CBTJ = "CBRRRUM0", "CBTJTJ20"
SUSPENDED, CERTIFIED, UNKNOWN = "SUSPRUM0", "CERTRUM0", "NOPERUM0"
BOTH = ("RUB", "TJS")

Give = Callable[..., Awaitable[Any]]


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
    """Return the id of a participant's ordinary key."""
    return f"{bic}-1"


async def found(give: Give) -> None:
    """Register everyone and everything; money comes through the door, from the central banks."""
    for member in MEMBERS:
        await give(
            AddParticipant,
            bic=member.bic,
            name=member.bic,
            role=member.role,
            currencies=member.currencies,
        )
        await _add_key(give, member.bic, first_key(member.bic))
        for state in LIFE[: LIFE.index(member.state) + 1]:
            await give(SetParticipantState, bic=member.bic, state=state)
    await _add_key(give, SEVR, OLD, until=FIRST_DAY - DAY)
    await _add_key(give, SEVR, FUTURE, since=FIRST_DAY + 365 * DAY)
    await give(ActivateList, version=LIST, entries=20_000)
    await give(SetFxPair, base_currency="TJS", quote_currency="RUB")
    await give(SetFxFee, currency="RUB", rate_bps=20, minimum_amount=10_00)


async def _add_key(give: Give, bic: str, key_id: str, since: Instant = 0, until: Instant = FOREVER) -> None:
    key = key_of(key_id)
    await give(
        AddKey,
        key_id=key_id,
        participant=bic,
        algorithm=key.algorithm,
        public=key.public,
        valid_from=since,
        valid_until=until,
    )
