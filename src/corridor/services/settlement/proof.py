"""What is read of cycles outside of the hub, and what follows from it: the proof, and who is short."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from corridor.services.settlement.losses import LossShare, misallocated, share_losses
from corridor.services.settlement.netting import Item
from corridor.services.settlement.positions import Position, digest, nets, recompute


class Closed(msgspec.Struct, frozen=True):
    """A closed cycle as of a batch: its items from their transfers, and what each member may spend."""

    batch: int
    number: int
    count: int
    items: Mapping[str, Sequence[Item]]
    available: Mapping[tuple[str, str], int]
    defaulted: frozenset[str] = frozenset()
    blocked: frozenset[tuple[str, str]] = frozenset()
    """Whose money operators have blocked, by currency and member: until it is not, the cycle cannot settle."""


class Untold(msgspec.Struct, frozen=True):
    """The next payments of a settled cycle, number and UETR: their agents have not been told."""

    number: int
    payments: tuple[tuple[int, str], ...]


class CycleNews(msgspec.Struct, frozen=True):
    """What is under way as of a batch, besides the open cycle."""

    batch: int
    closed: Closed | None
    untold: tuple[Untold, ...]


class Proof(msgspec.Struct, frozen=True):
    """A closed cycle recomputed: its positions, their digest, who lacks what, and who bears it by the rule."""

    positions: tuple[Position, ...]
    digest: bytes
    short: Mapping[tuple[str, str], int]
    shares: tuple[LossShare, ...]


def prove(closed: Closed) -> Proof:
    """Recompute a closed cycle from its transfers alone.

    Losses are shared if all that are short have been declared in default; if not, nothing is shared, and the hub
    will say who lacks money. Raises: Uncovered.
    """
    positions = recompute(closed.items)
    proven = digest(closed.number, closed.count, positions)
    left = {place: net + closed.available.get(place, 0) for place, net in nets(positions).items()}
    short = {place: -amount for place, amount in left.items() if amount < 0}
    shares: list[LossShare] = []
    if short and {member for _, member in short} <= closed.defaulted:
        for currency in sorted({currency for currency, _ in short}):
            capacity = {member: amount for (code, member), amount in left.items() if code == currency}
            shares += share_losses(currency, capacity, dealt(closed.items, currency))
    if {share.defaulter for share in shares} - closed.defaulted:
        shares = []
    return Proof(positions, proven, short, tuple(shares))


def dealt(items: Mapping[str, Sequence[Item]], currency: str) -> dict[tuple[str, str], int]:
    """Return what every two members, named in order, have paid each other, both ways together."""
    between: Counter[tuple[str, str]] = Counter()
    for some in items.values():
        for each in some:
            if each.currency == currency:
                pair = (min(each.debtor, each.creditor), max(each.debtor, each.creditor))
                between[pair] += each.amount
    return dict(between)


class Sheet(msgspec.Struct, frozen=True):
    """A cycle as it is stored: its items from their transfers, what the hub has counted, and what it has settled.

    `settled` is what was moved between settlement money and clearing accounts; None if the cycle has not settled.
    `shares` is what survivors have paid for members in default.
    """

    number: int
    state: str
    count: int
    items: Mapping[str, Sequence[Item]]
    counted: tuple[Position, ...]
    digest: bytes
    settled: Mapping[tuple[str, str], int] | None
    shares: Sequence[LossShare] = ()


class Difference(msgspec.Struct, frozen=True):
    """Where what was counted or settled is not what the transfers of the items add up to; `units` is by how much."""

    what: str
    currency: str
    participant: str
    product: str
    stated: int
    found: int

    @property
    def units(self) -> int:
        """In minor units, or in items where those are counted."""
        return abs(self.stated - self.found)


def differences(sheet: Sheet) -> tuple[Difference, ...]:
    """Compare net with gross: every number of every position, every settled net, and every share of a loss.

    None: they agree to the unit.
    """
    found = {(p.currency, p.participant, p.product): p for p in recompute(sheet.items)}
    stated = {(p.currency, p.participant, p.product): p for p in sheet.counted}
    wrong: list[Difference] = []
    for place in sorted(found.keys() | stated.keys()):
        nothing = Position(*place, 0, 0, 0)
        one, other = stated.get(place, nothing), found.get(place, nothing)
        pairs = ((what, getattr(one, what), getattr(other, what)) for what in ("paid", "received", "items"))
        wrong += [Difference(what, *place, claim, due) for what, claim, due in pairs if claim != due]
    count = sum(map(len, sheet.items.values()))
    if count != sheet.count:
        wrong.append(Difference("items of the cycle", "", "", "", sheet.count, count))
    if sheet.settled is not None:
        due = nets(found.values())
        for currency, participant in sorted(due.keys() | sheet.settled.keys()):
            net = due.get((currency, participant), 0)
            moved = sheet.settled.get((currency, participant), 0)
            if net != moved:
                wrong.append(Difference("settled", currency, participant, "", moved, net))
        if digest(sheet.number, count, tuple(found.values())) != sheet.digest and not wrong:
            wrong.append(Difference("the proof", "", "", "", 1, 0))
    return (*wrong, *_misallocated(sheet))


def _misallocated(sheet: Sheet) -> Iterator[Difference]:
    for currency in sorted({share.currency for share in sheet.shares}):
        shares = [share for share in sheet.shares if share.currency == currency]
        for each, moved, due in misallocated(shares, dealt(sheet.items, currency)):
            what = f"share of the loss of {each.defaulter}"
            yield Difference(what, currency, each.survivor, "", moved, due)
