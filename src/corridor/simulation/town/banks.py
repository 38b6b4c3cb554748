"""A bank as a process, with the customers that come to its counter."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from corridor.client import events, liquidity, requests
from corridor.client.events import Receipt
from corridor.client.mailbox import Delivery
from corridor.client.messages import Order, credit_transfer, payment_return
from corridor.client.requests import Quote
from corridor.client.signing import Pen
from corridor.codecs.iso20022.messages import Message
from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.domain.errors import CorridorError
from corridor.domain.instants import SECOND, Instant
from corridor.domain.money import Money
from corridor.domain.parties import Party
from corridor.sandbox.bank import OUT, Bank, BankPayment, Turn
from corridor.sandbox.book import Account, Book
from corridor.sandbox.central_bank import reserve_account
from corridor.sandbox.mirror import Booking
from corridor.sandbox.world import Institution
from corridor.simulation.town.customers import BOOKED, GROSS, NETTED, Wish
from corridor.simulation.town.institutions import House, Store

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

TOO_OLD: Instant = 7 * SECOND
"""Beyond the life of a quote in this town."""


class BankStore(Store):
    """A bank's books beside its correspondence."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        super().__init__()
        self.accounts = {account.number: account for account in accounts}
        self.payments: dict[str, BankPayment] = {}
        self.mirror: dict[int, Booking] = {}

    def write(self, effect: Turn) -> None:
        for account in effect.accounts:
            self.accounts[account.number] = account
        for payment in effect.payments:
            self.payments[payment.uetr] = payment
        for booking in effect.bookings:
            self.mirror.setdefault(booking.number, booking)


class BankHouse(House):
    """A bank with its customers."""

    def __init__(self, town: "Town", institution: Institution, accounts: Iterable[Account]) -> None:
        super().__init__(town, institution)
        self.store: BankStore = BankStore(accounts)
        self._quotes: dict[str, Wish] = {}

    def begin(self) -> None:
        """Open the book as it was stored."""
        self._quotes = {}
        self._bank_timer: Instant | None = None
        self.bank = Bank(
            self.profile,
            Book(self.store.accounts.values()),
            [payment for payment in self.store.payments.values() if payment.open],
            identify=self.identify,
            recall=self.store.payments.get,
            dice=self._dice,
        )
        super().begin()
        self._set_timer()

    def order(self, wish: Wish) -> None:
        """Do what a customer wants, if the bank is there at all."""
        if not self.up:
            return
        if wish.quoted:
            message_id, _ = self.identify()
            members = requests.quote_members(
                wish.creditor_agent, wish.amount.currency, wish.currency, wish.amount, wish.provider
            )
            self._quotes[message_id] = wish
            self.receive(events.Submitted([requests.request("quotes", message_id, members, kept=False)]))
            if wish.number % 3 == 0 and not wish.provider and self.up:
                self._inquire(members, 1 + wish.number % 5)
        else:
            self._pay(wish, wish.order(None, self.timeline.now))

    def move_liquidity(self, issuer: str, amount: Money, uetr: str, *, inward: bool) -> None:
        """Ask a central bank for money, or send it some back."""
        if not self.up:
            return
        account = reserve_account(issuer, self.name)
        message_id, now = self.identify()
        write = liquidity.funding if inward else liquidity.defunding
        self._town.tell(f"{self.name} {'asks for' if inward else 'sends back'} {amount} ({uetr[:8]})")
        self.submit([write(self.profile, amount, account, message_id, uetr, now)])

    def lie(self, dice: Random) -> bool:
        """Order something else under the UETR of a payment that the hub knows, perhaps another bank's.

        Sometimes even under its message id, behind the back of the bank's own client.
        """
        houses = (self, dice.choice(list(self._town.banks.values())))
        ordered = [
            each
            for house in houses
            for each in house.store.payments.values()
            if each.direction == OUT and each.uetr in self._town.watching.payments
        ]
        if not ordered:
            return False
        old = dice.choice(ordered)
        message_id, now = self.identify()
        order = Order(
            creditor_agent=old.agent if old.agent != self.name else old.message_id[:8],
            amount=Money(old.amount + 1, old.currency),
            debtor=Party(name="Рустам Каримов", account=old.account),
            creditor=Party(name="Далер Назаров", account=old.account),
        )
        self._town.tell(f"{self.name} orders something else as {self._town.story.name(old.uetr)}")
        if dice.randrange(2):
            self.submit([credit_transfer(self.profile, order, message_id, old.uetr, now)])
            return True
        message = credit_transfer(self.profile, order, old.message_id, old.uetr, now)
        draft = self._town.wire.draft(self.profile, message, now)
        number = 10**6 + self._town.timeline.now - self._town.timeline.start
        signature = Pen(self.profile, self.key).sign(draft.body, number, now)
        known = self.store.receipts.get(old.message_id)

        def reply(_status: int, _signature: str, body: bytes) -> None:
            self._town.ask(
                "repeats",
                known is None or body != known.body,
                lambda: f"{old.message_id} with other content got the answer of the first",
            )

        self._town.door(dice).post(draft.target, signature, draft.body, reply)
        return True

    def give_back(self, uetr: str, reason: str) -> None:
        """Give back what a customer has received, and still has."""
        if not self.up:
            return
        try:
            turn = self.bank.give_back(uetr, reason)
        except CorridorError:
            return  # the customer has spent it
        self._town.tell(f"{self.name} gives back {self._town.story.name(uetr)}")
        self.submit(turn.messages, [turn])

    def return_wrongly(self, received: BankPayment, reason: str, more: int) -> None:
        """Behind the back of its own book: more than was received, or what was given back already."""
        if not self.up:
            return
        message_id, now = self.identify()
        amount = Money(received.amount + more, received.currency)
        self.submit([payment_return(self.profile, received.uetr, amount, reason, message_id, now)])

    def hear(self, told: events.Told) -> None:
        """A quote has come, or none."""
        wish = self._quotes.pop(told.message_id, None)
        if wish is not None and isinstance(told.outcome, Receipt):
            quote = requests.read_quote(told.outcome.answer)
            self._pay(wish, wish.order(quote, self.timeline.now))
            # Some try to use their quote once more, at once or when it is too old.
            if wish.number % 7 == 3:
                self._again(wish, quote)
            elif wish.number % 7 == 5 and self.timeline.now + TOO_OLD < self._town.storm_ends:
                self.after(TOO_OLD, self._again, wish, quote)

    def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Do what the messages ask for, each customer of the creditor's bank in its own way."""
        bank, now = self.bank, self.now()
        written: list[Message] = []
        turns: list[Turn] = []
        for delivery in deliveries:
            match delivery.opened and delivery.opened.message:
                case CreditTransfer() as transfer:
                    bank.behaviour = self._town.behaviour(transfer)
            try:
                turn = bank.handle((delivery,), now)
            except Exception as error:  # noqa: BLE001  that is what the proof is for
                self._town.break_("process", f"{self.name} cannot handle {delivery.opened}: {error!r}")
                self._town.kill(self)
                return
            written += turn.messages
            turns.append(turn)
        self._tell(turns)
        self.submit(written, turns, deliveries[-1].number)
        self._set_timer()

    def _inquire(self, members: dict[str, Any], within_s: int) -> None:
        """Ask all providers, too: what they promise counts, whether anybody pays on it or not."""
        message_id, _ = self.identify()
        asked = requests.request("inquiries", message_id, {**members, "within_s": within_s}, kept=False)
        self.receive(events.Submitted([asked]))

    def _again(self, wish: Wish, quote: Quote) -> None:
        again = self._town.once_more(wish)
        self._pay(again, again.order(quote, self.timeline.now))

    def _pay(self, wish: Wish, order: Order) -> None:
        try:
            turn = self.bank.order(order, wish.uetr)
        except CorridorError:
            return  # the customer has too little
        how = {GROSS: "gross ", NETTED: "netted ", BOOKED: "on account "}.get(wish.channel, "")
        self._town.tell(
            f"{self.name} orders {how}{order.amount} to {order.creditor_agent} ({self._town.story.name(wish.uetr)})"
        )
        if wish.second_thought:
            self.after(self._dice.randrange(4 * SECOND), self._think_again, wish)
        self.submit(turn.messages, [turn])
        self._set_timer()

    def _think_again(self, wish: Wish) -> None:
        """Cancel what may still wait, move it, or give it another priority."""
        what = wish.second_thought
        path, members = {
            "cancel": ("queue/cancel", {}),
            "first": ("queue/move", {"to": "first"}),
            "last": ("queue/move", {"to": "last"}),
        }.get(what, ("queue/priority", {"priority": what}))
        self.ask_hub(path, {"uetr": wish.uetr, **members})

    def _tell(self, turns: Sequence[Turn]) -> None:
        for turn in turns:
            for step in turn.steps:
                self._town.tell(
                    f"{self.name} books {self._town.story.name(step.uetr)} as {step.status}"
                    f"{' ' + step.reason if step.reason else ''}"
                )

    def _wake_bank(self, due: Instant) -> None:
        if self._bank_timer != due:
            return
        self._bank_timer = None
        turn = self.bank.wake(self.now())
        if turn.messages or turn.payments:
            self._tell([turn])
            self.submit(turn.messages, [turn])
        self._set_timer()

    def _set_timer(self) -> None:
        due = self.bank.due_at
        if due is not None and due != self._bank_timer and self.up:
            self._bank_timer = due
            self.after(max(0, due - self.now()), self._wake_bank, due)
