"""The sandbox's first day: keys, participants, rates and rules, a screening list, and money from central banks."""

from corridor.adapters.keys import seals, software
from corridor.cli.home import HUB, Home, key_id
from corridor.cli.operator import Operator
from corridor.cli.watchlist import Prepared
from corridor.sandbox import world
from corridor.services.compliance.commands import ActivateList
from corridor.services.fx.commands import SetFxFee, SetFxPair
from corridor.services.messaging.commands import AddKey, AddParticipant, SetParticipantState

KEYS_VALID_UNTIL = 4_102_444_800_000_000
"""2100-01-01: keys of a sandbox outlive it."""


def make_keys(home: Home) -> None:
    """Make the key for personal data, the hub's and every institution's, where there is none."""
    if not home.personal.exists():
        seals.generate(home.personal)
    for bic, algorithm in ((HUB, "EdDSA"), *((each.bic, each.algorithm) for each in world.INSTITUTIONS)):
        if not home.key(bic).exists():
            software.generate(algorithm, home.key(bic))


async def found(home: Home, operator: Operator, watchlist: Prepared) -> None:
    """Register everyone and everything a corridor needs to begin."""
    hub = world.Institution(HUB, "Corridor", "hub", world.BOTH, world.ROUBLE)
    for each in (hub, *world.INSTITUTIONS):
        await operator.give(
            AddParticipant, bic=each.bic, name=each.name, role=each.role, currencies=each.currencies
        )
        key = software.read(home.key(each.bic))
        await operator.give(
            AddKey,
            key_id=key_id(each.bic),
            participant=each.bic,
            algorithm=key.algorithm,
            public=key.public,
            valid_from=0,
            valid_until=KEYS_VALID_UNTIL,
        )
        await operator.give(SetParticipantState, bic=each.bic, state="certified")
        await operator.give(SetParticipantState, bic=each.bic, state="active")
    base, quote = world.PAIR
    await operator.give(SetFxPair, base_currency=base, quote_currency=quote)
    for currency, rate_bps, minimum in world.FEES:
        await operator.give(SetFxFee, currency=currency, rate_bps=rate_bps, minimum_amount=minimum)
    await operator.give(ActivateList, version=watchlist.version, entries=watchlist.entries)
