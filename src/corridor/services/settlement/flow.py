"""The least that must stay behind, if payments could be divided: an exact optimum, and so a bound.

Without priorities, and with amounts that can be cut anywhere, choosing what settles is a flow: all payments of
a debtor to a creditor are one pipe, and cutting it helps the debtor as much as it hurts the creditor. A bank
that is short cuts pipes towards banks that have room to spare, by the shortest way first, for each pipe on the
way is cut by the same amount. What this leaves is the greatest value that any set can have.
"""

from collections import deque
from collections.abc import Sequence

import msgspec


class Pipe(msgspec.Struct, frozen=True):
    """All that one account is to send another, and what each unit that is cut costs."""

    debtor: int
    creditor: int
    capacity: int
    cost: int = 1


def least_cut(
    pipes: Sequence[Pipe], room: Sequence[int], *, margin: Sequence[int] | None = None
) -> list[int]:
    """What is cut from each pipe so that no account sends more, net, than its room, at the least cost.

    Room below zero counts as zero: an account that sends nothing breaks nothing. With a margin, accounts keep so
    much of their room, as far as they can.
    """
    return _Cutting(pipes, room, margin or [0] * len(room)).run()


class _Cutting:
    """Successive cheapest ways, all of one cost and length at a time.

    Edge 2i cuts pipe i, edge 2i + 1 gives back what was cut. Of ways that cost the same, the one with fewer
    edges is the shorter: so no way goes in circles, and each round ends all ways of its length.
    """

    def __init__(self, pipes: Sequence[Pipe], room: Sequence[int], margin: Sequence[int]) -> None:
        self._head: list[int] = []
        self._cost: list[int] = []
        self._left: list[int] = []
        self._edges: list[list[int]] = [[] for _ in room]
        spare = [max(0, each) - keeps for each, keeps in zip(room, margin, strict=True)]
        whole = len(room) + 1
        for pipe in pipes:
            for tail, head, cost, left in (
                (pipe.debtor, pipe.creditor, pipe.cost * whole + 1, pipe.capacity),
                (pipe.creditor, pipe.debtor, -pipe.cost * whole + 1, 0),
            ):
                self._edges[tail].append(len(self._head))
                self._head.append(head)
                self._cost.append(cost)
                self._left.append(left)
            spare[pipe.debtor] -= pipe.capacity
            spare[pipe.creditor] += pipe.capacity
        self._spare = spare
        self._into: list[list[int]] = [[] for _ in room]
        for edge, head in enumerate(self._head):
            self._into[head].append(edge)

    def run(self) -> list[int]:
        far = sum(map(abs, self._cost)) + 1
        while short := [account for account, spare in enumerate(self._spare) if spare < 0]:
            distance = self._distances(far)
            nearest = min(distance[account] for account in short)
            if nearest == far:
                break
            self._next = [0] * len(self._edges)
            for account in short:
                if distance[account] == nearest:
                    while self._spare[account] < 0 and self._push(account, distance):
                        pass
        return self._left[1::2]

    def _distances(self, far: int) -> list[int]:
        """The cost of the cheapest way from each account to one with room to spare; `far` if there is none."""
        distance = [0 if spare > 0 else far for spare in self._spare]
        queue = deque(account for account, spare in enumerate(self._spare) if spare > 0)
        queued = [spare > 0 for spare in self._spare]
        cost, left = self._cost, self._left
        while queue:
            head = queue.popleft()
            queued[head] = False
            here = distance[head]
            for edge in self._into[head]:
                if left[edge]:
                    tail = self._head[edge ^ 1]
                    if here + cost[edge] < distance[tail]:
                        distance[tail] = here + cost[edge]
                        if not queued[tail]:
                            queued[tail] = True
                            queue.append(tail)
        return distance

    def _push(self, start: int, distance: list[int]) -> bool:
        """Cut along one of the cheapest ways; False if none is left of this length."""
        cost, left, heads, spare, following = self._cost, self._left, self._head, self._spare, self._next
        way: list[int] = []
        account = start
        while spare[account] <= 0:
            edges = self._edges[account]
            here = distance[account]
            for place in range(following[account], len(edges)):
                edge = edges[place]
                if left[edge] and here == cost[edge] + distance[heads[edge]]:
                    following[account] = place
                    way.append(edge)
                    account = heads[edge]
                    break
            else:
                following[account] = len(edges)
                if not way:
                    return False
                account = heads[way.pop() ^ 1]
                following[account] += 1
        amount = min(-spare[start], spare[account], *(left[edge] for edge in way))
        for edge in way:
            left[edge] -= amount
            left[edge ^ 1] += amount
        spare[start] += amount
        spare[account] -= amount
        return True
