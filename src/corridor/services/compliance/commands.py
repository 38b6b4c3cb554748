"""Commands about screening, and about what a payment must say."""

from corridor.services.messaging.commands import Command


class ActivateList(Command, frozen=True):
    """From now on names are screened against this version of the list."""

    version: str
    entries: int


class SetScreeningPolicy(Command, frozen=True):
    """What a hit means: "refuse", or "hold" for two persons to decide within the limit."""

    on_hit: str
    hold_limit_s: int


class SetContractPolicy(Command, frozen=True):
    """From this amount on, in minor units, a payment for goods in this currency names its contract; 0: it need not."""

    currency: str
    from_amount: int
