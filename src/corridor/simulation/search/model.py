"""Two payments between two banks over an account that covers one of them: what may happen next, and what follows.

The decisions are the production rules on a `Step`; around them is the least that a hub is: what is decided, what of
it is being committed, what is durable, and what has been told. A crash forgets what is not durable.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple, TypeAlias, cast

import msgspec

from corridor.codecs.iso20022 import pacs002, pacs008, pacs028
from corridor.decision import ACCOUNT, BALANCE, PENDING, Accepted, Key, Rejected, Step, Table
from corridor.domain.instants import SECOND
from corridor.domain.money import Money
from corridor.domain.parties import Party
from corridor.ledger.accounts import Account, AccountFlag, Balance
from corridor.ledger.transfers import Pending, PendingStatus, Transfer
from corridor.reports import checks
from corridor.services.compliance.records import CURRENT, LIST_IN_FORCE, ListInForce
from corridor.services.compliance.screening import Screening
from corridor.services.instant import rules
from corridor.services.instant.commands import CreditTransfer, StatusReport, StatusRequest
from corridor.services.messaging.admission import identify
from corridor.services.messaging.commands import Command, Origin
from corridor.services.messaging.records import (
    ACCEPTED,
    ACTIVE,
    BANK,
    IDENTITY,
    PARTICIPANT,
    REFUSED,
    SETTLEMENT_ACCOUNT,
    Identity,
    Participant,
    SettlementAccount,
)
from corridor.services.settlement.payments import PAYMENT, Payment

HUB, A, B = "CORRXXM0", "SEVRRUM0", "PAMRTJ20"
NOW: Final = 1_795_000_000 * SECOND
AMOUNT: Final = 100_00
COVERED: Final = 150_00
"""What bank A has: enough for one payment, not for two."""
UETRS: Final = ("00000001-0000-4000-8000-000000000000", "00000002-0000-4000-8000-000000000000")

Told: TypeAlias = frozenset[tuple[str, int, str]]
"""Who was told what of which payment: (agent, payment, "pacs.008" or the status)."""

_WHOLE: Final[dict[Table[Any], dict[Key, Any]]] = {
    ACCOUNT: {
        1: Account(1, A, "RUB", 1, int(AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS)),
        2: Account(2, B, "RUB", 1, int(AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS)),
    },
    SETTLEMENT_ACCOUNT: {
        (A, "RUB"): SettlementAccount(A, "RUB", 1),
        (B, "RUB"): SettlementAccount(B, "RUB", 2),
    },
    PARTICIPANT: {bic: Participant(bic, i, bic, BANK, ACTIVE) for i, bic in enumerate((A, B))},
    LIST_IN_FORCE: {CURRENT: ListInForce(CURRENT, "list", 1, NOW)},
}
_KEPT: Final[tuple[Table[Any], ...]] = (BALANCE, PENDING, PAYMENT, IDENTITY)
"""The tables whose records make a state; what else the rules write (cases, mailboxes) decides nothing."""


class Books(msgspec.Struct, frozen=True):
    """The hub's records at one moment, sorted: equal books are one state, however they came about."""

    rows: tuple[tuple[tuple[Key, Any], ...], ...]

    def find(self, table: Table[Any], key: Key) -> Any:
        """Return a record."""
        return next((record for each, record in self.rows[_KEPT.index(table)] if each == key), None)

    def payment(self, number: int) -> Payment | None:
        """Return one of the two payments."""
        return cast("Payment | None", self.find(PAYMENT, UETRS[number]))


class _View:
    """Books as a step reads them."""

    hub = HUB

    def __init__(self, books: Books) -> None:
        self._rows = {table: dict(rows) for table, rows in zip(_KEPT, books.rows, strict=True)}
        used = [p.number for p in self._rows[PAYMENT].values()]
        # A rejected leg's end has a number, too; four a payment are more than any will use.
        self.last_number = 100 + 10 * len(used)

    def find(self, table: Table[Any], key: Key) -> Any:
        return self._rows[table].get(key) if table in self._rows else _WHOLE.get(table, {}).get(key)

    def account(self, account_id: int) -> Account | None:
        return cast("Account | None", _WHOLE[ACCOUNT].get(account_id))

    def balance(self, account_id: int) -> Balance:
        return self._rows[BALANCE].get(account_id) or Balance(account_id)

    def transfer(self, _transfer_id: int) -> Transfer | None:
        return None

    def pending(self, pending_id: int) -> Pending | None:
        return self._rows[PENDING].get(pending_id)

    def last_mailbox_number(self, _participant: str) -> int:
        return 0


START: Final = Books(((( 1, Balance(1, credits_posted=COVERED)),), (), (), ()))  # fmt: skip


class Event(NamedTuple):
    """Something that reaches the hub: what it is called in a story, and whom it needs to have been told what."""

    words: str
    payment: int
    after: tuple[str, str] | None
    decide: Callable[[Step], Step]


def apply(books: Books, event: Event) -> tuple[Books, Told, Sequence[str]]:
    """Return the books after an event, who is to be told what once that is durable, and what is wrong."""
    step = Step(cast("Any", _View(books)), NOW)
    try:
        answer = event.decide(step)  # on this step, or a fresh one
    except Exception as error:  # noqa: BLE001  that is what the proof is for
        return books, frozenset(), [f"process: this cannot be decided: {error!r}"]
    rows: dict[Table[Any], dict[Key, Any]] = {
        table: dict(records) for table, records in zip(_KEPT, books.rows, strict=True)
    }
    for table, records in answer.changed():
        if table in rows:
            rows[table].update(records)
    told = frozenset(_tellings(answer))
    after = Books(tuple(tuple(sorted(rows[table].items(), key=_by_key)) for table in _KEPT))
    return after, told, list(_wrong(books, after))


def events() -> tuple[Event, ...]:
    """Everything that can reach the hub of two payments."""
    return tuple(event for number in range(len(UETRS)) for event in _events(number))


def _events(number: int) -> Iterator[Event]:
    name = f"payment {number + 1}"
    yield Event(f"{A} orders {name}", number, None, _given(_order(number, "order", AMOUNT)))
    yield Event(
        f"{A} orders {name} under another message id", number, None, _given(_order(number, "again", AMOUNT))
    )
    yield Event(
        f"{A} orders something else as {name}", number, None, _given(_order(number, "order", AMOUNT + 1))
    )
    for status, reason in (("ACCP", None), ("RJCT", "AC03")):
        for attempt in ("", " again"):
            yield Event(
                f"{B} answers {status} to {name}{attempt}",
                number,
                (B, "pacs.008"),
                _given(_report(number, status, reason, attempt)),
            )
    yield Event(f"{B} has credited {name}", number, (B, "ACSC"), _given(_report(number, "ACCC", None, "")))
    yield Event(f"{A} asks about {name}", number, None, _given(_question(number)))
    yield Event(f"the time of {name} is over", number, None, _expire(number))


def _given(command: Command) -> Callable[[Step], Step]:
    """As the decider does it: known messages change nothing, refusals are told on a fresh step."""
    handler = rules.HANDLERS[type(command)]

    def decide(step: Step) -> Step:
        origin = command.origin
        known = identify(step, origin)
        if isinstance(known, Identity):
            return Step(step._view, NOW)  # noqa: SLF001  an empty step: nothing happens
        answer = known or handler.decide(step, command)
        if isinstance(answer, Rejected):
            refusal = Step(step._view, NOW)  # noqa: SLF001
            if known is None:
                handler.refuse(refusal, command, answer)
            step = refusal
        if known is None:
            outcome = ACCEPTED if isinstance(answer, Accepted) else REFUSED
            step.put(
                IDENTITY,
                Identity(origin.signer, origin.message_id, origin.digest, 0, 0, NOW, outcome, b""),
            )
        return step

    return decide


def _expire(number: int) -> Callable[[Step], Step]:
    def decide(step: Step) -> Step:
        payment = step.get(PAYMENT, UETRS[number])
        if payment is not None and payment.due_at is not None:
            rules.TIMERS[PAYMENT](step, payment)
        return step

    return decide


def _origin(signer: str, message_id: str, definition: str, content: str) -> Origin:
    return Origin(signer, message_id, definition, sha256(content.encode()).digest(), NOW, NOW)


def _order(number: int, name: str, amount: int) -> CreditTransfer:
    message_id = f"{name}-{number}"
    message = pacs008.CreditTransfer(
        message_id=message_id,
        created_at=NOW,
        settlement_method="CLRG",
        end_to_end_id="e",
        uetr=UETRS[number],
        interbank_settlement_amount=Money(amount, "RUB"),
        charge_bearer="DEBT",
        instructing_agent=A,
        instructed_agent=HUB,
        debtor=Party(name="D", account="1"),
        debtor_agent=A,
        creditor_agent=B,
        creditor=Party(name="C", account="2"),
    )
    origin = _origin(A, message_id, "pacs.008.001.13", f"{message_id}/{amount}")
    return CreditTransfer(origin, message, Screening("list"))


def _report(number: int, status: str, reason: str | None, attempt: str) -> StatusReport:
    message_id = f"{status}{attempt}-{number}"
    message = pacs002.StatusReport(
        message_id=message_id,
        created_at=NOW,
        original_uetr=UETRS[number],
        transaction_status=status,
        reason=reason,
    )
    return StatusReport(_origin(B, message_id, "pacs.002.001.10", message_id), message)


def _question(number: int) -> StatusRequest:
    message_id = f"ask-{number}"
    message = pacs028.StatusRequest(message_id=message_id, created_at=NOW, original_uetr=UETRS[number])
    return StatusRequest(_origin(A, message_id, "pacs.028.001.03", message_id), message)


def _tellings(step: Step) -> Iterator[tuple[str, int, str]]:
    for outgoing in step.outgoing:
        match outgoing.message:
            case pacs008.CreditTransfer(uetr=uetr):
                yield outgoing.participant, UETRS.index(uetr), "pacs.008"
            case pacs002.StatusReport(original_uetr=uetr, transaction_status=status):
                yield outgoing.participant, UETRS.index(uetr), status


def _wrong(before: Books, after: Books) -> Iterator[str]:
    """The invariants of the records, asked of every state."""
    balances: Mapping[Key, Balance] = dict(after.rows[0])
    posted = sum(b.credits_posted - b.debits_posted for b in balances.values())
    pending = sum(b.credits_pending - b.debits_pending for b in balances.values())
    if (posted, pending) != (COVERED, 0):
        yield f"conservation: balances add up to {posted - COVERED} and {pending}, not to 0"
    for account_id, balance in balances.items():
        account = cast("Account", _WHOLE[ACCOUNT][account_id])
        yield from (f"limits: {said}" for said in checks.limits(account, balance))
    reserved = dict(after.rows[1])
    moved = held = 0
    for number in range(len(UETRS)):
        payment = after.payment(number)
        if payment is None:
            if before.payment(number) is not None:
                yield f"states: payment {number + 1} is gone"
            continue
        yield from (f"payments: {said}" for said in checks.payment(payment))
        yield from (f"states: {said}" for said in checks.follows(before.payment(number), payment))
        for leg in range(payment.first_transfer, payment.first_transfer + payment.legs):
            status = reserved[leg].status
            moved += payment.source_amount * (status == PendingStatus.POSTED)
            held += payment.source_amount * (status == PendingStatus.PENDING)
            if status != checks.ENDS[payment.status]:
                yield f"legs: payment {number + 1} is {payment.status}, its leg {PendingStatus(status).name}"
    debits = balances[1].debits_posted, balances[1].debits_pending
    if debits != (moved, held):
        yield f"balances: {A} is debited with {debits}, its payments moved {moved} and hold {held}"


def _by_key(item: tuple[Any, Any]) -> str:
    return str(item[0])
