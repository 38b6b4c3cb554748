"""A simulated bank as a sans-I/O machine: orders and mail in, messages and changes of its book out.

It does what the rulebook asks of a bank: reserves on ordering, debits on ACSC, releases on RJCT; promises in
time, credits on ACSC and only then, reports ACCC; concludes nothing from silence. What it gives back it reserves
first, and what comes back it credits. Whatever comes twice is done once.
"""

import heapq
import random
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from corridor.client.mailbox import Delivery
from corridor.client.messages import (
    PACS_004,
    Order,
    credit_transfer,
    payment_return,
    status_report,
    status_request,
)
from corridor.client.profile import Profile
from corridor.codecs.iso20022.admi002 import MessageReject
from corridor.codecs.iso20022.camt054 import Notification
from corridor.codecs.iso20022.messages import Message
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs004 import PaymentReturn
from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.domain.errors import CorridorError
from corridor.domain.instants import SECOND, Instant
from corridor.domain.money import Money
from corridor.sandbox.book import Account, Book
from corridor.sandbox.mirror import Booking, notified, reported

OUT, IN = "out", "in"
ORDERED, RECEIVED = "ordered", "received"
"""Before the hub, or this bank itself, has said anything; then the ISO codes are the states."""
RETURNING, RETURNED = "returning", "returned"
"""A payment that this bank wants to give back; and one that was given back, whoever did."""
ASK_AFTER: Final = 20 * SECOND
"""A payment is final within 10 s. A debtor agent that has heard nothing for so long asks."""


class NotReturnable(CorridorError):
    """The bank has not credited such a payment to a customer, or is giving it back already."""

    reason = "FF12"


class BankPayment(msgspec.Struct, frozen=True):
    """A payment as its debtor agent (direction out) or creditor agent (in) knows it.

    `amount` is what moves on the customer's account, in minor units: source and fee, or destination.
    `message_id` is that of the pacs.008, or of the pacs.004 with which this bank gives it back. `changed_at` is when
    it came to this status.
    """

    uetr: str
    direction: str
    status: str
    account: str
    currency: str
    amount: int
    agent: str
    message_id: str
    end_to_end_id: str
    begun_at: Instant
    changed_at: Instant
    reason: str = ""

    @property
    def open(self) -> bool:
        """Something is still to come: of a payment that went out, until the creditor is credited."""
        return self.status not in ("RJCT", "ACCC", RETURNED)


class Behaviour(msgspec.Struct, frozen=True):
    """How a bank answers for payments to accounts that it has nothing against. Shares are in thousandths."""

    refuses: int = 0
    refusal: str = "MS03"
    is_silent: int = 0
    is_late: int = 0
    late_by: Instant = 9 * SECOND


class Turn(msgspec.Struct, frozen=True):
    """What follows from one event: all of it is stored in one transaction, then the messages are sent.

    `accounts` and `payments` are those that have changed, as they are now; `steps` is every status that a
    payment went through, in order; `bookings` what was heard of correspondent accounts.
    """

    messages: Sequence[Message]
    accounts: Sequence[Account]
    payments: Sequence[BankPayment]
    steps: Sequence[BankPayment]
    bookings: Sequence[Booking] = ()


class Bank:
    """One bank. `open_payments` are those it had not seen the end of; `recall` finds those that ended."""

    def __init__(
        self,
        profile: Profile,
        book: Book,
        open_payments: Iterable[BankPayment],
        *,
        identify: Callable[[], tuple[str, Instant]],
        recall: Callable[[str], BankPayment | None],
        dice: random.Random,
        behaviour: Behaviour | None = None,
    ) -> None:
        self.book = book
        self.behaviour = behaviour or Behaviour()
        self._profile = profile
        self._identify = identify
        self._recall = recall
        self._dice = dice
        self._open = {payment.uetr: payment for payment in open_payments}
        self._by_message = {
            p.message_id: p.uetr for p in self._open.values() if p.direction == OUT or p.status == RETURNING
        }
        self._due: list[tuple[Instant, str]] = [
            (p.changed_at + ASK_AFTER, p.uetr) for p in self._open.values() if p.direction == OUT
        ]
        heapq.heapify(self._due)
        self._messages: list[Message] = []
        self._steps: list[BankPayment] = []
        self._bookings: list[Booking] = []

    def order(self, order: Order, uetr: str) -> Turn:
        """Reserve on the debtor's account and order the payment.

        Raises: AccountClosed (AC05), NotCovered (AM04).
        """
        account = order.debtor.account
        assert account in self.book.accounts, "a bank orders only for its own customers"
        debit = order.quote.debit if order.quote else order.amount
        self.book.reserve(account, debit.minor)
        message_id, now = self._identify()
        self._messages.append(credit_transfer(self._profile, order, message_id, uetr, now))
        self._keep(
            BankPayment(
                uetr, OUT, ORDERED, account, debit.currency, debit.minor,
                order.creditor_agent, message_id, order.end_to_end_id, now, now,
            )
        )  # fmt: skip
        self._by_message[message_id] = uetr
        heapq.heappush(self._due, (now + ASK_AFTER, uetr))
        return self._turn()

    def give_back(self, uetr: str, reason: str, text: str = "") -> Turn:
        """Reserve on the creditor's account what it was credited, and return the payment.

        Raises: NotReturnable (FF12), AccountClosed (AC05), NotCovered (AM04).
        """
        payment = self.find(uetr)
        if payment is None or (payment.direction, payment.status) != (IN, "ACCC"):
            raise NotReturnable(field=uetr)
        self.book.reserve(payment.account, payment.amount)
        message_id, now = self._identify()
        received = Money(payment.amount, payment.currency)
        self._messages.append(payment_return(self._profile, uetr, received, reason, message_id, now, text))
        returning = _with(payment, RETURNING, now, reason)
        self._keep(msgspec.structs.replace(returning, message_id=message_id))
        self._by_message[message_id] = uetr
        return self._turn()

    def find(self, uetr: str) -> BankPayment | None:
        """Return a payment as this bank knows it now."""
        known = self._open.get(uetr) or next((p for p in reversed(self._steps) if p.uetr == uetr), None)
        return known or self._recall(uetr)

    def deposit(self, account: str, amount: int) -> Turn:
        """A customer brings cash."""
        self.book.deposit(account, amount)
        return self._turn()

    def handle(self, deliveries: Iterable[Delivery], now: Instant) -> Turn:
        """Do what the messages of a frame ask for."""
        for delivery in deliveries:
            match delivery.opened and delivery.opened.message:
                case CreditTransfer() as transfer:
                    self._answer(transfer, now)
                case PaymentReturn() as back:
                    self._take_back(back, now)
                case StatusReport(original_uetr=uetr, original_message_definition_id=name) as report:
                    self._mirror(report)
                    if name == PACS_004:
                        self._given_back(uetr, now)
                        continue
                    payment = self._open.get(uetr)
                    if payment is not None:
                        self._hear(payment, report, now)
                case Notification() as told:
                    self._bookings += notified(told)
                case MessageReject(related_reference=message_id, reason=reason):
                    payment = self._open.get(self._by_message.get(message_id, ""))
                    # Refused because the id was used before (DU01), the message that used it stands.
                    if payment is not None and reason != "DU01":
                        self._hear_refusal(payment, reason, now)
        return self._turn()

    def wake(self, now: Instant) -> Turn:
        """Do what was put off until now: answer late, ask where a payment stands."""
        while self._due and self._due[0][0] <= now:
            payment = self._open.get(heapq.heappop(self._due)[1])
            if payment is None:
                continue
            if payment.direction == IN and payment.status == RECEIVED:
                self._promise(payment, now)
            elif payment.direction == OUT and payment.status in (ORDERED, "ACSP"):
                message_id, _ = self._identify()
                self._messages.append(status_request(self._profile, payment.uetr, message_id, now))
                heapq.heappush(self._due, (now + ASK_AFTER, payment.uetr))
        return self._turn()

    @property
    def due_at(self) -> Instant | None:
        """When `wake` has something to do, perhaps."""
        return self._due[0][0] if self._due else None

    # a creditor agent

    def _answer(self, transfer: CreditTransfer, now: Instant) -> None:
        asks_nothing = transfer.clearing_channel is not None  # it is final: nothing to promise, or to refuse
        known = self._open.get(transfer.uetr) or self._recall(transfer.uetr)
        if known is not None:
            if asks_nothing:
                return
            if known.direction == IN and known.status in ("ACCP", "RJCT"):
                self._report(known, known.status)
            return
        amount = transfer.interbank_settlement_amount
        account = self.book.find(transfer.creditor.account, transfer.creditor_proxy)
        payment = BankPayment(
            transfer.uetr, IN, RECEIVED, account.number if account else "", amount.currency, amount.minor,
            transfer.debtor_agent, transfer.message_id, transfer.end_to_end_id, now, now,
        )  # fmt: skip
        reason = _objection(account, amount)
        if asks_nothing:
            self._keep(_with(payment, "RJCT" if reason else "ACCP", now, reason))
        elif reason:
            self._refuse(payment, reason, now)
        else:
            self._behave(payment, now)

    def _behave(self, payment: BankPayment, now: Instant) -> None:
        behaviour = self.behaviour
        drawn = self._dice.randrange(1000)
        if drawn < behaviour.refuses:
            self._refuse(payment, behaviour.refusal, now)
        elif drawn < behaviour.refuses + behaviour.is_silent:
            self._keep(payment)
        elif drawn < behaviour.refuses + behaviour.is_silent + behaviour.is_late:
            self._keep(payment)
            heapq.heappush(self._due, (now + behaviour.late_by, payment.uetr))
        else:
            self._promise(payment, now)

    def _promise(self, payment: BankPayment, now: Instant) -> None:
        self._keep(_with(payment, "ACCP", now))
        self._report(payment, "ACCP")

    def _refuse(self, payment: BankPayment, reason: str, now: Instant) -> None:
        refused = _with(payment, "RJCT", now, reason)
        self._keep(refused)
        self._report(refused, "RJCT")

    def _report(self, payment: BankPayment, status: str) -> None:
        message_id, now = self._identify()
        self._messages.append(
            status_report(
                self._profile,
                payment.uetr,
                status,
                message_id,
                now,
                reason=payment.reason or None,
                original_message_id=payment.message_id,
                end_to_end_id=payment.end_to_end_id,
            )
        )

    # what the hub says

    def _hear(self, payment: BankPayment, report: StatusReport, now: Instant) -> None:
        status = report.transaction_status
        if payment.status == RETURNING:
            return  # it was credited: of the payment itself there is nothing more to do
        if payment.direction == IN:
            if status in ("ACSC", "ACCC"):
                self.book.credit(payment.account, payment.amount)
                self._keep(_with(payment, "ACCC", now))
                if status == "ACSC":
                    self._report(payment, "ACCC")
            elif status == "RJCT":
                self._keep(_with(payment, "RJCT", now, report.reason or "NARR"))
        elif payment.status == "ACSC":  # final: only the creditor's bank has something to add
            if status == "ACCC":
                self._keep(_with(payment, status, now))
        elif status == "RJCT":
            self._release(payment, report.reason or "NARR", now)
        else:
            if status in ("ACSC", "ACCC"):
                self.book.debit(payment.account, payment.amount)
            self._keep(_with(payment, status, now))

    def _mirror(self, report: StatusReport) -> None:
        """Enter what settled on a correspondent account, even if the customer's account cannot be credited."""
        if not report.additional_information:
            return
        payment = self.find(report.original_uetr)
        if payment is not None:
            self._bookings += reported(report, payment.amount)

    def _hear_refusal(self, payment: BankPayment, reason: str, now: Instant) -> None:
        if payment.status == ORDERED:
            self._release(payment, reason, now)
        elif payment.status == RETURNING:  # nothing has moved: the customer keeps it
            self.book.release(payment.account, payment.amount)
            self._keep(_with(payment, "ACCC", now, reason))

    # returns

    def _given_back(self, uetr: str, now: Instant) -> None:
        """A return is final. The debtor agent has done its part when it got the return itself."""
        payment = self._open.get(uetr)
        if payment is not None and payment.status == RETURNING:
            self.book.debit(payment.account, payment.amount)
            self._keep(_with(payment, RETURNED, now, payment.reason))

    def _take_back(self, back: PaymentReturn, now: Instant) -> None:
        """Credit what came back to whoever had paid. In another currency it stays with the bank, for a person."""
        payment = self.find(back.original_uetr)
        if payment is None or payment.direction != OUT or payment.status == RETURNED:
            return
        if back.returned_amount.currency == payment.currency:
            self.book.credit(payment.account, back.returned_amount.minor)
        self._keep(_with(payment, RETURNED, now, back.reason))

    def _release(self, payment: BankPayment, reason: str, now: Instant) -> None:
        self.book.release(payment.account, payment.amount)
        self._keep(_with(payment, "RJCT", now, reason))

    def _keep(self, payment: BankPayment) -> None:
        self._steps.append(payment)
        if payment.open:
            self._open[payment.uetr] = payment
        else:
            self._open.pop(payment.uetr, None)
            self._by_message.pop(payment.message_id, None)

    def _turn(self) -> Turn:
        latest = {payment.uetr: payment for payment in self._steps}
        turn = Turn(
            self._messages, self.book.take_changed(), list(latest.values()), self._steps, self._bookings
        )
        self._messages, self._steps, self._bookings = [], [], []
        return turn


def _objection(account: Account | None, amount: Money) -> str:
    """Why a payment cannot be credited to the account, as ISO's reason."""
    if account is None:
        return "AC03"
    if account.closed:
        return "AC07"
    return "" if account.currency == amount.currency else "AM03"


def _with(payment: BankPayment, status: str, now: Instant, reason: str = "") -> BankPayment:
    return BankPayment(
        payment.uetr, payment.direction, status, payment.account, payment.currency, payment.amount,
        payment.agent, payment.message_id, payment.end_to_end_id, payment.begun_at, now, reason,
    )  # fmt: skip
