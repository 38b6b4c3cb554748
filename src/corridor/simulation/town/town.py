"""One run: a town from one seed, first under faults, then healed, then asked whether every promise was kept."""

from collections import Counter
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

import msgspec

from corridor.client.events import Changes
from corridor.client.identifiers import random_uetrs
from corridor.client.mailbox import Delivery
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.codecs.jws import audience
from corridor.decision import TRANSFER, Outgoing
from corridor.domain.instants import MILLISECOND, SECOND, Instant
from corridor.hub import events as hub_events
from corridor.hub.batch import chain
from corridor.hub.lists import RULES
from corridor.ports import Post, Writes
from corridor.reports import checks, liquidity, returns
from corridor.reports.invariants import Broken
from corridor.reports.watch import Watch
from corridor.sandbox import world
from corridor.sandbox.bank import Behaviour
from corridor.services.compliance.commands import ActivateList
from corridor.services.compliance.screening import Hit, Screening
from corridor.services.instant.commands import RefusePayment, ReleasePayment
from corridor.services.instant.rules import ANSWER_TIME
from corridor.services.messaging.records import CASE
from corridor.services.settlement.payments import HELD, PAYMENT, Payment
from corridor.simulation.staff import Ordered, Staff
from corridor.simulation.town import founding
from corridor.simulation.town.banks import BankHouse
from corridor.simulation.town.customers import (
    ACCEPTS,
    LISTED,
    Wish,
    accounts,
)
from corridor.simulation.town.disk import Disk
from corridor.simulation.town.front_door import FrontDoor
from corridor.simulation.town.hub_house import HubHouse
from corridor.simulation.town.institutions import House, IssuerHouse, ProviderHouse
from corridor.simulation.town.network import Network
from corridor.simulation.town.settler_house import SettlerHouse
from corridor.simulation.town.story import Story
from corridor.simulation.town.timeline import Process, Timeline
from corridor.simulation.town.treasury import Treasury
from corridor.simulation.town.wire import Wire

START: Final[Instant] = 1_795_046_390 * SECOND
"""Ten seconds before midnight in UTC, so that a day ends in the middle of everything."""
HUB: Final = "CORRXXM0"
ATTEMPTS: Final = 100
"""How often an operator tries; longer than any storm."""
RACE: Final = 50 * MILLISECOND
"""So near to the deadline an answer races with the time-out."""


class Town:
    """Everybody, and what an observer of everybody sees."""

    hub_bic = HUB
    environment = "sandbox"

    def __init__(self, seed: int, wire: Wire, story: Story, *, remembers: bool = False) -> None:
        """With `remembers` the journal's tail can be lost afterwards."""
        self.seed = seed
        self.wire = wire
        self.story = story
        self.remembers = remembers
        self.timeline = Timeline(START)
        self.founded_at = self.timeline.now
        self.dice = Random(f"{seed}/town")
        self.struck: Counter[str] = Counter()
        self.checked: Counter[str] = Counter()
        self.broken: list[Broken] = []
        self.races = 0
        self.network = Network(self.timeline, Random(f"{seed}/network"), self.strike)
        self.hub_key = wire.key(HUB)
        self.sign = self.hub_key.sign
        self.rules = msgspec.structs.replace(RULES, render=self._render)
        self.disk = Disk(self.sign)
        self.staff = Staff(audience(HUB, self.environment), wire.key)
        self.watching = Watch(chain)
        self.list_version = "list-1"
        self._list_in_force = True
        self._links = 0
        self.storm_ends = self.timeline.now
        self.calm()
        founding.found(self)
        self.founded_with = sum(each.amount for each in self.disk.rows[TRANSFER].values())
        self.hub = HubHouse(self, "the hub")
        self.doors = [FrontDoor(self, f"gateway {i}") for i in (1, 2)]
        self.banks = {bank.bic: BankHouse(self, bank, accounts(bank)) for bank in world.BANKS}
        self.issuers = [IssuerHouse(self, each) for each in world.CENTRAL_BANKS]
        self.houses: list[House] = [
            *self.banks.values(),
            *(ProviderHouse(self, each) for each in world.FX_PROVIDERS),
            *self.issuers,
        ]
        self.wishes: dict[str, Wish] = {}
        self.settler = SettlerHouse(self)
        self.parties: list[Process] = [self.hub, *self.doors, *self.houses, self.settler]
        for party in self.parties:
            party.begin()
        self.treasury = Treasury(self)

    def calm(self) -> None:
        """No fault is at work: what is slow is quick again, what is away comes back."""
        self.network.calm()
        self.signer_up = True
        self.unknown_outcomes = 0
        self.slow_commits = 0
        self.slow_stores = 0
        self.slow_banks = 0
        self.lost_hints = 0
        self.poison = 0

    def heal(self) -> None:
        """End every fault: who is down starts, clocks are right, one hub is left."""
        self.tell("all is well again")
        self.calm()
        for party in self.parties:
            party.skew = 0
            self.revive(party)

    def sleep(self, time: Instant) -> None:
        """Let a long time pass in which nobody is up; then the hub and its gateways start."""
        for party in self.parties:
            party.end()
        self.timeline.pass_over(time)
        for party in (self.hub, *self.doors):
            party.begin()

    def open_for_customers(self, chosen: Sequence[Wish]) -> None:
        """Let customers come, each at its time."""
        for wish in chosen:
            self.wishes[wish.uetr] = wish
            self.story.named[wish.uetr] = f"payment {wish.number}"
            self.timeline.at(self.timeline.now + wish.at, self.banks[wish.debtor_agent].order, wish)

    def once_more(self, wish: Wish) -> Wish:
        """Return the same wish under another UETR."""
        uetr = random_uetrs(Random(f"{self.seed}/once more/{wish.number}"))()
        self.wishes[uetr] = again = msgspec.structs.replace(wish, uetr=uetr)
        self.story.named[uetr] = f"payment {wish.number} once more"
        return again

    # what parties ask of the town

    def tell(self, line: str) -> None:
        """Add a line to the story."""
        self.story.tell(self.timeline.now, line)

    def strike(self, fault: str) -> None:
        """A fault was at work."""
        self.struck[fault] += 1

    def break_(self, name: str, sentence: str) -> None:
        """A promise was broken."""
        self.tell(f"BROKEN: {name}: {sentence}")
        self.broken.append(Broken(name, sentence))

    def ask(self, name: str, holds: bool, sentence: Callable[[], str]) -> None:
        """Ask an invariant once."""
        self.checked[name] += 1
        if not holds:
            self.break_(name, sentence())

    def kill(self, party: Process) -> None:
        """End a process; whoever watches over it starts it again soon."""
        if party.up:
            self.tell(f"{party.name} is killed")
            party.end()
            self.timeline.after(self.dice.randrange(50 * MILLISECOND, 4 * SECOND), self.revive, party)

    def revive(self, party: Process) -> None:
        """Start a process that is down, unless it has been replaced."""
        if not party.up and (party is self.hub or not isinstance(party, HubHouse)):
            self.tell(f"{party.name} starts")
            party.begin()

    def door(self, dice: Random) -> FrontDoor:
        """Return the gateway that a participant's next request goes to."""
        return dice.choice(self.doors)

    def new_link(self) -> int:
        """Return a number for a connection to the hub; each connection is another."""
        self._links += 1
        return self._links

    def journal_delay(self) -> Instant:
        """How long a commit takes."""
        if self.slow_commits and self.dice.randrange(1000) < self.slow_commits:
            self.strike("slow journal")
            return 2 * SECOND
        return 800 + self.dice.randrange(2_000)

    def store_delay(self) -> Instant:
        """How long a participant's own commit takes."""
        if self.slow_stores and self.dice.randrange(1000) < self.slow_stores:
            self.strike("slow store")
            return SECOND + self.dice.randrange(SECOND)
        return 150

    def pause(self) -> Instant:
        """How long a participant thinks before it handles its mail."""
        if self.slow_banks and self.dice.randrange(1000) < self.slow_banks:
            self.strike("slow bank")
            return 9 * SECOND
        return 100

    def outcome_unknown(self) -> bool:
        """Say whether the hub dies at this very moment of a commit."""
        if self.unknown_outcomes and self.dice.randrange(1000) < self.unknown_outcomes:
            self.strike("unknown outcome")
            return True
        return False

    def hint_lost(self) -> bool:
        """Say whether the announcement of a message is lost on its way to a gateway."""
        if self.lost_hints and self.dice.randrange(1000) < self.lost_hints:
            self.strike("lost delivery")
            return True
        return False

    def read_mail(self, participant: str, after: int, limit: int) -> Sequence[Post]:
        """Return stored messages; while the signer is away there are none to be had."""
        return self.disk.read(participant, after, limit) if self.signer_up else ()

    async def load_list(self) -> "NamesListed":
        """Return the screening list as it is now."""
        return NamesListed(self.list_version)

    def behaviour(self, transfer: CreditTransfer) -> Behaviour:
        """How a bank answers for this payment."""
        wish = self.wishes.get(transfer.uetr)
        match wish.behaviour if wish else ACCEPTS:
            case "refuses":
                return Behaviour(refuses=1000)
            case "silent":
                return Behaviour(is_silent=1000)
            case "late":
                return Behaviour(is_late=1000)
            case "at the deadline":
                assert wish is not None
                deadline = transfer.created_at - self.hub.skew + ANSWER_TIME
                late_by = deadline + wish.jitter - self.timeline.now
                return Behaviour(is_late=1000, late_by=max(0, late_by))
        return Behaviour()

    def _render(self, hub: str, outgoing: Outgoing, now: Instant) -> bytes:
        if self.poison and isinstance(outgoing.message, CreditTransfer):
            wish = self.wishes.get(outgoing.message.uetr)
            if wish is not None and wish.number % self.poison == 0:
                self.strike("poison")
                raise PoisonedError
        return self.wire.render(hub, outgoing, now)

    # what an observer sees

    def watch(self, writes: Writes) -> None:
        """Ask the invariants of the records about a batch that has just been committed."""
        self.story.seal(writes.head)
        for broken in self.watching.commit(writes):
            self.break_(*broken)
        rows: Any = writes.rows
        for case in rows.get(CASE, ()):  # one of a poisoned message may be committed when the poison is gone
            if case.kind == "fault" and PoisonedError.__name__ not in case.text:
                self.break_("process", f"the hub could not decide: {case.text}")
        for payment in rows.get(PAYMENT, ()):
            if payment.reason == "AB05" and payment.final_at == writes.at:
                self.ask(
                    "times",
                    writes.at >= self.hub.rests_until,
                    lambda: (
                        f"a deadline fired {self.hub.rests_until - writes.at} us before the hub's rest is over"
                    ),
                )
            name, reason = self.story.name(payment.uetr), f" {payment.reason}" if payment.reason else ""
            self.tell(f"batch {writes.number} holds {name} as {payment.status}{reason}")
            if payment.status == HELD and payment.due_at is not None:  # else it waits to be settled
                self._held(payment)

    def releases_answer(self, answer: hub_events.Answered) -> None:
        """I8: what is answered is durable."""
        self.ask(
            "durable",
            answer.batch <= self.disk.batch,
            lambda: f"an answer tells of batch {answer.batch}, but {self.disk.batch} is the last durable one",
        )

    def releases_message(self, message: hub_events.Delivered) -> None:
        """I8: what is signed and delivered is durable."""
        self.ask(
            "durable",
            self.disk.holds(message.participant, message.number),
            lambda: f"message {message.number} to {message.participant} is delivered, but not durable",
        )

    def answers(self, report: StatusReport) -> None:
        """Count an answer that comes as its time is up."""
        payment = self.watching.payments.get(report.original_uetr)
        if payment is None or payment.forwarded_at is None or report.transaction_status == "ACCC":
            return
        if abs(self.timeline.now - (payment.forwarded_at - self.hub.skew + ANSWER_TIME)) <= RACE:
            self.races += 1

    def delivered(self, house: House, delivery: Delivery) -> None:
        """I7, I9, I12: what a participant is told, once, in order, is so."""
        self.ask(
            "mailboxes",
            delivery.number == house.mailbox_read + 1 or delivery.number <= house.mailbox_read,
            lambda: f"{house.name} was given message {delivery.number} after {house.mailbox_read}",
        )
        house.mailbox_read = max(house.mailbox_read, delivery.number)
        self._known(house, delivery.header.batch, delivery.header.head)
        message = delivery.opened.message if delivery.opened else None
        self.ask("outgoing", message is not None, lambda: f"{house.name} cannot read: {delivery.error}")
        if isinstance(message, StatusReport):
            said = ((house.name, message),)
            transfer = self.watching.liquidity.get(message.original_uetr)
            if returns.is_told(message):
                returned = self.watching.returned[message.original_uetr]
                wrong = list(returns.told(returned, said, all_of_it=False))
            elif transfer is not None:
                wrong = list(liquidity.told(transfer, said, all_of_it=False))
            else:
                payment = self.watching.payments[message.original_uetr]
                wrong = list(checks.told(payment, said, all_of_it=False))
            self.ask("told", not wrong, lambda: wrong[0])

    def stored(self, house: House, changes: Changes) -> None:
        """I9: the hub's log is what the participant holds of it."""
        if changes.place.batch:
            self._known(house, changes.place.batch, changes.place.head)

    def alarm(self, house: House, text: str) -> None:
        """A client raises an alarm only for what should never happen."""
        self.break_("known", f"alarm at {house.name}: {text}")

    def _known(self, house: House, batch: int, head: str) -> None:
        heads = self.disk.heads
        self.ask(
            "known",
            batch < len(heads) and heads[batch].hex() == head,
            lambda: f"{house.name} was told a head of batch {batch} that the hub does not know",
        )

    # persons

    def _held(self, payment: Payment) -> None:
        decision = Random(f"{self.seed}/release/{payment.uetr}")
        wait, drawn = decision.randrange(15 * SECOND), decision.randrange(4)
        if drawn == 0:
            return  # nobody decides
        kind = ReleasePayment if drawn > 1 else RefusePayment
        second = decision.randrange(5 * SECOND) if drawn > 2 else None  # else nobody approves it
        self.timeline.after(wait, self.operate, self.staff.order(kind, uetr=payment.uetr), None, second)

    def new_list(self) -> None:
        """Put a new version of the screening list in force, once the one before it is."""
        if not self._list_in_force:
            return
        self._list_in_force = False
        self.list_version = f"list-{self.timeline.now}"
        self.tell(f"a new screening list is in force: {self.list_version}")
        activated = self.staff.order(ActivateList, version=self.list_version, entries=1)
        self.operate(activated, self._put_in_force)

    def _put_in_force(self) -> None:
        self._list_in_force = True

    def operate(
        self,
        order: Ordered,
        then: Callable[[], None] | None = None,
        second: Instant | None = 0,
        attempt: int = 1,
    ) -> None:
        """Give an operator's order, again until the hub has answered; a proposal is approved after `second`."""
        door = self.door(self.dice)

        def reply(status: int, _signature: str, body: bytes) -> None:
            if status in (0, 503) and attempt < ATTEMPTS:
                self.timeline.after(SECOND, self.operate, order, then, second, attempt + 1)
                return
            approval = self.staff.approval(body)
            if approval is not None and second is not None:
                self.timeline.after(second, self.operate, approval)
            if then is not None:
                then()

        if door.up:
            door.operate(self.staff.sign(order, door.now()), reply)
        else:
            reply(0, "", b"")


class PoisonedError(Exception):
    """A bug that only some messages meet."""


class NamesListed:
    """A list with one name on it."""

    def __init__(self, version: str) -> None:
        self.version = version

    def screen(self, names: Sequence[str]) -> Screening:
        """Return a hit for each name that is the listed one."""
        hits = tuple(
            Hit(name, "town", "1", LISTED, 100, "it is the same") for name in names if name == LISTED
        )
        return Screening(self.version, hits)
