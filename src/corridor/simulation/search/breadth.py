"""Breadth first through all orders of events: the first state that breaks a promise is reached the shortest way."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple

from corridor.reports import checks
from corridor.services.settlement.payments import REJECTED, SETTLED
from corridor.simulation.search.model import START, UETRS, A, B, Books, Event, Told, apply, events

_NOBODY: Told = frozenset()


class State(NamedTuple):
    """Where the hub and the world are. Books stand for themselves by number, so that states compare fast.

    `decided` is what the hub has in memory, `flying` what is being committed (-1: nothing), `durable` what a crash
    leaves; `untold` and `flying_untold` leave once they are durable.
    """

    decided: int
    untold: Told
    flying: int
    flying_untold: Told
    durable: int
    told: Told


class Found(NamedTuple):
    """How far a search went, and the shortest story that breaks a promise, if there is one."""

    states: int
    complete: bool
    broken: str
    story: tuple[str, ...]


class Search:
    """One search. Decisions are remembered: the same books meet the same event in many states."""

    def __init__(
        self,
        moves: Sequence[Event] | None = None,
        decide: Callable[..., tuple[Books, Told, Sequence[str]]] = apply,
    ) -> None:
        self._events = events() if moves is None else moves
        self._decide = decide
        self._books = [START]
        self._numbers = {START: 0}
        self._known: dict[tuple[int, int], tuple[int, Told, Sequence[str]]] = {}

    def run(self, budget: int) -> Found:
        """Visit states until there are no more, or as many as the budget allows, or a promise is broken."""
        start = State(0, _NOBODY, -1, _NOBODY, 0, _NOBODY)
        came: dict[State, tuple[State, str] | None] = {start: None}
        coming = deque([start])
        while coming and len(came) < budget:
            state = coming.popleft()
            for words, after, wrong in self._next(state):
                if wrong:
                    story = (*_way(came, state), words)
                    return Found(len(came), complete=False, broken=wrong[0], story=story)
                if after in came:
                    continue
                came[after] = (state, words)
                if broken := next(self._told(after), ""):
                    return Found(len(came), complete=False, broken=broken, story=_way(came, after))
                coming.append(after)
        return Found(len(came), complete=not coming, broken="", story=())

    def _next(self, state: State) -> Iterator[tuple[str, State, Sequence[str]]]:
        decided, untold, flying, flying_untold, durable, told = state
        for at, event in enumerate(self._events):
            if event.after is not None and (event.after[0], event.payment, event.after[1]) not in told:
                continue
            after, telling, wrong = self._decided(decided, at)
            if after != decided or not telling <= untold or wrong:
                yield event.words, State(after, untold | telling, flying, flying_untold, durable, told), wrong
        if flying == -1 and (decided != durable or untold):
            yield (
                "a batch is sent to be committed",
                State(decided, _NOBODY, decided, untold, durable, told),
                (),
            )
        if flying != -1:
            yield (
                "the batch is durable, its messages are delivered",
                State(decided, untold, -1, _NOBODY, flying, told | flying_untold),
                (),
            )
            written = State(flying, _NOBODY, -1, _NOBODY, flying, told | flying_untold)
            yield "the hub dies, the batch was written", written, ()
        if decided != durable or untold or flying != -1:
            crashed = State(durable, _NOBODY, -1, _NOBODY, durable, told)
            yield "the hub dies, what was not durable is gone", crashed, ()

    def _decided(self, books: int, at: int) -> tuple[int, Told, Sequence[str]]:
        known = self._known.get((books, at))
        if known is None:
            after, telling, wrong = self._decide(self._books[books], self._events[at])
            number = self._numbers.setdefault(after, len(self._books))
            if number == len(self._books):
                self._books.append(after)
            known = self._known[books, at] = (number, telling, wrong)
        return known

    def _told(self, state: State) -> Iterator[str]:
        """What was told is so, is durable, and is the same for both."""
        durable = self._books[state.durable]
        for number in range(len(UETRS)):
            heard = {(agent, word) for agent, payment, word in state.told if payment == number}
            words = {word for _, word in heard} - {"pacs.008"}
            payment = durable.payment(number)
            may = checks.MAY_BE_TOLD[payment.status] if payment is not None else set[str]()
            if not words <= may:
                status = payment.status if payment is not None else "not known"
                yield f"told: of payment {number + 1} was told {sorted(words)}, but it is {status}"
            if payment is not None and payment.final_at is not None:
                final = REJECTED if payment.status == REJECTED else SETTLED
                for agent in (A, B) if payment.forwarded_at is not None else (A,):
                    if (agent, final) not in heard:
                        yield f"told: payment {number + 1} is {payment.status}, but {agent} was not told"


def _way(came: dict[State, tuple[State, str] | None], state: State) -> tuple[str, ...]:
    words: list[str] = []
    while (before := came[state]) is not None:
        state = before[0]
        words.append(before[1])
    return tuple(reversed(words))


BUDGET: Final = 120_000
"""States in a search of scale 1."""
