"""Whatever waits: what is proposed may settle, one after the other; own money goes to the first of a queue."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.services.settlement.ordering import (
    Queues,
    offset_in_pairs,
    selections,
    settle_in_order,
    what_it_lacks,
)
from corridor.services.settlement.waiting import URGENT, Room, block, verify_selection
from tests.properties.settlement_queues import BANKS, queues

kept = st.dictionaries(st.sampled_from([(bank, "RUB") for bank in BANKS]), st.integers(0, 10), max_size=2)


def offsets_after_all_in_order(queues):
    """Yield what settles in order, and then the pairs that were found besides it, before it had settled."""
    yield from settle_in_order(queues)
    yield from offset_in_pairs(queues)


@pytest.mark.parametrize("find", [selections, offsets_after_all_in_order])
@given(queue=queues(), kept=kept)
@settings(max_examples=300)
def test_what_is_proposed_may_settle_on_top_of_what_was_before(find, queue, kept):
    waiting, room = queue
    seen = set()
    for found in find(Queues(1, waiting, room, kept)):
        assert found.numbers
        assert not seen & set(found.numbers)
        seen |= set(found.numbers)
        assert verify_selection(waiting, room, found.numbers) == ()
        chosen = [each for each in waiting if each.number in set(found.numbers)]
        left = [each for each in waiting if each.number not in set(found.numbers)]
        nobody_is_passed(chosen, left)
        what_is_kept_is_kept(chosen, room, kept)
        waiting, room = left, room.after(chosen)


def nobody_is_passed(chosen, left):
    """Who goes before an earlier payment of the same priority is paid for by what comes in."""
    for each in chosen:
        account = (each.debtor, each.currency)
        earlier = [
            other
            for other in left
            if (other.debtor, other.currency, other.priority) == (*account, each.priority)
            and other.order < each.order
        ]
        if earlier:
            paid = sum(o.amount for o in chosen if (o.debtor, o.currency) == account)
            received = sum(o.amount for o in chosen if (o.creditor, o.currency) == account)
            assert paid <= received


def what_is_kept_is_kept(chosen, room, kept):
    """All but urgent payments take nothing of what is kept, but what comes in with them."""
    for account, amount in kept.items():
        normal = sum(o.amount for o in chosen if (o.debtor, o.currency) == account and o.priority != URGENT)
        received = sum(o.amount for o in chosen if (o.creditor, o.currency) == account)
        if normal > received:
            assert normal - received <= room.available.get(account, 0) - amount


@given(queues(), kept)
def test_after_all_in_order_the_first_of_no_queue_is_covered(queue, kept):
    waiting, room = queue
    numbers = {n for found in settle_in_order(Queues(1, waiting, room, kept)) for n in found.numbers}
    room = room.after([each for each in waiting if each.number in numbers])
    left = [each for each in waiting if each.number not in numbers]
    assert "the settler" not in what_it_lacks(Queues(1, left, room, kept)).values()


@given(queues(), kept)
def test_each_queue_is_served_from_its_beginning(queue, kept):
    waiting, room = queue
    numbers = [n for found in settle_in_order(Queues(1, waiting, room, kept)) for n in found.numbers]
    for bank in BANKS:
        for currency in ("RUB", "TJS"):
            own = sorted(
                (each for each in waiting if (each.debtor, each.currency) == (bank, currency)),
                key=lambda each: each.order,
            )
            settled = [n for n in numbers if n in {each.number for each in own}]
            assert settled == [each.number for each in own[: len(settled)]]


@given(queues(), st.sets(st.sampled_from([(bank, "RUB") for bank in BANKS])))
def test_nothing_moves_from_or_to_what_is_blocked(queue, blocked):
    waiting, room = queue
    found = selections(Queues(1, waiting, block(room, waiting, blocked), {}))
    numbers = {number for each in found for number in each.numbers}
    for each in waiting:
        if {(each.debtor, each.currency), (each.creditor, each.currency)} & blocked:
            assert each.number not in numbers


def test_who_has_nothing_waits_for_money():
    assert what_it_lacks(Queues(1, [], Room({}), {})) == {}
