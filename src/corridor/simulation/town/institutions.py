"""Participants as processes: the production client, an institution's own machine, and a store of both."""

from collections.abc import Iterable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

from corridor.client import events, requests
from corridor.client.events import Letter, Place, Receipt
from corridor.client.machine import Correspondence
from corridor.client.mailbox import Delivery
from corridor.client.messages import Order, credit_transfer
from corridor.client.profile import Profile
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
from corridor.sandbox.provider import Movement, Provider, movements
from corridor.sandbox.world import MID, PAIR, Institution
from corridor.simulation.town.front_door import FrontDoor, Reader
from corridor.simulation.town.network import GIVES_UP
from corridor.simulation.town.timeline import Process

if TYPE_CHECKING:
    from corridor.simulation.town.customers import Wish
    from corridor.simulation.town.town import Town

FIRST_NUMBER = 1_000
"""Below it are the numbers used before the simulation begins."""
RATES_EVERY: Instant = 20 * SECOND
TOO_OLD: Instant = 7 * SECOND
"""Beyond the life of a quote in this town."""


class Store:
    """What is durable at a participant."""

    def __init__(self) -> None:
        self.place = Place(number=FIRST_NUMBER)
        self.letters: dict[int, Letter] = {}
        self.sent: dict[str, Letter] = {}
        """Every letter as it was last signed: what an eavesdropper has."""
        self.receipts: dict[str, Receipt] = {}

    def commit(self, changes: events.Changes) -> None:
        """Write all of it."""
        self.place = changes.place
        for number in changes.dropped:
            self.letters.pop(number, None)
        for letter in changes.put:
            assert letter.number not in self.letters, "two letters with one number"
            self.letters[letter.number] = letter
        for effect in changes.effects:
            self.write(effect)

    def write(self, effect: Any) -> None:
        """Write an effect of the participant's own."""
        raise NotImplementedError


class House(Process):
    """A participant. What follows from its mail and its own will, subclasses say."""

    store: Store

    def __init__(self, town: "Town", institution: Institution) -> None:
        super().__init__(institution.bic, town.timeline)
        self._town = town
        self._dice = Random(f"{town.seed}/{institution.bic}")
        self.key = town.wire.key(institution.bic)
        self.profile = Profile(
            bic=institution.bic,
            hub=town.hub_bic,
            environment=town.environment,
            url="",
            key_id=f"{institution.bic}-1",
            hub_keys={f"{town.hub_bic}-1": town.hub_key.public},
        )
        self.mailbox_read = 0

    def begin(self) -> None:
        """Take up the correspondence where the store has it."""
        super().begin()
        town = self._town
        self.machine = Correspondence(
            self.profile,
            self.key,
            self.store.place,
            sorted(self.store.letters.values(), key=lambda letter: letter.number),
            self._dice,
            seal=town.wire.seal(self.profile),
            read=town.wire.read_sealed,
        )
        self._reader: Reader | None = None
        self._door: FrontDoor | None = None
        self._timer = 0
        self._arrived_at: Instant = 0
        self.receive(events.Opened())

    def end(self) -> None:
        """Die."""
        super().end()
        if self._reader is not None and self._door is not None:
            self._door.leave(self._reader)

    @property
    def quiet(self) -> bool:
        """Nothing is on its way to the hub."""
        return self.machine.on_the_way == 0

    def receive(self, event: events.Event) -> None:
        """Let the machine decide, and do what it asks for."""
        try:
            actions = self.machine.receive(event, self.now())
        except Exception as error:  # noqa: BLE001  that is what the proof is for
            self._town.break_("process", f"{self.name} failed on {type(event).__name__}: {error!r}")
            self._town.kill(self)
            return
        life = self.life
        for action in actions:
            if life != self.life:
                return
            self._perform(action)

    def submit(
        self, written: Iterable[Message], effects: Sequence[Any] = (), handled: int | None = None
    ) -> None:
        """Store messages and effects together, then send."""
        draft, now = self._town.wire.draft, self.now()
        self.receive(events.Submitted([draft(self.profile, each, now) for each in written], effects, handled))

    def identify(self) -> tuple[str, Instant]:
        """An id for a message, and the time."""
        now = self.now()
        return self.machine.identify(now), now

    def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Take note; institutions do more."""
        self.submit((), (), deliveries[-1].number)

    def hear(self, told: events.Told) -> None:
        """Take note of an answer; institutions do more."""

    def _perform(self, action: events.Action) -> None:
        town = self._town
        match action:
            case events.Commit():
                self.after(town.store_delay(), self._commit, action.changes)
            case events.Post():
                self._post(action.letter)
            case events.Deliver():
                for delivery in action.deliveries:
                    town.delivered(self, delivery)
                self.after(town.pause(), self.handle, action.deliveries)
            case events.Told():
                if isinstance(action.outcome, Receipt):
                    self.store.receipts[action.message_id] = action.outcome
                self.hear(action)
            case events.Acknowledge():
                door = town.door(self._dice)
                if town.network.arrives(self.name, door.name):
                    town.timeline.after(
                        town.network.latency(), door.acknowledge, action.signature, action.body
                    )
            case events.Follow():
                self._follow(action)
            case events.WakeAt():
                self._timer += 1
                self.after(max(0, action.at - self.now()), self._wake, self._timer)
            case events.Alarm():
                town.alarm(self, action.text)

    def _wake(self, timer: int) -> None:
        if timer == self._timer:
            self.receive(events.Woken())

    def _commit(self, changes: events.Changes) -> None:
        self.store.commit(changes)
        self._town.stored(self, changes)
        if self.up:  # it may have died between the commit and what follows
            self.receive(events.Committed())

    def _post(self, letter: Letter) -> None:
        town, door = self._town, self._town.door(self._dice)
        self.store.sent[letter.message_id] = letter
        life, unanswered = self.life, events.Unanswered(letter.message_id)

        def hear(event: events.Event) -> None:
            if life == self.life:
                self.receive(event)

        def reply(status: int, signature: str, body: bytes) -> None:
            event = (
                events.Answered(letter.message_id, status, signature, body, 1 if status == 503 else 0)
                if status
                else unanswered
            )
            town.network.answer(door.name, self.name, hear, lambda: hear(unanswered), event)

        town.network.ask(
            self.name, door.name, door.post, lambda: hear(unanswered),
            letter.target, letter.signature, letter.body, reply,
        )  # fmt: skip

    # the mailbox

    def _follow(self, follow: events.Follow) -> None:
        if self._reader is not None and self._door is not None:
            self._door.leave(self._reader)
        self._reader = None
        town, door = self._town, self._town.door(self._dice)
        self._door = door
        self._stream = stream = object()
        town.network.ask(
            self.name, door.name, self._open_stream, lambda: self._interrupted(stream), stream, door, follow
        )

    def _open_stream(self, stream: object, door: FrontDoor, follow: events.Follow) -> None:
        if stream is not self._stream or not self.up or self._reader is not None:
            return  # a copy of the request, or one that nobody waits for any more
        town = self._town

        def send(piece: bytes) -> bool:
            if not town.network.arrives(door.name, self.name):
                town.timeline.after(self._dice.randrange(GIVES_UP), self._interrupted, stream)
                return False
            torn = town.network.torn(len(piece))
            self._arrived_at = max(self._arrived_at, town.timeline.now + town.network.latency())
            if torn is not None:
                town.timeline.at(self._arrived_at, self._arrived, stream, piece[:torn])
                town.timeline.at(self._arrived_at, self._interrupted, stream)
                return False
            town.timeline.at(self._arrived_at, self._arrived, stream, piece)
            return True

        def cut() -> None:
            town.timeline.after(town.network.latency(), self._interrupted, stream)

        def reader(participant: str, after: int) -> Reader:
            self._reader = Reader(participant, after, send, cut)
            return self._reader

        if not door.follow(follow.target, follow.signature, reader):
            self._interrupted(stream)

    def _arrived(self, stream: object, piece: bytes) -> None:
        if stream is self._stream and self.up:
            self.receive(events.Arrived(piece))

    def _interrupted(self, stream: object) -> None:
        if stream is self._stream and self.up:
            self.receive(events.Interrupted())


class BankStore(Store):
    """A bank's books beside its correspondence."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        super().__init__()
        self.accounts = {account.number: account for account in accounts}
        self.payments: dict[str, BankPayment] = {}

    def write(self, effect: Turn) -> None:
        for account in effect.accounts:
            self.accounts[account.number] = account
        for payment in effect.payments:
            self.payments[payment.uetr] = payment


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

    def order(self, wish: "Wish") -> None:
        """Do what a customer wants, if the bank is there at all."""
        if not self.up:
            return
        if wish.quoted:
            message_id, _ = self.identify()
            members = requests.quote_members(
                wish.creditor_agent, wish.amount.currency, wish.currency, wish.amount, ""
            )
            self._quotes[message_id] = wish
            self.receive(events.Submitted([requests.request("quotes", message_id, members, kept=False)]))
        else:
            self._pay(wish, wish.order(None))

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

    def hear(self, told: events.Told) -> None:
        """A quote has come, or none."""
        wish = self._quotes.pop(told.message_id, None)
        if wish is not None and isinstance(told.outcome, Receipt):
            quote = requests.read_quote(told.outcome.answer)
            self._pay(wish, wish.order(quote))
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

    def _again(self, wish: "Wish", quote: Quote) -> None:
        again = self._town.once_more(wish)
        self._pay(again, again.order(quote))

    def _pay(self, wish: "Wish", order: Order) -> None:
        try:
            turn = self.bank.order(order, wish.uetr)
        except CorridorError:
            return  # the customer has too little
        self._town.tell(
            f"{self.name} orders {order.amount} to {order.creditor_agent} ({self._town.story.name(wish.uetr)})"
        )
        self.submit(turn.messages, [turn])
        self._set_timer()

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


class ProviderStore(Store):
    """What an FX provider has booked."""

    def __init__(self) -> None:
        super().__init__()
        self.positions: dict[str, int] = {}

    def write(self, effect: Sequence[Movement]) -> None:
        for each in effect:
            self.positions[each.currency] = self.positions.get(each.currency, 0) + each.amount


class ProviderHouse(House):
    """An FX provider that posts rates and books what was exchanged."""

    def __init__(self, town: "Town", institution: Institution) -> None:
        super().__init__(town, institution)
        self.store: ProviderStore = ProviderStore()
        self._trader = Provider(MID, self._dice)

    def begin(self) -> None:
        """Post rates from now on."""
        super().begin()
        self._post_rates()

    def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Book what the notifications say."""
        self.submit((), [movements(deliveries)], deliveries[-1].number)

    def _post_rates(self) -> None:
        message_id, _ = self.identify()
        members = requests.rates_members(*PAIR, self._trader.next_rates())
        self.receive(events.Submitted([requests.request("rates", message_id, members, kept=False)]))
        self.after(RATES_EVERY, self._post_rates)


class IssuerStore(Store):
    """What a central bank has issued."""

    def write(self, effect: Any) -> None:
        raise AssertionError(effect)


class IssuerHouse(House):
    """A central bank that issues money now and then."""

    def __init__(self, town: "Town", institution: Institution) -> None:
        super().__init__(town, institution)
        self.store: Store = IssuerStore()
        self.issued: dict[str, int] = {}

    def fund(self, participant: str, currency: str, amount: int) -> None:
        """Issue money to a participant."""
        if not self.up:
            return
        message_id, _ = self.identify()
        members = {
            "participant": participant,
            "amount": {"amount": str(amount), "currency": currency, "scale": 2},
        }
        self.issued[message_id] = amount
        self.receive(events.Submitted([requests.request("funding", message_id, members, kept=True)]))
