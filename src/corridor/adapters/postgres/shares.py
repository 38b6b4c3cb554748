"""Turnover as PostgreSQL has it: one query a report, which anybody can run to see the same figures."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from corridor.adapters.postgres.reads import PostgresReads
from corridor.domain.money import currencies, currency
from corridor.reports.products import OTHER, PRODUCTS, Product
from corridor.reports.shares import MissingFixing, Period, Question, Sum

_PERIODS: Final[dict[Period, str]] = {
    "month": "left(day, 7)",
    "quarter": "left(day, 4) || '-Q' || (substr(day, 6, 2)::int + 2) / 3",
    "year": "left(day, 4)",
}


def query(question: Question) -> str:
    """Return the whole query. All that a caller chooses is checked before: it is text, and no parameter."""
    unit = currency(question.unit)
    return f"""\
WITH cell AS (
    SELECT day, direction, currency, {_product()} AS product,
           count(*) AS number, sum(amount) AS amount
      FROM settled_payment
     WHERE day BETWEEN {_text(question.since)} AND {_text(question.until)}{_returned(question)}
     GROUP BY 1, 2, 3, 4
), valued AS (
    SELECT cell.*,
           round(amount / {_minor_units()}
                 / CASE WHEN currency = {_text(unit.code)} THEN 1 ELSE rate END, {unit.exponent}) AS value
      FROM cell LEFT JOIN fixing
        ON fixing.day = cell.day AND base_currency = {_text(unit.code)} AND quote_currency = currency
)
SELECT {_PERIODS[question.period]} AS period, {question.by} AS key, currency,
       sum(number) AS number, sum(amount) AS amount, sum(value) AS value,
       min(day || ' {unit.code}/' || currency) FILTER (WHERE value IS NULL) AS missing
  FROM valued{_trade(question)} GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""  # noqa: S608  codes and days, each quoted


async def sums(reads: PostgresReads, question: Question) -> list[Sum]:
    """Return what settled, by period, key and currency. Raises: MissingFixing, with the first day and pair."""
    rows = await reads.fetch(query(question))
    missing = min((row["missing"] for row in rows if row["missing"]), default="")
    if missing:
        day, pair = missing.split()
        raise MissingFixing(
            f"payments settled on {day}, and no official rate of {pair} is posted for that day"
        )
    exponent = currency(question.unit).exponent
    return [
        Sum(
            row["period"],
            row["key"],
            row["currency"],
            int(row["number"]),
            int(row["amount"]),
            int(row["value"].scaleb(exponent)),
        )
        for row in rows
    ]


def _product() -> str:
    cases = "\n".join(
        f"                WHEN {_fits(product)} THEN {_text(product.name)}" for product in PRODUCTS
    )
    return f"CASE\n{cases}\n                ELSE {_text(OTHER)} END"


def _returned(question: Question) -> str:
    return " AND uetr IN (SELECT uetr FROM returned_payment)" if question.of == "returned" else ""


def _trade(question: Question) -> str:
    if question.of != "trade":
        return ""
    return f" WHERE product IN ({_texts(product.name for product in PRODUCTS if product.trade)})"


def _fits(product: Product) -> str:
    conditions = []
    if product.purposes:
        conditions.append(f"purpose IN ({_texts(product.purposes)})")
    if product.categories:
        conditions.append(f"category_purpose IN ({_texts(product.categories)})")
    if product.goods == ("",):
        conditions.append("goods_code <> ''")
    elif product.goods:
        conditions.append(f"goods_code ~ '^({'|'.join(product.goods)})'")
    return " OR ".join(conditions)


def _minor_units() -> str:
    """How many minor units one unit of a currency has: a hundred, but for these."""
    others = defaultdict(list)
    for each in currencies():
        others[10**each.exponent].append(each.code)
    usual = others.pop(100)
    assert len(usual) > len(others), "most currencies have two decimals"
    cases = " ".join(
        f"WHEN currency IN ({_texts(sorted(codes))}) THEN {units}" for units, codes in sorted(others.items())
    )
    return f"CASE {cases} ELSE 100 END"


def _texts(values: Iterable[str]) -> str:
    return ", ".join(map(_text, values))


def _text(value: str) -> str:
    assert "'" not in value, "nothing that is quoted here has a quote in it"
    return f"'{value}'"
