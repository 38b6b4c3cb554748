"""The machine in a world that loses, repeats and cuts everything, its own process included."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.client import events
from corridor.client.events import Place
from corridor.client.machine import Correspondence
from corridor.codecs import jws
from corridor.domain.instants import SECOND
from tests.unit.client.desk import draft
from tests.unit.client.hub_side import BANK_KEY, NOW, PROFILE, line, receipt

MAIL = [line(number) for number in range(1, 41)]
ORDERS = [f"m{number:02d}" for number in range(20)]


class World:
    """A hub that stores and numbers, a network that fails as the dice say, a store, and one participant."""

    def __init__(self, dice, faults):
        self.dice = dice
        self.faults = faults
        self.now = NOW
        self.place, self.letters, self.effects = Place(), {}, []
        self.known, self.numbers, self.bodies = {}, set(), {}
        self.begin()

    def begin(self):
        self.machine = Correspondence(
            PROFILE, BANK_KEY, self.place, list(self.letters.values()), random.Random(self.dice.random())
        )
        self.todo = [events.Opened()]
        self.wake_at = None
        self.stream = None
        stored = {what for kind, what in self.effects if kind == "ordered"}
        self.to_order = [name for name in ORDERS if name not in stored]

    def fails(self):
        return self.faults and self.dice.random() < self.faults

    def step(self):
        """Let one thing happen."""
        self.now += self.dice.randrange(3_000)
        if self.wake_at is not None and self.wake_at <= self.now:
            self.wake_at = None
            self.todo.append(events.Woken())
        if self.stream is not None:
            self.read()
        if self.to_order and self.dice.random() < 0.2:
            # The bank's own effect and its message; if the process ends first, the customer orders again.
            name = self.to_order.pop(0)
            self.todo.append(events.Submitted([draft(name)], [("ordered", name)]))
        if not self.todo:
            self.now += SECOND // 20
            return
        at = self.dice.randrange(len(self.todo)) if self.faults else 0
        for action in self.machine.receive(self.todo.pop(at), self.now):
            if not self.perform(action):
                self.begin()
                return

    def perform(self, action):
        """Do it; say whether the process lives on."""
        match action:
            case events.Commit():
                if self.fails():
                    return False  # before it was stored
                self.store(action.changes)
                if self.fails():
                    return False  # after
                self.todo.append(events.Committed())
            case events.Post():
                self.post(action.letter)
            case events.Follow():
                self.stream = int(action.target.partition("after=")[2].partition("&")[0])
            case events.Deliver():
                done = [("handled", each.number) for each in action.deliveries]
                self.todo.append(events.Submitted((), done, action.deliveries[-1].number))
            case events.WakeAt():
                self.wake_at = action.at
            case events.Alarm():
                raise AssertionError(action.text)
        return True

    def store(self, changes):
        self.place = changes.place
        for number in changes.dropped:
            del self.letters[number]
        for letter in changes.put:
            self.letters[letter.number] = letter
        self.effects += changes.effects

    def post(self, letter):
        if self.fails():
            self.todo.append(events.Unanswered(letter.message_id))
            return
        said = jws.parse(letter.signature, jws.SentHeader).header
        assert said.num not in self.numbers, "a number was used twice"
        assert abs(said.iat - self.now // SECOND) < 300, "outside the time window"
        self.numbers.add(said.num)
        assert self.bodies.setdefault(letter.message_id, letter.body) == letter.body
        batch = self.known.setdefault(letter.message_id, len(self.known) + 1)
        if self.fails():
            self.todo.append(events.Unanswered(letter.message_id))
        elif self.fails():
            self.todo.append(events.Answered(letter.message_id, 503, "", b"", 1))
        else:
            status, signature, body = receipt(letter, batch=batch)
            self.todo.append(events.Answered(letter.message_id, status, signature, body))

    def read(self):
        if self.fails():
            self.stream = None
            self.todo.append(events.Interrupted())
            return
        if self.fails():
            self.stream += 1  # a message is left out
        count = self.dice.randrange(4)
        lines = MAIL[self.stream : self.stream + count]
        self.stream += len(lines)
        if lines:
            self.todo.append(events.Arrived(b"".join(lines)))

    @property
    def done(self):
        return (
            self.place.mailbox == len(MAIL)
            and not self.to_order
            and not self.todo
            and not self.letters
            and not self.machine.on_the_way
        )


@settings(max_examples=60)
@given(st.integers(0, 2**32), st.sampled_from([0.0, 0.02, 0.1, 0.25]))
def test_everything_is_done_once_and_in_order_whatever_fails(seed, faults):
    world = World(random.Random(seed), faults)
    for step in range(60_000):
        world.step()
        if world.done:
            break
        if step > 5_000:
            world.faults = 0.0  # healed: what remains must end, too
    assert world.done, "the world has healed, and something still waits"
    assert [what for kind, what in world.effects if kind == "handled"] == list(range(1, len(MAIL) + 1))
    assert sorted(what for kind, what in world.effects if kind == "ordered") == ORDERS
    assert set(world.known) == set(ORDERS)
