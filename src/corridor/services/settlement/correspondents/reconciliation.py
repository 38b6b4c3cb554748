"""What a bank's own book has of a day, compared with the ledger, line by line as far as it is shown."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from corridor.decision import Accepted, Answer, Key, Rejected, Step, Table
from corridor.domain.money import amount_text
from corridor.services.messaging.rules import open_case
from corridor.services.settlement.correspondents.agreements import balance, found
from corridor.services.settlement.correspondents.answers import Difference, ReconciliationAnswer
from corridor.services.settlement.correspondents.commands import MirrorEntry, ReconcileCorrespondent
from corridor.services.settlement.correspondents.records import (
    CORRESPONDENT,
    CORRESPONDENT_DAY,
    CORRESPONDENT_ENTRY,
    CORRESPONDENT_MIRROR,
    CORRESPONDENT_POSITION,
    Correspondent,
    CorrespondentDay,
    CorrespondentMirror,
)
from corridor.services.settlement.days import business_day

ENTRIES_MAX: Final = 500
UNRECONCILED: Final = "unreconciled"


def reconcile_correspondent(step: Step, command: ReconcileCorrespondent) -> Answer:
    """Compare, keep what was said, and open a case once a mirror no longer agrees; one, until it agrees again."""
    bank = command.origin.signer
    account = found(step, command.account, bank)
    if isinstance(account, Rejected):
        return account
    refused = _refusal(step, account, command)
    if refused is not None:
        return refused
    booked = day_of(step, account, command.day)
    if booked is None:
        return Rejected("NOOR", "nothing was booked on that day", "day")
    differences = tuple(_differences(step, account, command))
    lacking = booked.entries - _agreed(command.entries, differences) if command.entries else 0
    agrees = (command.closing, command.count) == (booked.closing, booked.entries) and not (
        differences or lacking
    )
    key = (account.number, bank)
    before = step.get(CORRESPONDENT_MIRROR, key)
    if not agrees and (before is None or before.agrees):
        said, has = (amount_text(each, account.currency) for each in (command.closing, booked.closing))
        text = f"account {account.number}: the book of {bank} closes {command.day} with {said}, the ledger with {has}"
        open_case(step, UNRECONCILED, bank, text)
    told = CorrespondentMirror(*key, command.day, command.closing, command.count, agrees, step.now)
    step.put(CORRESPONDENT_MIRROR, told)
    return Accepted(
        msgspec.json.encode(
            ReconciliationAnswer(
                account=account.number,
                day=command.day,
                agrees=agrees,
                closing=str(booked.closing),
                entries=booked.entries,
                debits=str(booked.debits),
                credits=str(booked.credits),
                lacking=lacking,
                differences=differences,
            )
        )
    )


def day_of(step: Step, account: Correspondent, day: str) -> CorrespondentDay | None:
    """Return what a business day has come to: one with entries, or one after all of them, so far."""
    position = step.get(CORRESPONDENT_POSITION, account.number)
    if position is None or day > position.day:
        return CorrespondentDay(account.number, day, 0, 0, 0, balance(step, account))
    if day == position.day:
        sums = (position.day_entries, position.debits, position.credits)
        return CorrespondentDay(account.number, day, *sums, balance(step, account))
    return step.get(CORRESPONDENT_DAY, (account.number, day))


def keys(command: ReconcileCorrespondent) -> Iterator[tuple[Table[Any], Key]]:
    """Name what is compared that memory does not hold."""
    yield CORRESPONDENT, command.account
    yield CORRESPONDENT_POSITION, command.account
    yield CORRESPONDENT_MIRROR, (command.account, command.origin.signer)
    yield CORRESPONDENT_DAY, (command.account, command.day)
    for entry in command.entries[:ENTRIES_MAX]:
        yield CORRESPONDENT_ENTRY, entry.number


def _refusal(step: Step, account: Correspondent, command: ReconcileCorrespondent) -> Rejected | None:
    if account.accepted_at is None:
        return Rejected("CH20", f"the account is {account.state}", "account")
    if command.currency != account.currency:
        return Rejected("CURR", f"the account is in {account.currency}", "closing_balance.currency")
    if command.day > business_day(step, account.currency):
        return Rejected("DT01", "that day has not begun", "day")
    numbers = {entry.number for entry in command.entries}
    if len(command.entries) > ENTRIES_MAX or len(numbers) < len(command.entries):
        return Rejected("CH16", f"at most {ENTRIES_MAX} different entries are compared", "entries")
    if command.entries and command.count != len(command.entries):
        return Rejected("CH16", f"{len(command.entries)} entries are shown", "count")
    return None


def _differences(step: Step, account: Correspondent, command: ReconcileCorrespondent) -> Iterator[Difference]:
    for stated in command.entries:
        entry = step.get(CORRESPONDENT_ENTRY, stated.number)
        if entry is None or (entry.account, entry.day) != (account.number, command.day):
            yield Difference(stated.number, str(stated.amount), None)
        elif entry.amount != stated.amount:
            yield Difference(stated.number, str(stated.amount), str(entry.amount))


def _agreed(entries: Sequence[MirrorEntry], differences: Sequence[Difference]) -> int:
    """Return how many of the entries are the ledger's, if only by their number."""
    return len(entries) - sum(each.booked is None for each in differences)
