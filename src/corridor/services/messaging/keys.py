"""The registry of keys: whose a public key is, from when until when, and that it is no more."""

import re

import msgspec

from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.ledger.transfers import INT64_MAX
from corridor.services.messaging import commands
from corridor.services.messaging.admission import OPERATOR
from corridor.services.messaging.records import (
    ACTIVE,
    OPERATORS,
    PARTICIPANT,
    REGISTRAR,
    SIGNING_KEY,
    SigningKey,
)

PUBLIC_BYTES = {"EdDSA": 32, "ES256": 65}
FEWEST_REGISTRARS = 2
_KEY_ID = re.compile(r"[A-Za-z0-9._\-]{1,64}")


def add_key(step: Step, command: commands.AddKey) -> Answer:
    """Register a public key. Keys of one owner may overlap in time; that is how they are rotated."""
    owner = command.participant
    known = step.get(OPERATORS, owner) if owner.startswith(OPERATOR) else step.get(PARTICIPANT, owner)
    if known is None:
        return Rejected("RC01", "no such participant or operator", "participant")
    validity = (command.valid_from, command.valid_until)
    return register_key(
        step, owner, commands.NewKey(command.key_id, command.algorithm, command.public, *validity)
    )


def register_key(step: Step, owner: str, key: commands.NewKey) -> Accepted | Rejected:
    """Enter a key for its owner. A person's key is nobody else's: who has two names still signs with two keys."""
    if not _KEY_ID.fullmatch(key.key_id):
        return Rejected("CH16", "a key id has 1 to 64 letters, digits, dots, dashes or underscores", "key_id")
    if len(key.public) != PUBLIC_BYTES.get(key.algorithm):
        return Rejected("DS0D", "not a public key of EdDSA or ES256", "public")
    if not 0 <= key.valid_from < key.valid_until <= INT64_MAX:
        return Rejected("DT01", "a key is valid from one time until a later one", "valid_until")
    if step.get(SIGNING_KEY, key.key_id) is not None:
        return Rejected("DU01", "a key id names one key for ever", "key_id")
    for known in step.resident(SIGNING_KEY):
        shared = known.public == key.public and known.participant != owner
        if shared and OPERATOR in (known.participant[: len(OPERATOR)], owner[: len(OPERATOR)]):
            return Rejected("DS0D", "this key is registered for somebody else", "public")
    step.put(
        SIGNING_KEY,
        SigningKey(key.key_id, owner, key.algorithm, key.public, key.valid_from, key.valid_until),
    )
    return Accepted()


def revoke_key(step: Step, command: commands.RevokeKey) -> Answer:
    """End a key now. What it signed and is known stays known."""
    key = step.get(SIGNING_KEY, command.key_id)
    if key is None or key.revoked_at is not None:
        return Rejected("DS0D", "no such key, or it is revoked already", "key_id")
    step.put(SIGNING_KEY, msgspec.structs.replace(key, revoked_at=step.now))
    return enough_registrars(step) or Accepted()


def enough_registrars(step: Step) -> Rejected | None:
    """Refuse what would leave fewer than two registrars who can act: then nobody could ever be registered again."""
    signers = {key.participant for key in step.resident(SIGNING_KEY) if key.valid(step.now)}
    able = [
        person
        for person in step.resident(OPERATORS)
        if person.name in signers and person.state == ACTIVE and REGISTRAR in person.roles.split()
    ]
    if len(able) >= FEWEST_REGISTRARS:
        return None
    return Rejected("AG01", f"{FEWEST_REGISTRARS} registrars who can act must remain; register another first")
