"""What a follower keeps of money that moves in other names than a payment's.

Trades, returns and nettings move at once, so that nothing of them is kept from look to look; what leaves for a central
bank is reserved first, and kept until it has ended.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from corridor.domain.instants import Instant
from corridor.ledger.transfers import Transfer
from corridor.reports import arrangements, checks, liquidity, returns, trades
from corridor.reports.books import Books
from corridor.reports.seen import Rows
from corridor.services.fx.arrangements.records import ARRANGEMENT_NETTING, NETTED
from corridor.services.settlement.funding.records import LIQUIDITY_TRANSFER
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.pvp.records import TRADE
from corridor.services.settlement.pvp.settling import PVP
from corridor.services.settlement.returns.records import RETURNED_PAYMENT

Asked = tuple[str, Iterable[str]]
"""An invariant, and what does not hold."""


class Moves:
    """Takes in transfers as they come, and judges the records of a look by them."""

    def __init__(self) -> None:
        self._traded: defaultdict[int, list[Transfer]] = defaultdict(list)
        self._funded: defaultdict[int, list[Transfer]] = defaultdict(list)
        self._netted: defaultdict[int, list[Transfer]] = defaultdict(list)
        self._returned: defaultdict[int, list[Transfer]] = defaultdict(list)
        self._new: set[int] = set()
        self._uetrs: dict[int, str] = {}

    def begin(self, reserved: Iterable[Transfer]) -> None:
        """Begin with what is reserved."""
        self._traded.clear()
        self._funded.clear()
        self._netted.clear()
        self._returned.clear()
        self._uetrs.clear()
        for transfer in reserved:
            self.take(transfer)
        self._new.clear()

    def take(self, transfer: Transfer) -> bool:
        """Keep a transfer that is of a trade, a return, a netting or a liquidity transfer; say whether it is."""
        if transfer.code == PVP:
            self._traded[transfer.reference].append(transfer)
        elif transfer.code == NETTED:
            self._netted[transfer.reference].append(transfer)
        elif returns.is_return(transfer):
            self._returned[transfer.reference].append(transfer)
        elif liquidity.is_liquidity(transfer):
            self._funded[transfer.reference].append(transfer)
            self._new.add(transfer.reference)
        else:
            return False
        return True

    @property
    def waiting(self) -> list[str]:
        """The UETRs of liquidity transfers that have not been seen to end, and so must be seen again."""
        return list(self._uetrs.values())

    def numbers(self, rows: Rows) -> set[int]:
        """Return the numbers that are not a payment's."""
        tables = (TRADE, LIQUIDITY_TRANSFER, RETURNED_PAYMENT, ARRANGEMENT_NETTING)
        known = (each.number for table in tables for each in rows.get(table, ()))
        return {*self._traded, *self._funded, *self._returned, *self._netted, *known}

    def judge(
        self,
        rows: Rows,
        said: Mapping[int, Sequence[checks.Said]],
        books: Books,
        since: Instant,
        until: Instant | None,
    ) -> Iterator[Asked]:
        """Ask what has moved, and what has ended, since the last look.

        `until` is when the log was followed to, None if to its end.
        """
        yield from self._trades(rows, since, until)
        yield from self._returns(rows, said, books, since, until)
        yield from self._liquidity(rows, said, books, since, until)
        done = {each.number: each for each in rows.get(ARRANGEMENT_NETTING, ())}
        for number, moved in self._netted.items():
            yield "arrangements", arrangements.netting(number, done.get(number), moved, books)
        self._traded.clear()
        self._netted.clear()
        self._returned.clear()

    def _trades(self, rows: Rows, since: Instant, until: Instant | None) -> Iterator[Asked]:
        known = {each.number: each for each in rows.get(TRADE, ())}
        for number in self._traded.keys() | known.keys():
            trade, moved = known.get(number), self._traded.get(number, [])
            if moved or (trade is not None and _since(trade.ended_at, since, until)):
                yield "trades", trades.legs(number, trade, moved)

    def _returns(
        self,
        rows: Rows,
        said: Mapping[int, Sequence[checks.Said]],
        books: Books,
        since: Instant,
        until: Instant | None,
    ) -> Iterator[Asked]:
        payments = {each.uetr: each for each in rows.get(PAYMENT, ())}
        known = {each.number: each for each in rows.get(RETURNED_PAYMENT, ())}
        for number in self._returned.keys() | known.keys():
            found, moved = known.get(number), self._returned.get(number, [])
            if moved or (found is not None and _since(found.final_at, since, until)):
                payment = None if found is None else payments.get(found.uetr)
                yield "returns", returns.moves(number, found, payment, moved, books)
                if found is not None:
                    yield "told", returns.told(found, said.get(number, ()))

    def _liquidity(
        self,
        rows: Rows,
        said: Mapping[int, Sequence[checks.Said]],
        books: Books,
        since: Instant,
        until: Instant | None,
    ) -> Iterator[Asked]:
        records = {each.number: each for each in rows.get(LIQUIDITY_TRANSFER, ())}
        for number in sorted(self._new - records.keys()):
            yield "liquidity", liquidity.moves(number, None, self._funded.pop(number), books)
        self._new.clear()
        for number, each in records.items():
            changed = each.final_at or each.forwarded_at or each.received_at
            ended = _since(each.final_at, since, until)
            yield "told", liquidity.told(each, said.get(number, ()), all_of_it=ended)
            self._uetrs[number] = each.uetr
            if until is None or changed < until:  # else the record is ahead of the log
                moved = self._funded.get(number, ())
                if each.open or ended or moved:
                    yield "liquidity", liquidity.moves(number, each, moved, books)
                if not each.open:
                    self._funded.pop(number, None)
                    del self._uetrs[number]


def _since(ended: Instant | None, since: Instant, until: Instant | None) -> bool:
    """It has ended since the last look, in what was followed."""
    return ended is not None and ended > since and (until is None or ended < until)
