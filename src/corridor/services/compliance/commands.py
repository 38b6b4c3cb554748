"""Commands about screening: which list is in force, and what a hit means."""

from corridor.services.messaging.commands import Command


class ActivateList(Command, frozen=True):
    """From now on names are screened against this version of the list."""

    version: str
    entries: int


class SetScreeningPolicy(Command, frozen=True):
    """What a hit means: "refuse", or "hold" for two persons to decide within the limit."""

    on_hit: str
    hold_limit_s: int
