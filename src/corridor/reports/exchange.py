"""What is counted of providers and their quotes, counted anew from quotes, payments and trades."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from corridor.decision import Key, Table
from corridor.services.fx.records import (
    ASKED,
    FX_EXPOSURE,
    INQUIRY,
    OPEN,
    OPEN_QUOTES,
    QUOTE,
    QUOTED,
    REPLY,
    SOURCE,
    TAKEN,
    UNQUOTED,
    FxExposure,
    Inquiry,
    OpenQuotes,
    Quote,
    Reply,
)
from corridor.services.messaging.records import FX_PROVIDER, PARTICIPANT
from corridor.services.settlement.payments import CREDITED, PAYMENT, RESERVED, SETTLED, Payment
from corridor.services.settlement.pvp.records import SETTLED as TRADE_SETTLED
from corridor.services.settlement.pvp.records import TRADE, Trade

Rows = Mapping[Table[Any], Sequence[Any]]
Place = tuple[str, str, str]
"""A provider, a currency, and a field of its exposure."""

_PROMISED: Final = ("amount", "receives", "selling", "buying")
_FIELDS: Final = (*_PROMISED, "sold", "bought")


def _of_quote(quote: Quote) -> Iterator[tuple[Place, int]]:
    if quote.status == OPEN:
        yield (quote.provider, quote.destination_currency, "amount"), quote.destination_amount
        yield (quote.provider, quote.source_currency, "receives"), quote.source_amount


def _of_payment(payment: Payment) -> Iterator[tuple[Place, int]]:
    fields = {
        RESERVED: ("selling", "buying"),
        SETTLED: ("sold", "bought"),
        CREDITED: ("sold", "bought"),
    }.get(payment.status)
    if payment.provider and fields:
        yield (payment.provider, payment.destination_currency, fields[0]), payment.destination_amount
        yield (payment.provider, payment.source_currency, fields[1]), payment.source_amount


def _of_trade(trade: Trade, side: str) -> Iterator[tuple[Place, int]]:
    if trade.state == TRADE_SETTLED:
        for party, field in ((side, "sold"), (trade.other(side), "bought")):
            paid = trade.paid_by(party)
            yield (side, paid.currency, field), paid.minor


class Exposures:
    """Follows every version of every quote, payment and trade; whoever sees them all asks what is counted."""

    def __init__(self) -> None:
        self._sums: Counter[Place] = Counter()
        self._of: dict[tuple[str, Key], list[tuple[Place, int]]] = {}
        self._providers: set[str] = set()
        self._stored: dict[tuple[str, str], FxExposure] = {}

    def commit(self, rows: Rows) -> Iterator[str]:
        """Take in what a batch wrote, and say what it counted wrongly."""
        self._providers |= {each.bic for each in rows.get(PARTICIPANT, ()) if each.role == FX_PROVIDER}
        touched: set[tuple[str, str]] = set()
        for record in rows.get(QUOTE, ()):
            touched |= self._take(QUOTE, record, _of_quote(record))
        for record in rows.get(PAYMENT, ()):
            touched |= self._take(PAYMENT, record, _of_payment(record))
        for record in rows.get(TRADE, ()):
            sides = [side for side in record.sides if side in self._providers]
            parts = [part for side in sides for part in _of_trade(record, side)]
            touched |= self._take(TRADE, record, parts)
        for exposure in rows.get(FX_EXPOSURE, ()):
            self._stored[exposure.provider, exposure.currency] = exposure
            touched.add((exposure.provider, exposure.currency))
        for key in sorted(touched):
            yield from _differ(self._stored.get(key, FxExposure(*key)), self._sums, _FIELDS)

    def _take(
        self, table: Table[Any], record: Any, parts: Iterable[tuple[Place, int]]
    ) -> set[tuple[str, str]]:
        key = (table.name, table.key(record))
        gone, come = self._of.pop(key, []), list(parts)
        for place, amount in gone:
            self._sums[place] -= amount
        for place, amount in come:
            self._sums[place] += amount
        if come:
            self._of[key] = come
        return {place[:2] for place, _ in (*gone, *come)}


def exposures(rows: Rows) -> Iterator[Iterable[str]]:
    """Judge what is open, which is all that a look at the present sees: promises, reserves, numbers of quotes."""
    quotes: list[Quote] = [each for each in rows[QUOTE] if each.status == OPEN]
    sums: Counter[Place] = Counter()
    for quote in quotes:
        sums.update(dict(_of_quote(quote)))
    for payment in rows[PAYMENT]:
        if payment.status == RESERVED:
            sums.update(dict(_of_payment(payment)))
    stored = {(each.provider, each.currency): each for each in rows[FX_EXPOSURE]}
    for key in stored.keys() | {place[:2] for place in sums}:
        yield _differ(stored.get(key, FxExposure(*key)), sums, _PROMISED)
    numbers = Counter(each.debtor_agent for each in quotes)
    stated = Counter({each.debtor_agent: each.quotes for each in rows[OPEN_QUOTES]})
    for agent in numbers.keys() | stated.keys():
        wrong = f"{agent} is counted to have {stated[agent]} open quotes, but has {numbers[agent]}"
        yield () if numbers[agent] == stated[agent] else (wrong,)
    yield _miscounted(rows[OPEN_QUOTES], rows[INQUIRY])


def inquiry(each: Inquiry) -> Iterator[str]:
    """It waits with a timer, or has ended in its time: with a quote, or with the reason why there is none."""
    asked = each.state == ASKED
    ends = (each.due_at is None, each.ended_at is not None)
    made = (bool(each.quote_id), bool(each.reason))
    expected = {ASKED: (False, False), QUOTED: (True, False), UNQUOTED: (False, True)}.get(each.state)
    if ends != (not asked,) * 2 or made != expected or not 0 <= each.replies <= len(each.providers.split()):
        yield f"inquiry {each.number} is {each.state}, but its record is not: {each}"


def answered(each: Inquiry, replies: Sequence[Reply], quote: Quote | None) -> Iterator[str]:
    """What became of an inquiry is what was replied in its time: its quote is the one reply that was taken."""
    name = f"inquiry {each.number}"
    taken = [reply for reply in replies if reply.state == TAKEN]
    if len(replies) != each.replies:
        yield f"{name}: it counts {each.replies} replies, but has {len(replies)}"
    for reply in replies:
        if reply.provider not in each.providers.split():
            yield f"{name}: {reply.provider} has replied, but was not asked"
        if not each.asked_at <= reply.replied_at <= each.answers_until:
            yield f"{name}: the reply of {reply.provider} was taken in out of its time"
        if (reply.state == OPEN) != (each.state == ASKED):
            yield f"{name} is {each.state}, but the reply of {reply.provider} is {reply.state}"
    if len(taken) != (each.state == QUOTED):
        yield f"{name} is {each.state}, but {len(taken)} replies were taken"
    elif taken and (quote is None or _quoted(quote) != _taken(each, taken[0])):
        yield f"{name}: its quote is not the reply that was taken"


def _quoted(quote: Quote) -> tuple[object, ...]:
    fixed = quote.source_amount if quote.fixed == SOURCE else quote.destination_amount
    return (
        *(quote.quote_id, quote.debtor_agent, quote.creditor_agent, quote.fixed, fixed, quote.created_at),
        *(quote.source_currency, quote.destination_currency, quote.base_currency, quote.quote_currency),
        *(quote.provider, quote.rate, quote.source_amount, quote.destination_amount, quote.rated_at),
    )


def _taken(each: Inquiry, reply: Reply) -> tuple[object, ...]:
    return (
        *(each.quote_id, each.debtor_agent, each.creditor_agent, each.fixed, each.amount, each.ended_at),
        *(each.source_currency, each.destination_currency, each.base_currency, each.quote_currency),
        *(reply.provider, reply.rate, reply.source_amount, reply.destination_amount, reply.replied_at),
    )


class Answers:
    """Follows every version of every inquiry and of its replies."""

    def __init__(self) -> None:
        self._replies: defaultdict[int, dict[str, Reply]] = defaultdict(dict)
        self._open: dict[int, Inquiry] = {}
        self._counts: dict[str, OpenQuotes] = {}

    def commit(self, rows: Rows, quotes: Mapping[str, Quote]) -> Iterator[Iterable[str]]:
        """Take in what a batch wrote, and judge each inquiry in it; `quotes` are all that there are by then."""
        for reply in rows.get(REPLY, ()):
            self._replies[reply.inquiry][reply.provider] = reply
        for each in rows.get(INQUIRY, ()):
            self._open[each.number] = each
            if each.state != ASKED:
                del self._open[each.number]
            yield answered(each, [*self._replies[each.number].values()], quotes.get(each.quote_id))
        self._counts.update({each.debtor_agent: each for each in rows.get(OPEN_QUOTES, ())})
        if rows.get(INQUIRY) or rows.get(OPEN_QUOTES):
            yield _miscounted(self._counts.values(), self._open.values())


def open_inquiries(rows: Rows) -> Iterator[Iterable[str]]:
    """Judge the inquiries that are open, and the replies to them."""
    replies: defaultdict[int, list[Reply]] = defaultdict(list)
    for reply in rows[REPLY]:
        if reply.state == OPEN:
            replies[reply.inquiry].append(reply)
    for each in rows[INQUIRY]:
        if each.state == ASKED:
            yield answered(each, replies.pop(each.number, []), None)
    yield [f"replies to inquiry {number} are open, and it is not" for number in replies]


def _miscounted(counts: Iterable[OpenQuotes], inquiries: Iterable[Inquiry]) -> Iterator[str]:
    """What a bank is counted to have asked is what it has asked."""
    numbers = Counter(each.debtor_agent for each in inquiries if each.state == ASKED)
    stated = Counter({each.debtor_agent: each.inquiries for each in counts})
    for agent in numbers.keys() | stated.keys():
        if numbers[agent] != stated[agent]:
            yield f"{agent} is counted to have {stated[agent]} open inquiries, but has {numbers[agent]}"


def _differ(stored: FxExposure, sums: Counter[Place], fields: Iterable[str]) -> Iterator[str]:
    for field in fields:
        counted, due = getattr(stored, field), sums[stored.provider, stored.currency, field]
        if counted != due:
            yield (
                f"{stored.provider} is counted to have {counted} {stored.currency} as {field}, but its quotes,"
                f" payments and trades come to {due}"
            )
