"""A gateway as a process: its pure parts, with a stand-in for the sockets and the event loop around them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from corridor.adapters.memory.reads import MemoryReads
from corridor.codecs.jws import audience
from corridor.domain.instants import SECOND
from corridor.gateway.acknowledgements import acknowledge
from corridor.gateway.authentication import Authenticator, Sender
from corridor.gateway.feeds import Feed
from corridor.gateway.inbound import Messages
from corridor.gateway.keys import Keys
from corridor.gateway.limits import Limits
from corridor.gateway.metrics import Metrics
from corridor.gateway.problems import Problem
from corridor.gateway.requests import REQUESTS, Requests
from corridor.gateway.screening import Screener
from corridor.gateway.submissions import ATTEMPTS, MakeCommand
from corridor.gateway.vouchers import Prover
from corridor.ports import Post, Told
from corridor.services.instant.commands import StatusReport
from corridor.services.messaging.commands import Command
from corridor.services.messaging.records import ACCEPTED
from corridor.simulation.town.disk import finish
from corridor.simulation.town.hub_house import LINK, HubHouse
from corridor.simulation.town.timeline import Process

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

MESSAGES: Final = "/v1/messages"
_AFTER: Final = "after="
Reply = Callable[[int, str, bytes], None]
"""Status, signature, body."""


class Asked:
    """A request that awaits the hub's answer."""

    __slots__ = ("at", "attempt", "body", "make", "reply", "sender")

    def __init__(self, make: MakeCommand, sender: Sender, body: bytes, reply: Reply, at: int) -> None:
        self.make, self.sender, self.body, self.reply, self.at = make, sender, body, reply, at
        self.attempt = 0


class Reader:
    """A stream that somebody reads: where it is, and how a piece gets there."""

    def __init__(
        self, participant: str, after: int, send: Callable[[bytes], bool], cut: Callable[[], None]
    ) -> None:
        self.participant, self.after, self.send, self.cut = participant, after, send, cut


class FrontDoor(Process):
    """One gateway. It holds nothing durable."""

    def __init__(self, town: "Town", name: str) -> None:
        super().__init__(name, town.timeline)
        self._town = town
        self._limits = Limits()
        self._link = 0

    def begin(self) -> None:
        """Start with nothing, and look for the hub."""
        super().begin()
        town, clock = self._town, _Clock(self)
        metrics = Metrics()
        keys = Keys(MemoryReads(town.disk), town.wire.verifier, clock)
        self._authenticator = Authenticator(
            keys, audience(town.hub_bic, town.environment), clock, self._limits
        )
        self._screener = Screener(town.load_list, clock)
        finish(self._screener.open())
        messages = Messages(town.hub_bic, self._screener, clock, metrics, town.wire.read)
        requests = Requests(clock, metrics, Prover(keys, town.hub_bic, town.environment))
        self._makers: dict[str, MakeCommand] = {path: requests.maker(path) for path in REQUESTS}
        self._makers[MESSAGES] = messages.command
        self._waiting: dict[int, Asked] = {}
        self._tickets = 0
        self._feeds: dict[str, Feed] = {}
        self._readers: list[Reader] = []
        self._noted: dict[str, int] = {}
        self._hub: HubHouse | None = None
        self._look_for_hub()
        self._tick()

    def end(self) -> None:
        """Die: the connections of all participants end."""
        super().end()
        if self._hub is not None:
            self._hub.disconnect(self._link)
        for asked in self._waiting.values():
            asked.reply(0, "", b"")
        for reader in self._readers:
            reader.cut()

    # requests

    def post(self, target: str, signature: str, body: bytes, reply: Reply) -> None:
        """Bring a signed request to the hub. Status 0 is a connection that ended."""
        if not self.up:
            reply(0, "", b"")
            return
        try:
            sender = finish(self._authenticator.prove(signature.encode(), body))
        except Problem as problem:
            reply(problem.kind.status, "", b"")
            return
        self._tell_hub(Asked(self._makers[target], sender, body, reply, self.timeline.now))

    def operate(self, command: Command, reply: Reply) -> None:
        """Bring an operator's command, whose shell is not part of this."""
        nobody: Any = None
        self._tell_hub(Asked(lambda _sender, _body: command, nobody, b"", reply, self.timeline.now))

    def _tell_hub(self, asked: Asked) -> None:
        if self._hub is None:
            asked.reply(503, "", b"")
            return
        command = asked.make(asked.sender, asked.body)
        if isinstance(command, StatusReport):
            self._town.answers(command.message)
        self._tickets += 1
        self._waiting[self._tickets] = asked
        self.after(LINK, self._hub.submit_if_alive, self._hub.life, self._link, self._tickets, command)

    def _hear(self, told: Sequence[Told], posts: Sequence[Post]) -> None:
        for each in told:
            asked = self._waiting.pop(each.ticket, None)
            if asked is not None:
                self._answer(asked, each)
        for post in posts:
            if self._town.hint_lost():
                continue
            feed = self._feeds.get(post.participant)
            if feed is not None:
                feed.hear(post)
        if posts:
            heard = {post.participant for post in posts}
            for reader in list(self._readers):
                if reader.participant in heard:
                    self._serve(reader)

    def _answer(self, asked: Asked, told: Told) -> None:
        if told.status == "again":
            asked.attempt += 1
            try:
                finish(self._screener.renew(told.body.decode()))
            except Problem:
                asked.attempt = ATTEMPTS
            if asked.attempt < ATTEMPTS:
                self._tell_hub(asked)
            else:
                asked.reply(503, "", b"")
        elif told.status == "busy":
            asked.reply(503, "", b"")
        else:
            message = asked.make is self._makers[MESSAGES]
            status = 202 if message else 200 if told.status == ACCEPTED else 422
            asked.reply(status, told.signature, told.body)

    # the hub

    def _look_for_hub(self) -> None:
        hub = self._town.hub
        if hub is not None and hub.up:
            self._hub = hub
            self._link = self._town.new_link()
            hub.connect(self._link, self._hear_if_up, self._lose_hub)
            for feed in self._feeds.values():
                feed.forget()
        else:
            self.after(20_000, self._look_for_hub)

    def _hear_if_up(self, told: Sequence[Told], posts: Sequence[Post]) -> None:
        if self.up:
            self._hear(told, posts)

    def _lose_hub(self) -> None:
        self._hub = None
        waiting, self._waiting = self._waiting, {}
        for asked in waiting.values():
            asked.reply(503, "", b"")
        self.after(50_000, self._look_for_hub)

    def leave_hub(self) -> None:
        """The link to the hub ends, and another is looked for."""
        if self._hub is not None:
            self._hub.disconnect(self._link)
            self._lose_hub()

    # mailboxes

    def follow(self, target: str, signature: str, reader: Callable[[str, int], Reader]) -> bool:
        """Open a stream from a position; False if the signature proves nothing."""
        if not self.up:
            return False
        try:
            sender = finish(self._authenticator.prove(signature.encode(), b"GET " + target.encode()))
        except Problem:
            return False
        query = dict(pair.split("=") for pair in target.partition("?")[2].split("&"))
        after = int(query["after"])
        opened = reader(sender.participant, after)
        if after:
            self._note(sender.participant, after)
        self._feeds.setdefault(sender.participant, Feed(self._limits))
        self._readers.append(opened)
        self._serve(opened)
        return True

    def leave(self, reader: Reader) -> None:
        """The reader has gone."""
        if self.up and reader in self._readers:
            self._readers.remove(reader)

    def acknowledge(self, signature: str, body: bytes) -> None:
        """Note a position."""
        if self.up:
            try:
                sender = finish(self._authenticator.prove(signature.encode(), body))
            except Problem:
                return
            self._note(sender.participant, _number(body))

    def _note(self, participant: str, number: int) -> None:
        self._noted[participant] = max(number, self._noted.get(participant, 0))

    def _serve(self, reader: Reader, *, doubts: bool = False) -> None:
        """Send what follows the reader's position: from memory if that is sure of it, else as stored."""
        feed, limit = self._feeds[reader.participant], self._limits.stream_piece
        while True:
            found = feed.after(reader.after, limit)
            if found is None or (not found.lines and doubts):
                doubts = False
                posts = self._town.read_mail(reader.participant, reader.after, limit)
                found = feed.take(posts, reader.after, limit)
            if not found.lines:
                return
            reader.after = found.last
            if not reader.send(b"".join(found.lines)):
                self._readers.remove(reader)
                return

    def _tick(self) -> None:
        """Once a second: doubt what was announced, pass on positions, give up on a hub that is silent."""
        for reader in list(self._readers):
            self._serve(reader, doubts=True)
        noted, self._noted = self._noted, {}
        if self._hub is not None:
            for participant, number in noted.items():
                self._tell_hub_of(participant, number)
        late = self.timeline.now - round(self._limits.answer_s * SECOND)
        for ticket in [ticket for ticket, asked in self._waiting.items() if asked.at < late]:
            self._waiting.pop(ticket).reply(503, "", b"")
        self.after(SECOND, self._tick)

    def _tell_hub_of(self, participant: str, number: int) -> None:
        command = acknowledge(participant, number, self.now())
        self.operate(command, lambda _status, _signature, _body: None)


class _Clock:
    def __init__(self, door: FrontDoor) -> None:
        self._door = door

    def now(self) -> int:
        return self._door.now()


def _number(body: bytes) -> int:
    return int(body.rpartition(b":")[2].rstrip(b"}"))
