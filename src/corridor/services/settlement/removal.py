"""The largest set that keeps every queue's order: all payments, less the last of whoever is short.

Source: Bech and Soramäki, Gridlock resolution in interbank payment systems (2001): starting from all and
removing the last payment of any bank that is short ends, in whatever order banks are taken, in the one largest set
that settles a beginning of every queue.
"""

from corridor.services.settlement.board import Board


def keep_order(board: Board) -> None:
    """Choose the largest beginnings of all queues that may settle together, nothing having been chosen before."""
    for payment in range(len(board.amount)):
        board.choose(payment)
    ends = [list(queue) for queue in board.out]
    todo = list(range(len(board.out)))
    while todo:
        account = todo.pop()
        while board.short(account) or board.over_limit(account):
            payment = ends[account].pop()
            board.drop(payment)
            todo.append(board.creditor[payment])
