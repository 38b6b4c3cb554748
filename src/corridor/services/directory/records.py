"""The directory: which account of which bank a phone number stands for."""

from typing import Any

import msgspec

from corridor.decision import Table
from corridor.domain.instants import Instant

ACTIVE, REMOVED = "active", "removed"


class Alias(msgspec.Struct, frozen=True):
    """A phone number once registered; `masked_name` is all of the name that other banks are shown.

    Sensitive: phone, account and name. They never stand in a log line, an error's text or a metric.
    """

    phone: str
    participant: str
    currency: str
    account: str
    name: str
    masked_name: str
    registered_at: Instant
    state: str = ACTIVE


ALIAS = Table("alias", Alias, "phone", resident=False, private=("phone", "account", "name", "masked_name"))
"""It grows with the banks' customers, so it is loaded by key."""

TABLES: tuple[Table[Any], ...] = (ALIAS,)
