"""What links reach: the hub, or while its log is in doubt a closed door that hears vouchers and waivers only."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from corridor.decision import Accepted, Contradicted, Rejected, Step
from corridor.hub.fence import Doubt, TailLost, WitnessedJournal, lost
from corridor.hub.lists import HANDLERS, TABLES
from corridor.hub.memory import Memory
from corridor.hub.process import HubProcess, Send
from corridor.ports import Clock, Snapshot, Told
from corridor.services.governance.rights import RIGHTS
from corridor.services.messaging.admission import admit
from corridor.services.messaging.commands import Command, ReportVoucher, WaiveVoucher
from corridor.services.messaging.records import PARTICIPANT


class Entrance:
    """Stands before a hub's shell.

    Guarantees: while closed nothing is committed, signed or delivered, for a batch written on a log that has lost
    its tail would bear a number that was signed before. What is heard meanwhile is written once the hub opens.
    """

    def __init__(
        self,
        journal: WitnessedJournal,
        snapshot: Snapshot,
        clock: Clock,
        make: Callable[[], HubProcess],
        doubt: str,
        proven: Callable[[Command, Memory], bool] = lambda _command, _memory: True,
    ) -> None:
        """`make` makes the shell at the moment of opening: only then do deadlines begin to rest.

        `proven` says of each command if it may be heard at all.
        """
        self._journal = journal
        self._clock = clock
        self._make = make
        self._proven = proven
        self._links: dict[int, Send] = {}
        self._process: HubProcess | None = None
        self._snapshot = snapshot
        participants: Sequence[Any] = snapshot.records[PARTICIPANT]
        self._doubt = Doubt(doubt, journal.end.hub, participants) if doubt else None
        self._heard: dict[tuple[str, str], Command] = {}
        self._arrived: asyncio.Queue[tuple[int, int, Command]] = asyncio.Queue()

    @property
    def closed(self) -> str:
        """Why nobody is served, "" if the hub is open."""
        return "" if self._doubt is None else str(self._doubt)

    def connect(self, link: int, send: Send) -> None:
        """A link has come."""
        self._links[link] = send
        if self._process is not None:
            self._process.connect(link, send)

    def disconnect(self, link: int) -> None:
        """A link has gone."""
        self._links.pop(link, None)
        if self._process is not None:
            self._process.disconnect(link)

    def submit(self, link: int, commands: Sequence[tuple[int, Command]]) -> None:
        """Pass on a frame of commands, or while closed take out what may be heard."""
        if self._process is not None:
            self._process.submit(link, commands)
            return
        for ticket, command in commands:
            self._arrived.put_nowait((link, ticket, command))

    async def run(self) -> None:
        """Serve until something fails, once nobody doubts the log. Raises: TailLost."""
        if self._doubt is not None:
            await self._listen(self._doubt)
            self._doubt = None
        await self._journal.settle()
        self._open()
        assert self._process is not None
        try:
            await self._process.run()
        except Contradicted as error:
            raise self._lost(error) from error

    async def _listen(self, doubt: Doubt) -> None:
        memory = Memory(self._journal.end.hub, TABLES, self._snapshot)
        while doubt.missing:
            link, ticket, command = await self._arrived.get()
            self._answer(link, ticket, *await self._hear(doubt, memory, command))

    async def _hear(self, doubt: Doubt, memory: Memory, command: Command) -> tuple[str, str]:
        """Return status and words for a command that reaches a closed hub."""
        if not isinstance(command, ReportVoucher | WaiveVoucher):
            return "closed", str(doubt)
        handler = HANDLERS[type(command)]
        memory.lend(await self._journal.load(list(handler.keys(command))))
        step = Step(memory, self._clock.now())
        try:
            right = RIGHTS[type(command)]
            if not self._proven(command, memory):
                return "closed", "DS0B: the signature is not this operator's over these bytes"
            answer = admit(step, command.origin, right) or handler.decide(step, command)
        except Contradicted as error:
            raise self._lost(error) from error
        if not isinstance(answer, Accepted):
            assert isinstance(answer, Rejected), answer
            return "closed", f"{answer.reason}: {answer.text}"
        self._heard[command.origin.signer, command.origin.message_id] = command
        if isinstance(command, ReportVoucher):
            doubt.vouch(command.origin.signer)
            return "noted", f"your report is noted; {doubt}" if doubt.missing else "the hub opens"
        persons = doubt.waive(command.participant, command.origin.signer)
        said = f"{persons} person{'s have' if persons > 1 else ' has'} waived the report of {command.participant}"
        return "noted", f"{said}; {doubt}" if doubt.missing else f"{said}; the hub opens"

    def _answer(self, link: int, ticket: int, status: str, words: str) -> None:
        """Nobody signs what a closed hub says."""
        send = self._links.get(link)
        if send is not None:
            send([Told(ticket, status, 0, "", words.encode())], ())

    def _open(self) -> None:
        self._process = self._make()
        for link, send in self._links.items():
            self._process.connect(link, send)
            send((), ())  # which says that the hub is open
        if self._heard:
            self._process.submit(0, list(enumerate(self._heard.values())))
        while not self._arrived.empty():
            link, ticket, command = self._arrived.get_nowait()
            self._process.submit(link, [(ticket, command)])

    def _lost(self, error: Contradicted) -> TailLost:
        end = self._journal.end
        return lost(end, error.reach, f"for {error}") if error.reach > end.batch else TailLost(str(error))
