"""The settler proposes several selections at once, and looks again where the hub has refused one."""

import asyncio

import pytest

from corridor.ports import Told
from corridor.services.settlement.ordering import Queues
from corridor.services.settlement.waiting import Room, Waiting
from corridor.workers.proposals import Proposals
from corridor.workers.rounds import Rounds
from corridor.workers.settler import UNDER_WAY, in_order

BATCH = 7


class Hub:
    """Answers a proposal once all that were made with it have come."""

    def __init__(self, *refused: int) -> None:
        self.refused = refused
        self.proposed: list[int] = []
        self.most = 0
        self._unanswered: list[asyncio.Future[Told]] = []

    def now(self) -> int:
        return 1

    def submit(self, command) -> asyncio.Future[Told]:
        self.proposed += [len(command.numbers)]
        answer = asyncio.get_running_loop().create_future()
        if not self._unanswered:
            asyncio.get_running_loop().call_soon(self._answer, len(self.proposed))
        self._unanswered.append(answer)
        return answer

    def _answer(self, first: int) -> None:
        self.most = max(self.most, len(self._unanswered))
        for place, answer in enumerate(self._unanswered, first):
            answer.set_result(Told(0, "refused" if place in self.refused else "accepted", 1, "", b""))
        self._unanswered.clear()


def work(hub: Hub) -> tuple[int, list[int]]:
    """Let 3,050 payments settle in order, 100 at a time; return how many did, and after which batches it read."""
    waiting = [Waiting(n, "A", "B", "RUB", 1, place=n) for n in range(3_050)]
    asked: list[int] = []

    async def read(after: int) -> Queues | None:
        asked.append(after)
        return Queues(BATCH, waiting, Room({("A", "RUB"): len(waiting)}), {}) if after < BATCH else None

    async def twice() -> int:
        settler = Rounds(in_order(), read, hub, hub)
        return await settler.work() + await settler.work()

    return asyncio.run(twice()), asked


def drive(proposals: Proposals, *, refused: int) -> int:
    """Accept every proposal but that which begins with a payment; return how many have settled."""
    try:
        commands = next(proposals)
        while True:
            statuses = ["refused" if each.numbers[0] == refused else "accepted" for each in commands]
            commands = proposals.send([Told(0, status, BATCH, "", b"") for status in statuses])
    except StopIteration as done:
        return done.value


def test_so_many_proposals_are_made_together_and_no_more() -> None:
    hub = Hub()
    assert work(hub) == (3_050, [0, BATCH])
    assert (hub.proposed, hub.most) == ([100] * 30 + [50], UNDER_WAY)


def test_after_a_refusal_the_queue_is_read_anew() -> None:
    hub = Hub(2)
    assert work(hub) == ((UNDER_WAY - 1) * 100 + 3_050, [0, 0])


def test_several_that_are_refused_twice_wait_for_news() -> None:
    settler = in_order()
    waiting = [Waiting(n, "A", "B", "RUB", 1, place=n) for n in range(1, 201)]
    queues = Queues(BATCH, waiting, Room({("A", "RUB"): 200}), {})
    for batch in (8, 9):
        proposals = settler.propose(queues, 1)
        assert len(next(proposals)) == 2
        with pytest.raises(StopIteration):
            proposals.send([Told(0, "refused", batch, "", b"")] * 2)
    assert settler.seen == 9


def test_what_is_refused_again_and_again_holds_up_nothing_behind_it() -> None:
    settler = in_order()
    count = (UNDER_WAY + 1) * 100
    waiting = [Waiting(n, "A", "B", "RUB", 1, place=n) for n in range(count)]
    queues = Queues(BATCH, waiting, Room({("A", "RUB"): count}), {})
    for rounds in (
        UNDER_WAY - 1,
        UNDER_WAY,
    ):  # of 100 each: at the second time what comes behind settles, too
        assert drive(settler.propose(queues, 1), refused=0) == rounds * 100
    assert settler.seen == BATCH


def test_what_is_refused_twice_waits_for_news() -> None:
    settler = in_order()
    queues = Queues(BATCH, [Waiting(1, "A", "B", "RUB", 1)], Room({("A", "RUB"): 1}), {})
    for batch in (8, 9):
        proposals = settler.propose(queues, 1)
        assert [command.numbers for command in next(proposals)] == [(1,)]
        with pytest.raises(StopIteration):
            proposals.send([Told(0, "refused", batch, "", b"")])
    assert settler.seen == 9  # the batch of its own refusal is no news


def test_who_finds_nothing_rests_longer_and_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker whose reads take 100 ms: it may settle nothing, one payment, nothing, and then none waits."""
    now, rests, left = 0.0, [], [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, None, 0]
    waiting = [Waiting(1, "A", "B", "RUB", 1)]

    async def read(_after: int) -> Queues | None:
        nonlocal now
        now += 0.1
        money = left.pop(0)
        return None if money is None else Queues(BATCH, waiting, Room({("A", "RUB"): money}), {})

    async def rest(seconds: float) -> None:
        rests.append(round(seconds / 0.1))
        if not left:
            raise InterruptedError

    async def run() -> None:
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now)
        hub = Hub()
        with pytest.raises(InterruptedError):
            await Rounds(in_order(), read, hub, hub).run()

    monkeypatch.setattr("corridor.workers.rounds.asyncio.sleep", rest)
    asyncio.run(run())
    assert rests == [2, 4, 8, 16, 32, 64, 64, 1, 2, 4, 1, 2]
