"""Turnover and shares as PostgreSQL counts them are those of the payments that settled, counted one by one."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from random import Random
from typing import NamedTuple
from uuid import uuid4

import asyncpg
import pytest
from tests.contract.signed_world import SEAL, PostgresWorld
from tests.rig import answer_of
from tests.world import CBRR, CBTJ, PAMR, SEVR, agreed

from corridor.adapters.postgres.reads import PostgresReads
from corridor.adapters.postgres.roles import READER, provision
from corridor.adapters.postgres.shares import query, sums
from corridor.adapters.postgres.supervisor import Cluster
from corridor.codecs.iso20022.pacs008 import DocumentLine, ReferredDocument
from corridor.domain.instants import DAY, SECOND, iso_date
from corridor.domain.money import Money, currency
from corridor.reports.products import PRODUCTS, product_of
from corridor.reports.shares import MissingFixing, Question, Sum, Turnover, turnovers
from corridor.services.compliance.commands import SetScreeningPolicy
from corridor.services.fx.commands import PostFixing
from corridor.services.settlement.correspondents import commands as correspondents

GOODS = ("", "2710194210", "7304310000", "8703231981", "84", "0901")
PURPOSES = (None, "GDDS", "DEPD", "SCVE", "TAXS", "CHAR")
PERIODS = ("month", "quarter", "year")
KEYS = ("currency", "product", "direction")


class Settled(NamedTuple):
    """What the test knows of a payment that it has let settle."""

    day: str
    direction: str
    product: str
    currency: str
    amount: int


class Months(NamedTuple):
    """A database in which months have passed, and what settled in them."""

    reader: str
    settled: list[Settled]
    rates: dict[tuple[str, str], Decimal]
    missing: str


@pytest.fixture(scope="module")
def months(cluster: Cluster) -> Iterator[Months]:
    name = f"months_{uuid4().hex}"
    world = PostgresWorld(asyncio.run(provision(cluster, name)))
    world.found()
    settled: list[Settled] = []
    rates: dict[tuple[str, str], Decimal] = {}
    dice = Random(5)
    for week in range(20):  # from November on, into the next year
        for day in range(2):
            _pay(world, dice, settled, f"{week}{day}")
            _fix(world, dice, rates)
            world.now += DAY
        world.now += 5 * DAY
    _refused(world)
    _converted(world, settled)
    _gross(world, settled)
    _booked(world, settled)
    _fix(world, dice, rates)
    world.now += 3 * DAY
    _one(world, 999, settled)  # on a day without any official rate
    missing = iso_date(world.now)
    world.close()
    yield Months(cluster.dsn(READER, name), settled, rates, missing)
    asyncio.run(_drop(cluster, name))


async def _drop(cluster: Cluster, name: str) -> None:
    connection = await asyncpg.connect(cluster.dsn())
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


def _pay(world: PostgresWorld, dice: Random, settled: list[Settled], day: str) -> None:
    for n in range(dice.randint(1, 4)):
        facts = {
            "interbank_settlement_amount": Money(
                dice.randint(1, 90_000_00), dice.choice(("RUB", "RUB", "TJS"))
            ),
            "purpose": dice.choice(PURPOSES),
            "category_purpose": dice.choice((None, None, "SALA", "SUPP")),
        }
        goods = dice.choice(GOODS)
        if goods:
            lines = (DocumentLine(type="PTCD", number=goods), DocumentLine(type="MDNB", number="T-34"))
            facts["documents"] = (ReferredDocument(type="CINV", number="1", lines=lines),)
        sides = dice.choice(((SEVR, PAMR), (PAMR, SEVR)))
        _one(world, int(f"{day}{n}"), settled, *sides, **facts)


def _one(world: PostgresWorld, n: int, settled: list[Settled], debtor=SEVR, creditor=PAMR, **facts) -> None:
    order = world.order(n, debtor, creditor, **facts)
    world.pay(order)
    world.report(order.uetr, "ACCP", signer=creditor)
    if n % 2:
        world.report(order.uetr, "ACCC", signer=creditor)
    goods = order.documents[0].lines[0].number if order.documents else ""
    product = product_of(order.category_purpose or "", order.purpose or "", goods)
    money = order.interbank_settlement_amount
    direction = f"{debtor[4:6]}>{creditor[4:6]}"
    settled.append(Settled(iso_date(world.now), direction, product, money.currency, money.minor))


def _fix(world: PostgresWorld, dice: Random, rates: dict[tuple[str, str], Decimal]) -> None:
    """Yesterday's official rate, corrected once; and the rouble's in somoni."""
    day = iso_date(world.now)
    for bic, base, quote, cost in (
        (CBRR, "USD", "RUB", 895_000),
        (CBTJ, "USD", "TJS", 109_500),
        (CBTJ, "RUB", "TJS", 1_220),
    ):
        for _ in range(2):
            rate = Decimal(cost + dice.randint(-900, 900)).scaleb(-4)
            origin = world.origin(bic, definition="json/fixings")
            assert world.submit(PostFixing(origin, day, base, quote, rate)).status == "accepted"
        rates[day, f"{base}/{quote}"] = rate


def _refused(world: PostgresWorld) -> None:
    """None of these has settled: refused, not covered, silent, held."""
    world.pay(world.order(5001, purpose="GDDS"))
    world.report(world.order(5001).uetr, "RJCT", reason="AC03")
    world.pay(world.order(5002, interbank_settlement_amount=Money(10**15, "RUB")))
    world.pay(world.order(5003))
    world.advance(8)
    world.operate(SetScreeningPolicy, on_hit="hold", hold_limit_s=600)
    world.pay(world.order(5004))


def _converted(world: PostgresWorld, settled: list[Settled]) -> None:
    """It counts as what left the debtor agent, without the fee."""
    quote = world.quote(700_00)
    money = Money(700_00, "RUB")
    order = world.order(6001, interbank_settlement_amount=money, agreed_rate=agreed(quote), purpose="DEPD")
    world.pay(order)
    world.report(order.uetr, "ACCP")
    settled.append(Settled(iso_date(world.now), "RU>TJ", "wages sent home", "RUB", 700_00))
    world.now += SECOND


def _gross(world: PostgresWorld, settled: list[Settled]) -> None:
    """What is settled gross is final at once, without anybody's promise."""
    order = world.order(7001, clearing_channel="RTGS", purpose="SCVE")
    world.pay(order)
    settled.append(Settled(iso_date(world.now), "RU>TJ", "services", "RUB", 100_00))


def _booked(world: PostgresWorld, settled: list[Settled]) -> None:
    """So is what settles on a correspondent account; what brings money to one is no payment."""
    terms = {"account_servicer": PAMR, "account_owner": SEVR, "currency": "RUB"}
    say = partial(world.origin, definition="json/correspondents")
    offered = world.submit(correspondents.OfferCorrespondent(say(PAMR), **terms))
    account = answer_of(offered)["account"]
    world.submit(correspondents.AcceptCorrespondent(say(SEVR), account))
    world.submit(correspondents.FundCorrespondent(say(SEVR), account, 100_00, "RUB"))
    world.pay(world.order(7002, clearing_channel="BOOK", settlement_method="INDA", purpose="GDDS"))
    settled.append(Settled(iso_date(world.now), "RU>TJ", "other goods", "RUB", 100_00))


def told(months: Months, question: Question) -> list[Sum]:
    async def read() -> list[Sum]:
        reads = await PostgresReads.connect(months.reader, SEAL, size=1)
        try:
            return await sums(reads, question)
        finally:
            await reads.close()

    return asyncio.run(read())


def known(months: Months, **facts: str) -> Question:
    """A question about the days that have official rates."""
    return Question(until=max(day for day, _ in months.rates), **facts)


def counted(months: Months, question: Question) -> list[Sum]:
    """The same, one payment after the other: each cell is rounded once."""
    cells: defaultdict[Settled, list[int]] = defaultdict(list)
    for each in months.settled:
        if question.since <= each.day <= question.until:
            cells[each._replace(amount=0)].append(each.amount)
    found: defaultdict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    unit = currency(question.unit)
    for cell, amounts in cells.items():
        rate = 1 if cell.currency == unit.code else months.rates[cell.day, f"{unit.code}/{cell.currency}"]
        major = Decimal(sum(amounts)).scaleb(-currency(cell.currency).exponent) / rate
        value = int(major.scaleb(unit.exponent).to_integral_value(ROUND_HALF_UP))
        total = found[period(cell.day, question.period), getattr(cell, question.by), cell.currency]
        for place, more in enumerate((len(amounts), sum(amounts), value)):
            total[place] += more
    return [Sum(*key, *total) for key, total in sorted(found.items())]


def period(day: str, kind: str) -> str:
    quarter = f"{day[:4]}-Q{(int(day[5:7]) - 1) // 3 + 1}"
    return {"month": day[:7], "quarter": quarter, "year": day[:4]}[kind]


@pytest.mark.parametrize("by", KEYS)
@pytest.mark.parametrize("kind", PERIODS)
def test_the_query_counts_what_settled(months, kind, by):
    question = known(months, period=kind, by=by)
    assert len({each.product for each in months.settled}) > 6
    assert sorted(told(months, question), key=lambda s: (s.period, s.key, s.currency)) == counted(
        months, question
    )


def test_another_unit(months):
    with pytest.raises(MissingFixing, match="EUR/"):
        told(months, known(months, unit="EUR"))
    question = known(months, unit="RUB")
    assert told(months, question) == counted(months, question)
    by_currency = {(each.period, each.currency): each for each in told(months, question)}
    assert by_currency["2026", "RUB"].value == by_currency["2026", "RUB"].amount


def test_a_day_without_an_official_rate_is_named(months):
    with pytest.raises(MissingFixing, match=rf"settled on {months.missing}, and no official rate of USD/RUB"):
        told(months, Question())
    assert told(months, Question(since=months.missing, unit="RUB"))[0].number == 1


@pytest.mark.parametrize("by", KEYS)
def test_a_period_that_is_split_adds_up(months, by):
    """However it is cut: by months, quarters and years, by days, and by keys."""
    year = totals(turnovers(told(months, known(months, by=by))))
    for kind in ("month", "quarter"):
        finer = totals(turnovers(told(months, known(months, period=kind, by=by))))
        for name, (number, value) in year.items():
            parts = [total for part, total in finer.items() if part.startswith(name)]
            assert (sum(n for n, _ in parts), sum(v for _, v in parts)) == (number, value)
    assert year == totals(turnovers(told(months, known(months))))
    days = sorted({each.day for each in months.settled})
    first = told(months, Question(until=days[20], by=by))
    then = told(months, known(months, since=days[21], by=by))
    assert sum(s.value for s in first + then) == sum(value for _, value in year.values())
    assert sum(s.number for s in first + then) == len(months.settled) - 1


def totals(found: tuple[Turnover, ...]) -> dict[str, tuple[int, int]]:
    return {each.period: (each.number, each.value) for each in found}


def test_trade_leaves_out_what_persons_are_sent(months):
    everything = told(months, known(months, by="product"))
    trade = {product.name for product in PRODUCTS if product.trade}
    assert told(months, known(months, by="product", of="trade")) == [s for s in everything if s.key in trade]
    assert "wages sent home" in {s.key for s in everything} - trade


def test_what_is_printed_is_what_is_asked(months):
    """Anybody who may read can run the query as it is printed, and only read."""

    async def run() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(months.reader)
        try:
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute("DELETE FROM fixing")
            return await connection.fetch(query(known(months, by="product", period="quarter")))
        finally:
            await connection.close()

    rows = asyncio.run(run())
    expected = told(months, known(months, by="product", period="quarter"))
    assert [(row["period"], row["key"], int(row["number"])) for row in rows] == [
        (each.period, each.key, each.number) for each in expected
    ]
