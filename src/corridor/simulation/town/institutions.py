"""Participants as processes: the production client, an institution's own machine, and a store of both."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Final

from corridor.client import events, requests
from corridor.client.events import Letter, Place, Receipt
from corridor.client.machine import Correspondence
from corridor.client.mailbox import Delivery
from corridor.client.profile import Profile
from corridor.client.store import Effect
from corridor.codecs.iso20022.messages import Message
from corridor.domain.instants import SECOND, Instant
from corridor.domain.money import Money
from corridor.sandbox import central_bank
from corridor.sandbox.provider import Movement, Provider, asked, movements
from corridor.sandbox.world import BANKS, MID, PAIR, Institution
from corridor.simulation.town.front_door import FrontDoor, Reader
from corridor.simulation.town.network import GIVES_UP
from corridor.simulation.town.timeline import Process

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

FIRST_NUMBER = 1_000
"""Below it are the numbers used before the simulation begins."""
RATES_EVERY: Instant = 20 * SECOND
REPLIES_WITHIN: Instant = 4 * SECOND
RESERVE: Final = 20_000_000_00
"""What each bank has with each central bank at first: less than it may want here."""


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

    def ask_hub(self, path: str, members: Mapping[str, Any]) -> str:
        """Send a request in JSON; return its message id, under which the answer will be in the store."""
        message_id, _ = self.identify()
        self.receive(events.Submitted([requests.request(path, message_id, members, kept=True)]))
        return message_id

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


class ProviderStore(Store):
    """What an FX provider has booked."""

    def __init__(self) -> None:
        super().__init__()
        self.positions: dict[str, int] = {}

    def write(self, effect: Sequence[Movement]) -> None:
        for each in effect:
            self.positions[each.currency] = self.positions.get(each.currency, 0) + each.amount


class ProviderHouse(House):
    """An FX provider that posts rates, replies to inquiries and books what was exchanged."""

    def __init__(self, town: "Town", institution: Institution) -> None:
        super().__init__(town, institution)
        self.store: ProviderStore = ProviderStore()
        self._trader = Provider(MID, self._dice)

    def begin(self) -> None:
        """Post rates from now on."""
        super().begin()
        self._post_rates()

    def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Book what the notifications say, and reply, in time or too late, to what they ask."""
        self.submit((), [movements(deliveries)], deliveries[-1].number)
        for number in asked(deliveries):
            self.after(self._dice.randrange(REPLIES_WITHIN), self._reply, number)

    def _reply(self, number: int) -> None:
        message_id, _ = self.identify()
        rate = self._trader.firm_rate(sells_base=bool(self._dice.randrange(2)))
        members = {"inquiry": number, "rate": f"{rate:f}"}
        self.receive(events.Submitted([requests.request("inquiries/reply", message_id, members, kept=False)]))

    def _post_rates(self) -> None:
        message_id, _ = self.identify()
        members = requests.rates_members(*PAIR, self._trader.next_rates())
        self.receive(events.Submitted([requests.request("rates", message_id, members, kept=False)]))
        self.after(RATES_EVERY, self._post_rates)


class IssuerStore(Store):
    """What a central bank keeps: the accounts of the participants with it."""

    def __init__(self, balances: Mapping[str, int]) -> None:
        super().__init__()
        self.began_with = sum(balances.values())
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        central_bank.prepare(self.database, balances.items())

    def write(self, effect: Effect) -> None:
        effect(self.database)

    @property
    def held(self) -> int:
        """What the participants have with it."""
        ((held,),) = self.database.execute("SELECT sum(balance) FROM reserve_account")
        return int(held)


class IssuerHouse(House):
    """A central bank that issues money now and then, and moves what participants have with it."""

    def __init__(self, town: "Town", institution: Institution) -> None:
        super().__init__(town, institution)
        numbers = (central_bank.reserve_account(self.name, bank.bic) for bank in BANKS)
        self.store: IssuerStore = IssuerStore(dict.fromkeys(numbers, RESERVE))
        self.currency = institution.home
        self.issued: dict[str, int] = {}

    def begin(self) -> None:
        """Open the desk with the accounts as they were stored."""
        self._desk = central_bank.Desk(self.profile, self.identify, self.store.database)
        super().begin()
        self.after(central_bank.REMIND_EVERY, self._remind)

    def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Move what participants ask for."""
        turn = self._desk.handle(deliveries)
        self.submit(turn.messages, turn.effects, deliveries[-1].number)

    def _remind(self) -> None:
        if self.quiet:  # what is on its way may still be taken in
            turn = self._desk.remind()
            if turn.messages:
                self.submit(turn.messages, turn.effects)
        self.after(central_bank.REMIND_EVERY, self._remind)

    def fund(self, participant: str, currency: str, amount: int) -> None:
        """Issue money to a participant."""
        if not self.up:
            return
        members = {"participant": participant, "amount": requests.amount_members(Money(amount, currency))}
        self.issued[self.ask_hub("funding", members)] = amount
