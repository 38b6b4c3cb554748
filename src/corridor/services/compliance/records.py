"""The list in force and the policies."""

from typing import Any

import msgspec

from corridor.decision import Table
from corridor.domain.instants import Instant

REFUSE, HOLD = "refuse", "hold"


class ListInForce(msgspec.Struct, frozen=True):
    """The version of the list against which a payment must have been screened."""

    name: str
    version: str
    entries: int
    since: Instant


class ScreeningPolicy(msgspec.Struct, frozen=True):
    """What a hit means. Without a record of it a hit refuses."""

    name: str
    on_hit: str
    hold_limit_s: int


class ContractPolicy(msgspec.Struct, frozen=True):
    """From which amount on payments for goods name their contract. Without a record, or from 0, none need."""

    currency: str
    from_amount: int


LIST_IN_FORCE = Table("list_in_force", ListInForce, "name")
SCREENING_POLICY = Table("screening_policy", ScreeningPolicy, "name")
CONTRACT_POLICY = Table("contract_policy", ContractPolicy, "currency")
CURRENT = "current"
TABLES: tuple[Table[Any], ...] = (LIST_IN_FORCE, SCREENING_POLICY, CONTRACT_POLICY)
