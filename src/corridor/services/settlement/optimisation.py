"""Multilateral optimisation: of all that waits, the set worth most that may settle together.

It starts from all and removes until no account is short: first by the least cut (what would have to stay
behind if payments were divisible), then, payment by payment, what that leaves in pieces. Then whatever fits is
put back, and single payments are exchanged for ones worth more. A second start keeps the order of the queues;
where it is worth as much, order wins.

Priorities are strict: of one debtor and currency nothing settles while something of higher priority stays
behind. Within a priority value decides, and one payment may pass another.

Integers and sorted lists only, and effort is counted in steps, not in time: the same queue always gives the
same set.
"""

from collections.abc import Collection, Container, Sequence
from heapq import heappop, heappush
from typing import Final

from corridor.services.settlement.board import Board
from corridor.services.settlement.explanation import explain
from corridor.services.settlement.flow import Pipe, least_cut
from corridor.services.settlement.removal import keep_order
from corridor.services.settlement.waiting import Room, Selection, Waiting

STEPS: Final = 300_000
"""Payments looked at, by repair and by improvement each."""
EXCHANGES: Final = 8
"""Payments that may move so that one more can enter."""
SHORTAGE: Final = 3
"""What a unit that somebody is short of weighs against a unit of value."""
MARGIN: Final = 4
"""The part of its average payment that an account keeps back at first: a quarter."""
NOBODY: Final = -1


def optimise(waiting: Sequence[Waiting], room: Room, *, steps: int = STEPS) -> Selection:
    """The payments that settle together, at the greatest value found; none if nothing was found."""
    board = Board(waiting, room)
    _divide(board)
    _mend(board, steps)
    in_order = Board(waiting, room)
    keep_order(in_order)
    _fill(in_order)
    if in_order.value >= board.value:
        board = in_order
    return _finish(board, room, steps, "optimisation")


def mend(
    waiting: Sequence[Waiting], room: Room, numbers: Container[int], method: str, *, steps: int = STEPS
) -> Selection:
    """A set that may settle, near to one that somebody else has found and that perhaps may not."""
    board = Board(waiting, room)
    for place, payment in enumerate(board.waiting):
        if payment.number in numbers:
            board.choose(place)
    _mend(board, steps)
    return _finish(board, room, steps, method)


def value_bound(waiting: Sequence[Waiting], room: Room) -> int:
    """No set that may settle together is worth more.

    It is the exact optimum for divisible payments without priorities; of bilateral limits it knows only that
    a debtor cannot send more than the limit and all that could come back.
    """
    board = Board(waiting, room)
    groups: dict[tuple[int, int], int] = {}
    for debtor, creditor, amount in zip(board.debtor, board.creditor, board.amount, strict=True):
        groups[debtor, creditor] = groups.get((debtor, creditor), 0) + amount
    for pair in board.limit.keys() & groups.keys():
        groups[pair] = min(groups[pair], _most(board, pair))
    pipes = [Pipe(debtor, creditor, capacity) for (debtor, creditor), capacity in sorted(groups.items())]
    return sum(groups.values()) - sum(least_cut(pipes, board.room))


def _most(board: Board, pair: tuple[int, int]) -> int:
    """What the debtor can send the creditor at most: their limit and all that could come back."""
    debtor, creditor = pair
    back = sum(board.amount[payment] for payment in board.out[creditor] if board.creditor[payment] == debtor)
    return max(0, board.limit[pair] + back)


def _divide(board: Board) -> None:
    """Choose what the least cut keeps whole; of a pipe that is cut, the largest payments that it still holds.

    A unit of higher priority costs twice that of the next, so that it is cut last. Accounts keep a margin: what
    whole payments leave over is then absorbed, instead of wandering from bank to bank.
    """
    hopeless = _hopeless(board)
    groups: dict[tuple[int, int, int], list[int]] = {}
    for payment, key in enumerate(zip(board.debtor, board.creditor, board.grade, strict=True)):
        if payment not in hopeless:
            groups.setdefault(key, []).append(payment)
    last = max(board.grade, default=0)
    left = {pair: _most(board, pair) for pair in board.limit}
    pipes = []
    for (debtor, creditor, grade), group in sorted(groups.items()):
        capacity = sum(board.amount[payment] for payment in group)
        if (debtor, creditor) in left:
            capacity = min(capacity, left[debtor, creditor])
            left[debtor, creditor] -= capacity
        pipes.append(Pipe(debtor, creditor, capacity, 1 << (last - grade)))
    margin = [
        sum(board.amount[payment] for payment in queue) // (MARGIN * max(1, len(queue)))
        for queue in board.out
    ]
    cuts = least_cut(pipes, board.room, margin=margin)
    for pipe, cut, (_, group) in zip(pipes, cuts, sorted(groups.items()), strict=True):
        keep = pipe.capacity - cut
        for payment in sorted(group, key=lambda each: -board.amount[each]):
            if board.amount[payment] <= keep:
                keep -= board.amount[payment]
                board.choose(payment)


def _hopeless(board: Board) -> frozenset[int]:
    """What exceeds the limit of its pair even if all that could comes back, and what such a payment holds up."""
    most = {pair: _most(board, pair) for pair in board.limit}
    held_up: dict[int, int] = {}
    hopeless = set()
    for payment, (debtor, creditor) in enumerate(zip(board.debtor, board.creditor, strict=True)):
        amount, grade = board.amount[payment], board.grade[payment]
        if amount > most.get((debtor, creditor), amount):
            held_up.setdefault(debtor, grade)
            hopeless.add(payment)
        elif grade > held_up.get(debtor, grade):
            hopeless.add(payment)
    return frozenset(hopeless)


def _finish(board: Board, room: Room, steps: int, method: str) -> Selection:
    _improve(board, steps)
    settling = board.settling
    return Selection(
        tuple(payment.number for payment in settling), board.value, method, explain(settling, room)
    )


def _mend(board: Board, steps: int) -> None:
    """Make of what is chosen something that may settle and to which nothing can be added."""
    _precede(board)
    _repair(board, steps)
    _fill(board)


def _precede(board: Board) -> None:
    """Choose whatever has a higher priority than something chosen; accounts may be short afterwards."""
    for account, queue in enumerate(board.out):
        lowest = board.lowest(account)
        for payment in queue:
            if board.grade[payment] < lowest and not board.chosen[payment]:
                board.choose(payment)


def _repair(board: Board, steps: int) -> None:
    """Exchange and drop payments until nobody is short and no limit exceeded.

    Each exchange lessens what is lacking in all; what had to be dropped without that does not come back, and
    when the steps are used up there are no exchanges any more: so it ends.
    """
    gone: set[int] = set()
    todo = [*range(len(board.out))]
    while todo:
        account = todo.pop()
        while lacking := board.short(account):
            payment = _best_exchange(board, account, lacking, gone) if steps > 0 else NOBODY
            steps -= len(board.out[account]) + len(board.into[account])
            if payment == NOBODY:
                way, looked = _way_out(board, account, lacking, gone) if steps > 0 else ([], 0)
                steps -= looked
                if way:
                    for each in way:
                        _flip(board, each)
                    todo += sorted(_ends(board, way))  # nobody on it is short, but limits may be exceeded
                    continue
                payment = _least_loss(board, account)
                gone.add(payment)
            todo.append(_flip(board, payment))
        todo += _repair_limits(board, account, gone)


def _way_out(board: Board, start: int, lacking: int, barred: Container[int]) -> tuple[list[int], int]:
    """Payments whose leaving or entering hands what an account lacks on, bank by bank, to one that has room.

    Each hands on as little as possible. Returned are they, none if there is no way, and the steps.
    """
    reached = {start: (lacking, NOBODY, NOBODY)}
    heap = [(lacking, start)]
    steps = 0
    ended = set()
    while heap:
        lacking, account = heappop(heap)
        if account in ended:
            continue
        ended.add(account)
        steps += len(board.out[account]) + len(board.into[account])
        lowest = board.lowest(account)
        if account != start and board.debtor[via := reached[account][1]] == account:
            lowest = max(lowest, board.grade[via])
        for payment in (*board.out[account], *board.into[account]):
            amount = board.amount[payment]
            if amount < lacking or payment in barred:
                continue
            if board.debtor[payment] == account:
                if not board.chosen[payment] or board.grade[payment] != lowest:
                    continue
                other = board.creditor[payment]
                left = amount - max(0, board.room[other]) if board.sending[other] else 0
            else:
                if board.chosen[payment] or not board.welcomes(payment):
                    continue
                other = board.debtor[payment]
                left = amount - max(0, board.room[other])
            if other in ended or other == account:
                continue
            if left <= 0:
                way = [payment]
                while account != start:
                    _, before, account = reached[account]
                    way.append(before)
                return way[::-1], steps
            if board.short(other):
                continue
            if other not in reached or left < reached[other][0]:
                reached[other] = (left, payment, account)
                heappush(heap, (left, other))
    return [], steps


def _repair_limits(board: Board, account: int, gone: set[int]) -> list[int]:
    """Drop until the account exceeds no limit of a pair; return whom that may leave short."""
    poorer = []
    while over := board.over_limit(account):
        excess = -board.limit[account, over[0]]
        chosen = [payment for payment in board.out[account] if board.chosen[payment]]
        pair = [payment for payment in chosen if board.creditor[payment] == over[0]]
        lowest = board.grade[pair[-1]]  # queues are in order
        among = [payment for payment in pair if board.grade[payment] == lowest]
        enough = [payment for payment in among if board.amount[payment] >= excess]
        least = min(enough, key=lambda each: (board.amount[each], -each), default=among[-1])
        for payment in (*(each for each in chosen if board.grade[each] > lowest), least):
            gone.add(payment)
            poorer.append(_flip(board, payment))
    return poorer


def _fill(board: Board) -> None:
    """Put in whatever fits, the highest priority and then the largest first, until nothing does."""
    left = [payment for payment, chosen in enumerate(board.chosen) if not chosen]
    left.sort(key=lambda payment: (board.grade[payment], -board.amount[payment]))
    entered = True
    while entered:
        entered = False
        stays = []
        for payment in left:
            if board.fits(payment):
                board.choose(payment)
                entered = True
            else:
                stays.append(payment)
        left = stays


def _improve(board: Board, steps: int) -> None:
    """Let one payment more enter, the largest first, wherever a few exchanges then leave a greater value."""
    better = True
    while better:
        better = False
        left = [payment for payment, chosen in enumerate(board.chosen) if not chosen]
        for payment in sorted(left, key=lambda each: -board.amount[each]):
            if steps <= 0:
                return
            if not board.chosen[payment] and board.welcomes(payment):
                entered, taken = _enter(board, payment)
                steps -= taken
                better = better or entered


def _enter(board: Board, payment: int) -> tuple[bool, int]:
    """Choose the payment and mend what that breaks, or leave all as it was; return if it worked, and the steps."""
    moved = {payment}
    gain, steps = board.amount[payment], 1
    short = [_flip(board, payment)]
    while short:
        account = short[-1]
        lacking = board.short(account)
        if not lacking:
            short.pop()
            continue
        steps += len(board.out[account]) + len(board.into[account])
        exchange = _best_exchange(board, account, lacking, moved) if len(moved) <= EXCHANGES else NOBODY
        if exchange == NOBODY:
            break
        moved.add(exchange)
        short.append(_flip(board, exchange))
        gain += board.amount[exchange] if board.chosen[exchange] else -board.amount[exchange]
    if not short and gain > 0 and not any(map(board.over_limit, _ends(board, moved))):
        return True, steps
    for each in moved:
        _flip(board, each)
    return False, steps


def _ends(board: Board, moved: Collection[int]) -> set[int]:
    """The accounts at both ends of payments."""
    return {board.debtor[payment] for payment in moved} | {board.creditor[payment] for payment in moved}


def _flip(board: Board, payment: int) -> int:
    """Choose the payment, or drop it if it is chosen; return the account that has less room now."""
    if board.chosen[payment]:
        board.drop(payment)
        return board.creditor[payment]
    board.choose(payment)
    return board.debtor[payment]


def _best_exchange(board: Board, account: int, lacking: int, barred: Container[int]) -> int:
    """The payment whose leaving or entering helps the account most, weighed against the value it takes or brings.

    It must help more than it hurts the account at its other end.
    """
    chosen, grades, amounts = board.chosen, board.grade, board.amount  # this is where the time goes
    best, best_score = NOBODY, 0
    lowest = board.lowest(account)
    for payment in board.out[account]:
        if chosen[payment] and grades[payment] == lowest and payment not in barred:
            helps = _helps_leaving(board, payment, lacking)
            score = SHORTAGE * helps - amounts[payment]
            if helps > 0 and (best == NOBODY or score > best_score):
                best, best_score = payment, score
    for payment in board.into[account]:
        if not chosen[payment] and payment not in barred:
            helps = _helps_entering(board, payment, lacking)
            score = SHORTAGE * helps + amounts[payment]
            if helps > 0 and (best == NOBODY or score > best_score) and board.welcomes(payment):
                best, best_score = payment, score
    return best


def _helps_leaving(board: Board, payment: int, lacking: int) -> int:
    """By how much less is lacking in all if the payment leaves an account that lacks so much."""
    amount, creditor = board.amount[payment], board.creditor[payment]
    helps = min(lacking, amount)
    room = board.room[creditor]
    if amount <= room or not board.sending[creditor]:
        return helps
    return helps - amount + max(0, room)


def _helps_entering(board: Board, payment: int, lacking: int) -> int:
    """By how much less is lacking in all if an account that lacks so much gets the payment."""
    amount = board.amount[payment]
    helps = min(lacking, amount)
    room = board.room[board.debtor[payment]]
    return helps if amount <= room else helps - amount + max(0, room)


def _least_loss(board: Board, account: int) -> int:
    """The payment of the account that may leave at the least loss, though others then lack as much."""
    lowest = board.lowest(account)
    lacking = board.short(account)
    return max(
        (p for p in board.out[account] if board.chosen[p] and board.grade[p] == lowest),
        key=lambda p: (SHORTAGE * _helps_leaving(board, p, lacking) - board.amount[p], p),
    )
