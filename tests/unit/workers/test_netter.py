"""The netter proposes what is due, and what cannot settle once, until that has changed."""

from typing import Any

import msgspec

from corridor.domain.instants import MINUTE
from corridor.ports import Told
from corridor.services.messaging.commands import Command
from corridor.services.settlement.commands import SettleCycle, TellCycle
from corridor.services.settlement.netting import Item
from corridor.services.settlement.proof import Closed, CycleNews, Untold
from corridor.workers.netter import Netter

A, B = ("RUB", "A"), ("RUB", "B")
CLOSED = Closed(7, 1, 1, {"goods": [Item("A", "B", "RUB", 100)]}, {A: 100, B: 0})


def propose(netter: Netter, found: CycleNews, *, accepts: bool, now: int = 1) -> list[Command]:
    """Return what it proposes to a hub that accepts everything, or nothing."""
    told = Told(0, "accepted" if accepts else "refused", 8, "", b"")
    proposals, proposed = netter.propose(found, now), []
    try:
        commands = next(proposals)
        while True:
            proposed += commands
            commands = proposals.send([told] * len(commands))
    except StopIteration:
        return proposed


def closed(**facts: Any) -> CycleNews:
    return CycleNews(7, msgspec.structs.replace(CLOSED, **facts), ())


def test_what_is_covered_is_proposed_until_it_settles_and_refused_twice_waits_for_news() -> None:
    netter, seen = Netter(), []
    for _ in range(2):
        (command,) = propose(netter, closed(), accepts=False)
        assert isinstance(command, SettleCycle)
        seen.append(netter.seen)
    assert seen == [7, 8]  # the batch of its own refusal is no news


def test_what_has_settled_is_told_until_it_is() -> None:
    netter, untold = Netter(), Untold(1, ((5, "uetr"),))
    (command,) = propose(netter, CycleNews(8, None, (untold,)), accepts=True)
    assert isinstance(command, TellCycle)
    assert (command.cycle, command.payments) == (untold.number, untold.payments)
    assert netter.seen == 0  # there may be more


def test_what_could_not_be_told_is_asked_for_anew_a_minute_later() -> None:
    news = CycleNews(8, None, (Untold(1, ((5, "uetr"),)),))
    asked = [propose(Netter(), news, accepts=False, now=now)[0] for now in (0, MINUTE - 1, MINUTE)]
    ids = [command.origin.message_id for command in asked]
    assert ids[0] == ids[1] != ids[2]


def test_who_lacks_money_or_is_blocked_is_named_once() -> None:
    netter = Netter()
    for facts in (
        {"available": {A: 99, B: 5}},
        {"blocked": frozenset({B})},
        {"available": {A: 99, B: 5}, "defaulted": frozenset({"B"})},
    ):
        assert len(propose(netter, closed(**facts), accepts=False)) == 1
        assert propose(netter, closed(**facts), accepts=False) == []
    assert len(propose(netter, closed(blocked=frozenset({("RUB", "C")})), accepts=True)) == 1


def test_a_default_is_proposed_with_its_shares() -> None:
    (command,) = propose(Netter(), closed(available={A: 99, B: 5}, defaulted=frozenset({"A"})), accepts=True)
    assert isinstance(command, SettleCycle)
    assert [(share.defaulter, share.survivor, share.amount) for share in command.shares] == [("A", "B", 1)]


def test_nothing_is_proposed_where_all_together_lack_money() -> None:
    assert (
        propose(Netter(), closed(available={A: -1, B: -101}, defaulted=frozenset("AB")), accepts=True) == []
    )
