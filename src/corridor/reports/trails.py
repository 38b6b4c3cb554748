"""What operators changed, followed from record to record: nothing by nobody, and what takes two by two."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any, Final

import msgspec

from corridor.decision import ACCOUNT, Key, Table, While
from corridor.domain.instants import Instant, iso
from corridor.reports.findings import Findings
from corridor.services.compliance.records import CONTRACT_POLICY, LIST_IN_FORCE, SCREENING_POLICY
from corridor.services.credit.records import CREDIT_LINE, FACILITY, PLEDGE
from corridor.services.fx.arrangements.records import ARRANGEMENT
from corridor.services.fx.records import FIXING, FX_FEE, FX_LIMIT
from corridor.services.governance import operations
from corridor.services.governance.audit import Trail, Values, plain
from corridor.services.governance.commands import Approve
from corridor.services.governance.records import EXECUTED, EXPIRED, OPEN, PROPOSAL
from corridor.services.governance.rights import RIGHTS
from corridor.services.messaging.admission import OPERATOR
from corridor.services.messaging.commands import OPERATION, Command, Origin
from corridor.services.messaging.records import (
    ACCEPTED,
    ACTIVE,
    IN,
    OPERATORS,
    PARTICIPANT,
    SETTLEMENT_ACCOUNT,
    SIGNING_KEY,
    TIMER,
    Message,
)
from corridor.services.settlement.correspondents.records import CORRESPONDENT
from corridor.services.settlement.cycle_records import CLEARING_ACCOUNT
from corridor.services.settlement.records import CUT_OFF, SETTLEMENT_LIMIT, URGENT_RESERVE

REGISTRY: Final[tuple[Table[Any], ...]] = (
    PARTICIPANT,
    OPERATORS,
    SIGNING_KEY,
    SETTLEMENT_ACCOUNT,
    ACCOUNT,
    LIST_IN_FORCE,
    SCREENING_POLICY,
    CONTRACT_POLICY,
    FX_FEE,
    FX_LIMIT,
    FIXING,
    ARRANGEMENT,
    SETTLEMENT_LIMIT,
    URGENT_RESERVE,
    CUT_OFF,
    CLEARING_ACCOUNT,
    FACILITY,
    CREDIT_LINE,
    PLEDGE,
    CORRESPONDENT,
    PROPOSAL,
)
"""What changes by audited commands and timers only (but that proposals expire), and does not grow with payments."""
RECKONED: Final = frozenset(
    {"open_day", "interest_due", "interest_left", "fee_due", "fee_left", "days", "drawn_sum", "breached"}
)
"""What is reckoned of a facility, by whatever comes first on a new day: no audit says so."""
_TRAILED: Final = frozenset({(IN, ACCEPTED), (TIMER, ACCEPTED)})
"""Directions and outcomes of what a trail may stand behind."""
Registry = list[tuple[str, str, dict[str, Any]]]
"""Of each record its table, its key and its fields."""
_BY_NAME: Final = {command.__name__: right for command, right in RIGHTS.items()}
_NAMES: Final = {table.name for table in REGISTRY}
_OPENED: Final = {table.name: table for table in REGISTRY if isinstance(table.stays, While)}
"""Of these the hub keeps what is open."""
_decode = msgspec.json.Decoder(Trail).decode


class Trails:
    """Follows the registry from its first record on, as the audit says it changed."""

    def __init__(self) -> None:
        self.audit = Findings("audit")
        self.four_eyes = Findings("four eyes")
        self._known: dict[tuple[str, str], dict[str, Any]] = {}

    def begin(self, table: Table[Any], records: Sequence[msgspec.Struct]) -> None:
        """Take the registry from here on as it stands, not from its first record."""
        for record in records:
            self._known[table.name, _key(table, record)] = _lasting(table.name, _plain(record))

    def forget(self) -> None:
        """Keep nothing of what is closed, proposals, facilities or pledges: nothing changes it any more."""
        for place, known in tuple(self._known.items()):
            table = _OPENED.get(place[0])
            if table is not None and not _is_open(table, known):
                del self._known[place]

    @property
    def closing(self) -> dict[Table[Any], list[Key]]:
        """The keys of what was closed, and of proposals that nobody is known to have closed: they may have expired."""
        keys: dict[Table[Any], list[Key]] = {table: [] for table in _OPENED.values()}
        for (name, _), known in self._known.items():
            table = _OPENED.get(name)
            if table is not None and (table is PROPOSAL or not _is_open(table, known)):
                key = tuple(known[field] for field in table.key_fields)
                keys[table].append(key if len(key) > 1 else key[0])
        return keys

    @property
    def known(self) -> Registry:
        """What the registry is by the audit."""
        return [(name, key, known) for (name, key), known in self._known.items()]

    @known.setter
    def known(self, registry: Registry) -> None:
        self._known = {(name, key): known for name, key, known in registry}

    def read(self, line: Message, body: bytes, command: Message | None, ordered: bytes) -> None:
        """Take in a line of the audit, and the line before it with its body: the command whose trail it is."""
        try:
            trail = _decode(body)
        except msgspec.DecodeError as error:
            self.audit.judge([f"{_name(line)}: it cannot be read: {error}"])
            return
        self.audit.judge(self._follows(line, trail, command))
        if line.participant.startswith(OPERATOR):
            self.four_eyes.judge(self._two_persons(line, trail, ordered))
        for change in trail.changes:
            if change.table in _NAMES:
                self._known[change.table, str(change.key)] = _lasting(change.table, change.after)

    def compare(self, table: Table[Any], records: Sequence[msgspec.Struct]) -> None:
        """Judge what the registry holds: it is what the audit led to, but that proposals expire."""
        left = {key for name, key in self._known if name == table.name}
        for record in records:
            key = _key(table, record)
            stands = _lasting(table.name, _plain(record))
            self.audit.judge(self._stands(table, key, stands))
            if table is PROPOSAL and stands["state"] == EXPIRED and key in left:
                self._known[table.name, key] = stands
            left.discard(key)
        for key in sorted(left):
            self.audit.breaks(f"{table.name} {key} is gone, and nobody has removed it")

    def _follows(self, line: Message, trail: Trail, command: Message | None) -> Iterator[str]:
        """It stands right behind an accepted command or a timer, and begins where the one before ended."""
        if command is None or (command.direction, command.outcome) not in _TRAILED:
            yield f"{_name(line)}: it does not follow an accepted command"
        elif (command.participant, command.message_id) != (line.participant, line.message_id):
            yield f"{_name(line)}: it is not of the command before it"
        if trail.by[-1] != line.participant:
            yield f"{_name(line)}: it says that {trail.by[-1]} did it"
        for change in trail.changes:
            known = self._known.get((change.table, str(change.key)))
            before = change.before and _lasting(change.table, change.before)
            if change.table in _NAMES and before != known:
                yield f"{_name(line)}: {change.table} {change.key} was not as it says before"

    def _stands(self, table: Table[Any], key: str, record: dict[str, Any]) -> Iterator[str]:
        known = self._known.get((table.name, key))
        if known is None:
            yield f"{table.name} {key}: nobody has made it"
        elif table is PROPOSAL and (known["state"], record["state"]) == (OPEN, EXPIRED):
            return
        elif known != record:
            changed = ", ".join(name for name in record if known.get(name) != record[name])
            yield f"{table.name} {key}: {changed} was changed by nobody"

    def _two_persons(self, line: Message, trail: Trail, ordered: bytes) -> Iterator[str]:
        """What takes two was wanted by two active persons with the right, and keys of their own, at that time."""
        command = _said(line, ordered)
        proposal = next(
            (dict(change.after) for change in trail.changes if change.table == PROPOSAL.name), None
        )
        if proposal is None or proposal["state"] != EXECUTED:
            if command is None or not RIGHTS[type(command)].takes_two(command):
                return
            if (
                len(trail.changes) != 1
                or proposal is None
                or proposal["digest"] != sha256(ordered).hexdigest()
            ):
                yield f"{_name(line)}: it takes two persons, but one has done it"
            return
        name = f"proposal {proposal['number']} ({trail.what})"
        maker, checker = proposal["maker"], proposal["checker"]
        if maker == checker or trail.by != (maker, checker) or trail.what != proposal["kind"]:
            yield f"{name}: it was executed as {trail.what} of {' and '.join(trail.by)}"
        if not isinstance(command, Approve) or command.digest != proposal["digest"]:
            yield f"{name}: another hash was approved"
        right = _BY_NAME[proposal["kind"]]
        publics = set()
        for person, key_id, roles in (
            (maker, proposal["maker_key"], right.operators),
            (checker, proposal["checker_key"], right.second),
        ):
            publics.add(self._known.get((SIGNING_KEY.name, str((key_id,))), {}).get("public"))
            if not self._may(person, key_id, roles, line.at):
                yield f"{name}: {person} had not the right to it at {iso(line.at)}"
        if len(publics) < 2:
            yield f"{name}: its maker and its checker signed with one key"

    def _may(self, person: str, key_id: str, roles: Sequence[str], at: Instant) -> bool:
        known = self._known.get((OPERATORS.name, str((person,))))
        key = self._known.get((SIGNING_KEY.name, str((key_id,))))
        return (
            known is not None
            and key is not None
            and known["state"] == ACTIVE
            and any(role in roles for role in known["roles"].split())
            and key["participant"] == person
            and key["valid_from"] <= at < key["valid_until"]
            and (key["revoked_at"] is None or at < key["revoked_at"])
        )


def _key(table: Table[Any], record: msgspec.Struct) -> str:
    key = table.key(record)
    return str(key if isinstance(key, tuple) else (key,))


def _plain(record: msgspec.Struct) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(msgspec.json.encode(plain(record)))
    return values


def _is_open(table: Table[Any], known: dict[str, Any]) -> bool:
    return isinstance(table.stays, While) and bool(known[table.stays.field] == table.stays.value)


def _lasting(table: str, values: Values) -> dict[str, Any]:
    """Return the fields that the audit follows."""
    return {name: value for name, value in values.items() if table != FACILITY.name or name not in RECKONED}


def _said(line: Message, ordered: bytes) -> Command | None:
    """Return what an operator ordered."""
    return operations.said(Origin(line.participant, line.message_id, OPERATION, b"", line.at, body=ordered))


def _name(line: Message) -> str:
    return f"batch {line.batch}, line {line.position} (audit of {line.message_id} of {line.participant})"
