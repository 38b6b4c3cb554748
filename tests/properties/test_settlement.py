"""Whatever waits: positions sum to zero, what is chosen may settle, nothing beats the optimum, twice is the same."""

from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.services.settlement.board import Board
from corridor.services.settlement.gridlock import diagnose
from corridor.services.settlement.liquidity import DayPayment, Need, Rules, compare, needs, replay
from corridor.services.settlement.netting import Item, net, prove
from corridor.services.settlement.offsetting import offset_bilaterally, settle_cycles
from corridor.services.settlement.optimisation import mend, optimise, value_bound
from corridor.services.settlement.removal import keep_order
from corridor.services.settlement.waiting import verify_selection
from tests.properties.settlement_queues import BANKS, CURRENCIES, best_value, queues

items = st.lists(
    st.builds(
        Item,
        st.sampled_from(BANKS),
        st.sampled_from(BANKS),
        st.sampled_from(CURRENCIES),
        st.integers(1, 10**18),
    ),
    max_size=40,
)


@given(items)
def test_positions_of_a_currency_sum_to_zero_and_each_is_the_sum_of_its_items(owed):
    netting = net(owed)
    for currency in CURRENCIES:
        assert sum(position.net for position in netting.positions if position.currency == currency) == 0
    assert prove(owed, netting.positions) == ()
    between = dict.fromkeys(BANKS, 0)
    for pair in netting.bilateral:
        if pair.currency == "RUB":
            between[pair.first] += pair.net
            between[pair.second] -= pair.net
    assert between == dict.fromkeys(BANKS, 0) | {
        position.participant: position.net for position in netting.positions if position.currency == "RUB"
    }


@given(items, st.data())
def test_one_unit_off_is_found(owed, data):
    positions = list(net(owed).positions)
    if positions:
        place = data.draw(st.integers(0, len(positions) - 1))
        wrong = positions[place]
        positions[place] = type(wrong)(
            wrong.participant, wrong.currency, wrong.paid + 1, wrong.received, wrong.items
        )
        (difference,) = prove(owed, positions)
        assert (difference.participant, difference.currency) == (wrong.participant, wrong.currency)


@given(queues())
@settings(max_examples=300)
def test_what_is_chosen_may_settle_and_is_never_better_than_the_best(queue):
    waiting, room = queue
    selection = optimise(waiting, room)
    assert verify_selection(waiting, room, selection.numbers) == ()
    assert selection.value <= best_value(waiting, room) <= value_bound(waiting, room)
    assert optimise(waiting[::-1], room) == selection


@given(queues(most=30))
def test_a_longer_queue_gives_a_set_that_may_settle_with_any_budget(queue):
    waiting, room = queue
    for steps in (0, 20, 10_000):
        assert verify_selection(waiting, room, optimise(waiting, room, steps=steps).numbers) == ()


@given(queues(most=20), st.sets(st.integers(0, 19)))
def test_any_set_can_be_mended(queue, numbers):
    waiting, room = queue
    for steps in (0, 10_000):
        mended = mend(waiting, room, numbers, "mended", steps=steps)
        assert verify_selection(waiting, room, mended.numbers) == ()


@given(queues(priorities=(0, 2)))
@settings(max_examples=200)
def test_the_largest_beginnings_are_beginnings_and_no_longer_ones_settle(queue):
    waiting, room = queue
    board = Board(waiting, room)
    keep_order(board)
    kept = [len([p for p in queue if board.chosen[p]]) for queue in board.out]
    assert all(
        board.chosen[p] == (place < length)
        for queue, length in zip(board.out, kept, strict=True)
        for place, p in enumerate(queue)
    )
    assert verify_selection(waiting, room, [p.number for p in board.settling]) == ()
    best = max(_beginnings(board, waiting, room), key=sum)
    assert kept == best


def _beginnings(board, waiting, room):
    def extend(lengths):
        if len(lengths) == len(board.out):
            chosen = [board.waiting[p].number for q, n in zip(board.out, lengths, strict=True) for p in q[:n]]
            if not verify_selection(waiting, room, chosen):
                yield lengths
            return
        for length in range(len(board.out[len(lengths)]) + 1):
            yield from extend([*lengths, length])

    yield from extend([])


@given(queues(most=12))
@settings(max_examples=150)
def test_each_offset_and_cycle_holds_on_top_of_those_before(queue):
    waiting, room = queue
    for search in (offset_bilaterally, settle_cycles):
        left, money = list(waiting), room
        for selection in search(waiting, room):
            assert verify_selection(left, money, selection.numbers) == ()
            settled = [payment for payment in left if payment.number in selection.numbers]
            assert {p.debtor for p in settled} == {p.creditor for p in settled}
            left = [payment for payment in left if payment.number not in selection.numbers]
            money = money.after(settled)


@given(queues())
def test_a_diagnosis_is_what_trying_all_finds(queue):
    waiting, room = queue
    found = diagnose(waiting, room)
    alone = [p.number for p in waiting if not verify_selection(waiting, room, [p.number])]
    assert sorted(found.alone) == alone
    best = best_value(waiting, room)
    if found.state == "gridlock":
        assert not alone
        assert best > 0
    if found.state == "deadlock" and found.proven:
        assert best == 0


days = st.lists(
    st.builds(
        lambda time, pair, amount, priority: DayPayment(time, *pair, "RUB", amount, priority),
        st.integers(0, 50),
        st.permutations(BANKS).map(lambda order: order[:2]),
        st.integers(1, 1000),
        st.integers(0, 2),
    ),
    max_size=25,
)


@given(days, st.integers(1, 10))
def test_money_for_all_at_once_lets_nobody_wait(day, every):
    done = replay(day, {account: need.gross for account, need in needs(day).items()}, Rules(every))
    assert (done.unsettled, done.delay_total, done.together) == (0, 0, 0)


@given(days, st.integers(1, 10))
def test_the_least_money_settles_all_by_the_end_and_nobody_uses_more_than_it_holds(day, every):
    each = needs(day)
    for line in compare(day, Rules(every), (0, 3, 16)).lines:
        assert line.replay.unsettled == 0
        assert line.replay.settled == len(day)
        for account, used in line.replay.used.items():
            need = each.get(account, Need(0, 0))
            assert used <= need.share(line.sixteenths) <= need.gross
            assert used >= need.least
