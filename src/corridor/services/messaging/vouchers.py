"""What participants hold of the hub's log, against the log itself: the outer half of the start-up fence."""

from collections.abc import Iterator
from typing import Any

from corridor.decision import Accepted, Answer, Contradicted, Handler, Key, Rejected, Step, Table
from corridor.services.messaging.commands import Command, ReportVoucher, WaiveVoucher
from corridor.services.messaging.records import (
    CHAIN_HEAD,
    MAILBOX,
    PARTICIPANT,
    SIGNING_KEY,
    ChainHead,
    Mailbox,
)
from corridor.services.messaging.rules import refuse_silently

REASON_MAX = 350
BEFORE_ALL = ChainHead(0, bytes(32))
"""The head before the first batch."""


def report_voucher(step: Step, command: ReportVoucher) -> Answer:
    """Accept what the log contains.

    Raises: Contradicted, if the hub has signed what the log does not contain: nothing else can be the reason but a
    lost tail, a rewritten chain, or a second hub.
    """
    signer = command.origin.signer
    mailbox = step.get(MAILBOX, signer) or Mailbox(signer)
    if not command.key_id:
        return _holds_nothing(mailbox)
    key = step.get(SIGNING_KEY, command.key_id)
    if key is None or key.participant != step.hub or key.revoked_at is not None:
        return Rejected("DS0D", "the evidence is not signed with a key of the hub", "signature")
    found = _head(step, command.batch)
    reached = _head(step, command.reach)
    if found is not None and not found.head:
        return Accepted()  # this batch is known to be lost, and what followed from that was decided
    if found is not None and found.head != command.head:
        text = (
            f"{signer} holds the hub's signature on batch {command.batch} with head {command.head.hex()}, "
            f"but in the log its head is {found.head.hex()}: the log was rewritten, or a second hub has signed"
        )
        raise Contradicted(text, command.reach)
    if found is None or reached is None or (reached.head and command.number > mailbox.last_number):
        raise Contradicted(f"{signer} holds what the hub signed in batch {command.reach}", command.reach)
    return Accepted()


def waive_voucher(step: Step, command: WaiveVoucher) -> Answer:
    """Record that a person answers for opening without a participant's report; the fence counts persons."""
    if step.get(PARTICIPANT, command.participant) is None:
        return Rejected("RC01", "no such participant", "participant")
    if not command.reason.isprintable() or not 1 <= len(command.reason) <= REASON_MAX:
        return Rejected("NARR", f"a reason has 1 to {REASON_MAX} printable characters", "reason")
    return Accepted()


def _holds_nothing(mailbox: Mailbox) -> Answer:
    """Whoever was answered before holds something. This very report is counted already."""
    if mailbox.acknowledged or int.from_bytes(mailbox.window, "big").bit_count() > 1:
        return Rejected(
            "CH21", "the hub has answered you before: report the latest that you hold", "signature"
        )
    return Accepted()


def _head(step: Step, batch: int) -> ChainHead | None:
    return step.get(CHAIN_HEAD, batch) if batch else BEFORE_ALL


def _keys(command: ReportVoucher) -> Iterator[tuple[Table[Any], Key]]:
    for batch in {command.batch, command.reach} - {0}:
        yield CHAIN_HEAD, batch


HANDLERS: dict[type[Command], Handler] = {
    ReportVoucher: Handler(report_voucher, refuse_silently, _keys),
    WaiveVoucher: Handler(waive_voucher, refuse_silently),
}
