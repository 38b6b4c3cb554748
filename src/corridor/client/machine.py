"""A participant's side of its correspondence with the hub, as a sans-I/O machine.

It never sleeps, reads a clock, touches a socket or a disk: events in, actions out. What it guarantees holds
whatever is lost, repeated or cut off in between, and wherever the process ends and begins again.
"""

import heapq
import random
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from corridor.client import events
from corridor.client.errors import Forged, Gap, Lost, Refused, TurnedAway
from corridor.client.events import Action, Changes, Draft, Event, Letter, Place, Voucher
from corridor.client.identifiers import message_id
from corridor.client.mailbox import Delivery, MailboxReader, Open
from corridor.client.profile import PrivateKey, Profile
from corridor.client.receipts import read_problem, read_receipt
from corridor.client.requests import request
from corridor.client.retries import Retries
from corridor.client.signing import HubSeal, Pen
from corridor.codecs.iso20022.sealed import open_sealed
from corridor.domain.instants import MILLISECOND, SECOND, Instant

FRAME_MESSAGES: Final = 256
"""So many messages are handled in one transaction at most."""
ACKNOWLEDGE_EVERY: Final = SECOND
TIDY_AFTER: Final = SECOND
"""What may be lost without harm is stored with the next transaction, or after this time."""
TRIES: Final = 5
"""How often a letter that is not kept is sent before somebody hears that it is lost."""
TRY_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})


class Correspondence:
    """What a participant has said and heard.

    Guarantees: nothing is sent before it is stored; what is kept is sent until the hub has vouched for it,
    always the same body under the same id; each message of the mailbox is delivered once, in order,
    verified, and after a crash again unless what followed from it was stored; every transaction holds the
    place in the mailbox together with the effects that belong to it.
    """

    def __init__(
        self,
        profile: Profile,
        key: PrivateKey,
        place: Place,
        letters: Sequence[Letter],
        dice: random.Random,
        *,
        spacing: Instant = 4 * MILLISECOND,
        retries: Retries | None = None,
        seal: HubSeal | None = None,
        read: Open = open_sealed,
    ) -> None:
        """`place` and `letters` are what the store holds. Transactions are at least `spacing` apart.

        The simulation brings a `seal` and a way to `read` messages that cost less.
        """
        self._bic = profile.bic
        self._pen = Pen(profile, key)
        self._seal = seal or HubSeal(profile)
        self._dice = dice
        self._spacing = spacing
        self._retries = retries or Retries()
        self._now: Instant = 0

        self._number = place.number
        self._identified_at = place.identified_at
        self._mailbox = place.mailbox
        self._batch = place.batch
        self._head = place.head
        self._voucher = place.voucher
        self._reporting = ""
        """The id of the report that is on its way."""

        self._letters: dict[str, Letter] = {letter.message_id: letter for letter in letters}
        self._attempts: dict[str, int] = {}
        self._again: list[tuple[Instant, str]] = []

        self._reader = MailboxReader(self._seal, place.mailbox, read)
        self._following = False
        self._follow_at: Instant | None = None
        self._interruptions = 0
        self._arrived: list[Delivery] = []
        self._handling = False
        self._acknowledged = place.mailbox
        self._acknowledge_at: Instant | None = None

        self._staged: list[Letter] = []
        self._dropped: list[int] = []
        self._effects: list[Any] = []
        self._handled: int | None = None
        self._urgent = False
        self._tidy_at: Instant | None = None
        self._committing: tuple[Sequence[Letter], int | None] | None = None
        self._next_commit: Instant = 0

        self._wake_at: Instant | None = None
        self._actions: list[Action] = []

    def identify(self, now: Instant) -> str:
        """An id for the next message, never used before, in time order."""
        self._identified_at = max(now, self._identified_at + 1)
        return message_id(self._bic, self._identified_at)

    def sign_get(self, target: str, now: Instant) -> str:
        """The signature of a GET."""
        return self._pen.sign_get(target, max(1, self._number), now)

    @property
    def backlog(self) -> int:
        """How many messages have arrived that nobody has been given: a reason to stop reading for a while."""
        return len(self._arrived)

    @property
    def on_the_way(self) -> int:
        """How many messages the hub has not vouched for yet."""
        return len(self._letters) + len(self._staged) - bool(self._reporting)

    def receive(self, event: Event, now: Instant) -> Sequence[Action]:
        """Take in one event; return what is to be done, in this order."""
        if now < self._now:
            self._set_back(self._now - now)
        self._now = now
        match event:
            case events.Submitted():
                self._submit(event)
            case events.Committed():
                self._finish_commit()
            case events.Answered():
                self._hear(event)
            case events.Unanswered():
                self._try_again(event.message_id)
            case events.Arrived():
                self._read(event.chunk)
            case events.Interrupted():
                self._interrupted(event.retry_after_s * SECOND)
            case events.Opened():
                self._again = [(now, message_id) for message_id in self._letters]
                self._follow_at = now
            case events.VoucherWanted():
                self._report(now, asked=event.asked)
            case events.Woken():
                self._wake_at = None
        self._keep_time(now)
        actions, self._actions = self._actions, []
        return actions

    # what goes out

    def _submit(self, event: events.Submitted) -> None:
        for draft in event.drafts:
            self._sign(draft)
        self._effects += event.effects
        if event.handled is not None:
            self._handled = event.handled
        self._urgent = True

    def _sign(self, draft: Draft | Letter) -> None:
        """Sign with a number and a time of its own, also what was signed before.

        The hub knows a body again whatever its signature, but hears nothing new under an old time or number.
        """
        self._number += 1
        signature = self._pen.sign(draft.body, self._number, self._now)
        self._staged.append(
            Letter(
                self._number, signature, draft.target, draft.message_id, draft.body, draft.digest, draft.kept
            )
        )

    def _commit(self, now: Instant) -> None:
        letters, self._staged = self._staged, []
        dropped, self._dropped = self._dropped, []
        effects, self._effects = self._effects, []
        handled, self._handled = self._handled, None
        mailbox = self._mailbox if handled is None else handled
        place = Place(self._number, self._identified_at, mailbox, self._batch, self._head, self._voucher)
        self._committing = (letters, handled)
        self._urgent = False
        self._tidy_at = None
        self._next_commit = now + self._spacing
        put = [letter for letter in letters if letter.kept]
        self._actions.append(events.Commit(Changes(place, put, dropped, effects)))

    def _finish_commit(self) -> None:
        assert self._committing is not None, "nothing was to be committed"
        (letters, handled), self._committing = self._committing, None
        for letter in letters:
            self._letters[letter.message_id] = letter
            self._actions.append(events.Post(letter))
        if handled is not None:
            self._mailbox = handled
            self._handling = False
            if self._acknowledge_at is None:
                self._acknowledge_at = self._now + ACKNOWLEDGE_EVERY

    def _hear(self, event: events.Answered) -> None:
        letter = self._letters.get(event.message_id)
        if letter is None:
            return
        if event.signature:
            try:
                header = self._seal.receipt(event.signature, event.body)
                outcome = read_receipt(self._bic, letter, event.status, event.signature, event.body)
                reach = outcome.batch if isinstance(outcome, events.Receipt) else 0
                # Whom the hub has answered it does not believe to hold nothing: the first evidence is stored at once.
                self._urgent = self._urgent or self._voucher is None
                self._vouched(
                    header.batch, header.head, Voucher(max(header.batch, reach), event.signature, event.body)
                )
            except Forged as error:
                self._actions.append(events.Alarm(f"{letter.message_id}: {error}"))
                self._try_again(letter.message_id)
                return
            self._end(letter, outcome)
        elif event.status in TRY_AGAIN:
            self._try_again(letter.message_id, event.retry_after_s * SECOND)
        else:
            self._turned_away(letter, read_problem(event.status, event.body))

    def _turned_away(self, letter: Letter, error: TurnedAway) -> None:
        """Nobody signs what the door says, so nothing follows from it for what is kept."""
        if letter.kept:
            self._actions.append(
                events.Alarm(f"{letter.message_id}: turned away with {error.status}: {error}")
            )
            self._try_again(letter.message_id, self._retries.longest)
        else:
            self._end(letter, error)

    def _try_again(self, message_id: str, retry_after: Instant = 0) -> None:
        letter = self._letters.get(message_id)
        if letter is None:
            return
        attempt = self._attempts.get(message_id, 0) + 1
        if attempt >= TRIES and not letter.kept:
            self._end(letter, Lost())
            return
        self._attempts[message_id] = attempt
        due_at = self._now + self._retries.delay(attempt, self._dice, retry_after)
        heapq.heappush(self._again, (due_at, message_id))

    def _end(self, letter: Letter, outcome: events.Receipt | Refused | Lost) -> None:
        del self._letters[letter.message_id]
        self._attempts.pop(letter.message_id, None)
        if letter.message_id == self._reporting:
            self._reporting = ""
            if isinstance(outcome, Refused):
                self._actions.append(events.Alarm(f"the report of what the hub has signed: {outcome}"))
            return
        if letter.kept:
            self._dropped.append(letter.number)
            self._tidy_soon()
        self._actions.append(events.Told(letter.message_id, outcome))

    def _sign_again(self, message_id: str) -> None:
        letter = self._letters.pop(message_id, None)
        if letter is not None:
            if letter.kept:
                self._dropped.append(letter.number)
            self._sign(letter)
            self._urgent = True

    # what comes in

    def _read(self, chunk: bytes) -> None:
        if not self._following:
            return  # what is left of a stream that is of no use
        try:
            for delivery in self._reader.read(chunk):
                self._arrived.append(delivery)
                self._interruptions = 0
                header = delivery.header
                # A message belongs to the batch after the one that it names.
                voucher = Voucher(header.batch + 1, delivery.signature, delivery.payload)
                self._vouched(header.batch, header.head, voucher)
        except Gap:
            self._interrupted(0)
        except Forged as error:
            self._actions.append(events.Alarm(f"mailbox after {self._reader.last}: {error}"))
            self._interrupted(0)

    def _interrupted(self, retry_after: Instant) -> None:
        if self._follow_at is None:
            self._following = False
            self._interruptions += 1
            self._follow_at = self._now + self._retries.delay(self._interruptions, self._dice, retry_after)

    def _follow(self, now: Instant) -> None:
        self._follow_at = None
        self._following = True
        self._reader.restart()
        # `after` acknowledges: it names what is done, not what has only arrived.
        target = f"/v1/mailbox?after={self._mailbox}&stream=1"
        self._actions.append(events.Follow(target, self.sign_get(target, now)))

    def _report(self, now: Instant, *, asked: bool) -> None:
        """Tell the hub the latest that it has signed: if its log does not hold that, it must not serve."""
        held = self._voucher
        if self._reporting or (held is None and not asked):
            return
        members = {
            "signature": held.signature if held is not None else "",
            "payload": held.payload.decode() if held is not None else "",
        }
        self._reporting = self.identify(now)
        self._sign(request("vouchers", self._reporting, members, kept=False))
        self._urgent = True

    def _deliver(self) -> None:
        frame, self._arrived = self._arrived[:FRAME_MESSAGES], self._arrived[FRAME_MESSAGES:]
        self._handling = True
        self._actions.append(events.Deliver(frame))

    def _acknowledge(self, now: Instant) -> None:
        self._acknowledge_at = None
        if self._mailbox > self._acknowledged:
            self._acknowledged = self._mailbox
            body = msgspec.json.encode({"number": self._mailbox})
            signature = self._pen.sign(body, max(1, self._number), now)
            self._actions.append(events.Acknowledge(body, signature))

    def _vouched(self, batch: int, head: str, voucher: Voucher) -> None:
        """Keep the latest state of the hub's log, and the evidence that reaches furthest; one state has one head."""
        if self._voucher is None or voucher.reach > self._voucher.reach:
            self._voucher = voucher
            self._tidy_soon()
        if batch == self._batch and head != self._head and self._head:
            text = f"the hub has signed two heads of batch {batch}: {self._head} and {head}"
            self._actions.append(events.Alarm(text))
        elif batch > self._batch:
            self._batch, self._head = batch, head
            self._tidy_soon()

    def _tidy_soon(self) -> None:
        if self._tidy_at is None:
            self._tidy_at = self._now + TIDY_AFTER

    # time

    def _keep_time(self, now: Instant) -> None:
        while self._again and self._again[0][0] <= now:
            self._sign_again(heapq.heappop(self._again)[1])
        if self._follow_at is not None and self._follow_at <= now:
            self._follow(now)
        if self._acknowledge_at is not None and self._acknowledge_at <= now:
            self._acknowledge(now)
        if self._arrived and not self._handling:
            self._deliver()
        if self._tidy_at is not None and self._tidy_at <= now:
            self._urgent, self._tidy_at = True, None
        if self._urgent and self._committing is None and self._next_commit <= now:
            self._commit(now)
        self._wake()

    def _set_back(self, by: Instant) -> None:
        """The clock was put right: what is due in a second is due in a second still."""
        self._again = [(at - by, message_id) for at, message_id in self._again]
        self._next_commit -= by
        self._follow_at, self._acknowledge_at, self._tidy_at, self._wake_at = (
            None if at is None else at - by
            for at in (self._follow_at, self._acknowledge_at, self._tidy_at, self._wake_at)
        )

    def _wake(self) -> None:
        due = [at for at in (self._tidy_at, self._follow_at, self._acknowledge_at) if at is not None]
        if self._urgent and self._committing is None:
            due.append(self._next_commit)
        if self._again:
            due.append(self._again[0][0])
        if due and (self._wake_at is None or min(due) < self._wake_at):
            self._wake_at = min(due)
            self._actions.append(events.WakeAt(self._wake_at))
