"""What became of a record, as the audit holds it, in words. Pure: accounts come in as values.

No amount is shown in minor units, no time in microseconds, and no personal data in clear.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from corridor.cli.output import moment, money
from corridor.domain.errors import CorridorError
from corridor.hub.lists import TABLES
from corridor.ledger.accounts import AccountFlag
from corridor.services.directory.payee import mask_name
from corridor.services.messaging.admission import OPERATOR
from corridor.services.settlement.records import ALL

Values = Mapping[str, Any]
Shown = Mapping[str, str | None]


class Owner(NamedTuple):
    """Whose an account is, and in which currency."""

    participant: str
    currency: str


Owners = Mapping[int, Owner]
AMOUNTS: Final = frozenset(
    {
        "amount", "balance", "bought", "buying", "closing", "credit_limit", "credits", "debits", "fee_due",
        "interest_due", "paid", "received", "receives", "selling", "sent", "sold",
    }
)  # fmt: skip
"""Amounts whose name does not end in `_amount`."""
TIMES: Final = frozenset({"answers_until", "at", "since", "valid_from", "valid_until"})
"""Instants whose name does not end in `_at`."""
OF: Final = {
    "base_swing_amount": "base_currency",
    "quote_swing_amount": "quote_currency",
    "cost_amount": "source_currency",
    "fee_amount": "source_currency",
    "from_amount": "base_currency",
}
"""In which currency an amount is, where its name does not say it and the record has several."""
HIDDEN: Final = frozenset(
    {
        "base_account_id", "charges_account_id", "checker_key", "claim_account_id", "code", "command",
        "content", "counted", "days", "debt_account_id", "digest", "drawn_sum", "due_at", "fee_left",
        "first_credit_id", "first_debit_id", "first_transfer", "income_account_id", "interest_left",
        "last_transfer", "legs", "maker_key", "message_id", "nostro_account_id", "open_day", "order",
        "quote_account_id", "second_credit_id", "second_debit_id", "transfer_id", "vostro_account_id",
    }
)  # fmt: skip
"""The hub's own bookkeeping, and bytes: neither says anything to a person."""
_WORDS: Final = {
    "account_id": "account",
    "counterparty_id": "towards",
    "on_hit": "on a hit",
    "public": "public key",
    "second": "ends at",
}
_PRIVATE: Final = {table.name: frozenset(table.private) for table in TABLES}
_KEYS: Final = {table.name: table.key_fields for table in TABLES}
_DAY_S: Final = 86_400


def named(table: str, key: Values, owners: Owners) -> str:
    """Return which record it is: its kind, and what tells it from others."""
    shown = (_value(table, name, value, key, owners) for name, value in key.items() if name not in HIDDEN)
    return " ".join((table.replace("_", " "), *filter(None, shown)))


def key_of(table: str, parts: tuple[Any, ...] | list[Any]) -> Values:
    """Return the parts of a record's key by their names."""
    return dict(zip(_KEYS.get(table, ()), parts, strict=False))


def shown(table: str, values: Values | None, owners: Owners) -> dict[str, str | None] | None:
    """Return a record's fields as people read them; what is empty is None."""
    if values is None:
        return None
    return {
        name: _value(table, name, value, values, owners)
        for name, value in values.items()
        if name not in HIDDEN
    }


def difference(before: Shown | None, after: Shown, key: Values | None = None) -> str:
    """Say what became of each field that changed; of a new record all, but for its key."""
    if before is None:
        facts = (
            f"{words(name)} {value}" for name, value in after.items() if value and name not in (key or ())
        )
        return "; ".join(("new", *facts))
    changed = [name for name in after if before.get(name) != after[name]]
    told = (f"{words(name)}: {before.get(name) or 'none'} -> {after[name] or 'none'}" for name in changed)
    return "; ".join(told) or "as it was"


def words(name: str) -> str:
    """Return a field's name in words."""
    return _WORDS.get(name) or name.removesuffix("_id").replace("_", " ")


def is_amount(name: str) -> bool:
    """The field holds minor units."""
    return name in AMOUNTS or name.endswith("_amount")


def is_time(name: str) -> bool:
    """The field holds an instant."""
    return name in TIMES or name.endswith("_at")


def _value(table: str, name: str, value: Any, values: Values, owners: Owners) -> str | None:
    if value is None or value == "":
        return None
    if name in _PRIVATE.get(table, ()):
        return MASKS.get(name, _sealed)(str(value))
    if is_amount(name):
        code = _currency(name, values, owners)
        return money(value, code) if code else str(value)
    if is_time(name):
        return moment(value)
    if name in ("account_id", "counterparty_id"):
        return _account(name, value, owners)
    if table == "account":
        return _of_account(name, value, owners)
    if name == "second":
        return f"{value % _DAY_S // 3600:02d}:{value % 3600 // 60:02d}:{value % 60:02d}+00:00"
    return str(value).removeprefix(OPERATOR)


def _currency(name: str, values: Values, owners: Owners) -> str:
    """Return in which currency an amount is, "" if nothing says it."""
    prefix = name.removesuffix("_amount")
    for field in (f"{prefix}_currency", "currency", OF.get(name, "")):
        if values.get(field):
            return str(values[field])
    owner = owners.get(values.get("account_id", ALL))
    return owner.currency if owner else ""


def _account(name: str, number: int, owners: Owners) -> str:
    if name == "counterparty_id" and number == ALL:
        return "all"
    owner = owners.get(number)
    return " ".join(owner) if owner else str(number)


def _of_account(name: str, value: Any, owners: Owners) -> str | None:
    if name == "id":
        return _account(name, value, owners)
    if name == "flags":
        names = (flag.name.lower().replace("_", " ") for flag in AccountFlag(value) if flag.name)
        return ", ".join(names) or None
    return str(value)


def _mask_name(name: str) -> str:
    try:
        return mask_name(name)
    except CorridorError:
        return _sealed(name)


def _mask_number(number: str) -> str:
    """Return a phone number or an account of which the beginning and the end are seen."""
    shown_first, shown_last = 4, 2
    hidden = len(number) - shown_first - shown_last
    return f"{number[:shown_first]}{'*' * hidden}{number[-shown_last:]}" if hidden > 0 else _sealed(number)


def _sealed(_: str) -> str:
    return "(sealed)"


MASKS: Final[Mapping[str, Callable[[str], str]]] = {
    "account": _mask_number,
    "masked_name": _mask_name,
    "name": _mask_name,
    "phone": _mask_number,
}
"""What is seen of personal data; of what has no mask nothing is."""
