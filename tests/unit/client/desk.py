"""A participant's machine on a desk: its actions are collected, its store is two variables."""

import random

from corridor.client import events
from corridor.client.events import Draft, Place
from corridor.client.machine import Correspondence
from tests.unit.client.hub_side import BANK_KEY, NOW, PROFILE, receipt


class Desk:
    """`receive` performs commits at once, unless `commits` is False; everything else is left in `actions`."""

    def __init__(self, **given):
        self.now = NOW
        self.place = Place()
        self.letters = {}
        self.effects = []
        self.commits = True
        self._given = given
        self.restart()

    def restart(self):
        """The process ends and begins again: only what was stored is left."""
        self.actions = []
        self.wake_at = None
        self.machine = Correspondence(
            PROFILE, BANK_KEY, self.place, list(self.letters.values()), random.Random(1), **self._given
        )
        self.receive(events.Opened())

    def receive(self, event):
        for action in self.machine.receive(event, self.now):
            self.actions.append(action)
            if isinstance(action, events.WakeAt):
                self.wake_at = action.at
            if isinstance(action, events.Commit) and self.commits:
                self.commit(action.changes)

    def commit(self, changes):
        self.store(changes)
        self.receive(events.Committed())

    def store(self, changes):
        self.place = changes.place
        for number in changes.dropped:
            del self.letters[number]
        for letter in changes.put:
            self.letters[letter.number] = letter
        self.effects += changes.effects

    def pass_time(self, microseconds):
        """Let time pass, timer by timer."""
        end = self.now + microseconds
        while self.wake_at is not None and self.wake_at <= end:
            self.now, self.wake_at = max(self.now, self.wake_at), None
            self.receive(events.Woken())
        self.now = end

    def submit(self, *drafts, effects=(), handled=None):
        self.receive(events.Submitted(drafts, effects, handled))

    def answer(self, letter, **facts):
        status, signature, body = receipt(letter, **facts)
        self.receive(events.Answered(letter.message_id, status, signature, body))

    def take(self, kind):
        """Return the actions of a kind since the last call, and forget them."""
        found = [action for action in self.actions if isinstance(action, kind)]
        self.actions = [action for action in self.actions if not isinstance(action, kind)]
        return found

    def posted(self):
        return [post.letter for post in self.take(events.Post)]


def draft(name, *, kept=True):
    return Draft("/v1/messages", name, f"<{name}/>".encode(), name.encode().hex().ljust(64, "0"), kept)
