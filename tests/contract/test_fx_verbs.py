"""`corridor fx` on a database with quotes in it: positions, limits and quality as PostgreSQL has them."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tests.contract.busy_day import inquire
from tests.contract.signed_world import PostgresWorld
from tests.rig import answer_of
from tests.world import ALFX, CBTJ, PAMR, SEVR, agreed

from corridor.adapters.keys import seals
from corridor.adapters.postgres.roles import READER, WRITER
from corridor.adapters.postgres.supervisor import SUPERUSER
from corridor.cli import fx, main
from corridor.cli.database import VARIABLE
from corridor.cli.home import Home
from corridor.domain.instants import DAY, iso_date
from corridor.domain.money import Money
from corridor.services.fx.commands import PostFixing, ReplyToInquiry, RequestQuote, SetFxLimit
from corridor.services.settlement.pvp.commands import CaptureTrade

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def world(database: str) -> Iterator[PostgresWorld]:
    """Rates are 8.50 to 8.60 roubles a somoni, the official one is 8.40 roubles; four quotes, two of them used."""
    world = PostgresWorld(database).found()
    fixing = world.origin(CBTJ, definition="json/fixings")
    world.submit(PostFixing(fixing, iso_date(world.now), "RUB", "TJS", Decimal("0.125")))
    for n, (amount, waits, ends) in enumerate(
        [(860_00, 2, "ACCP"), (86_00, 4, "RJCT"), (8_60, 0, ""), (86, 0, "")]
    ):
        quote = world.quote(amount)
        world.advance(waits)
        if ends:
            order = world.order(
                n, interbank_settlement_amount=Money(amount, "RUB"), agreed_rate=agreed(quote)
            )
            world.pay(order)
            world.report(order.uetr, ends, reason="AC03" if ends == "RJCT" else None)
    world.operate(SetFxLimit, provider=ALFX, currency="TJS", kind="position", amount=150_00)
    world.operate(SetFxLimit, provider=ALFX, currency="TJS", kind="quote", amount=60_00)
    yield world
    world.close()


@pytest.fixture
def run(
    world: PostgresWorld, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> Run:
    seals.generate(Home(tmp_path).personal)
    monkeypatch.setenv(VARIABLE, database.replace(WRITER, SUPERUSER))

    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["corridor", *arguments, "-d", str(tmp_path)])
        with pytest.raises(SystemExit) as ended:
            main.main()
        return (int(ended.value.code or 0), *capsys.readouterr())

    return call


def test_positions_are_shown_with_what_is_left(world: PostgresWorld, run: Run) -> None:
    code, out, err = run("fx", "positions", "--json")
    assert (code, err) == (0, "")
    roubles, somoni = json.loads(out)
    assert somoni == {
        "provider": ALFX,
        "currency": "TJS",
        "sold": "100.00",
        "bought": "0.00",
        "position": "100.00",
        "may_sell": "1.10",
        "may_buy": "0.00",
        "position_limit": "150.00",
        "quote_limit": "60.00",
        "left_to_sell": "48.90",
        "left_to_buy": "250.00",
    }
    assert (roubles["position"], roubles["may_buy"], roubles["left_to_buy"]) == ("-860.00", "9.46", None)
    for answer in (
        _trade(world, ALFX, SEVR, ("RUB", 425_00), ("TJS", 50_00)),
        _trade(world, SEVR, ALFX, ("TJS", 50_00), ("RUB", 425_00)),
    ):
        assert answer.status == "accepted", answer.body
    roubles, somoni = json.loads(run("fx", "positions", "--provider", ALFX, "--json")[1])
    assert (roubles["position"], somoni["position"], somoni["left_to_sell"]) == ("-435.00", "50.00", "98.90")
    code, _, err = run("fx", "positions", "--provider", SEVR)
    assert (code, "is no FX provider" in err) == (1, True)
    assert "left to sell" in run("fx", "positions")[1]


@pytest.mark.parametrize(("limit", "side"), [("99.99", "short"), ("100.00", "")])
def test_a_limit_that_is_passed_already_says_what_it_means(
    run: Run, monkeypatch: pytest.MonkeyPatch, limit: str, side: str
) -> None:
    given = []
    monkeypatch.setattr(fx, "order", lambda *facts, **_: given.append(facts[4]))
    code, out, err = run("fx", "limit", "position", ALFX, "TJS", limit)
    assert (code, err, len(given)) == (0, "", 1)
    assert bool(out) == bool(side)
    if side:
        assert out == (
            f"note: {ALFX} is short of 100.00 TJS now, more than 99.99 TJS: under this limit no quote and no payment in"
            " which it sells TJS passes until buying has brought it back; what is promised already stands\n"
        )
        assert given[0]["position"] == "100.00"


def test_a_provider_that_has_bought_too_much_is_long(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fx, "order", lambda *_, **__: None)
    assert f"note: {ALFX} is long of 860.00 RUB now" in run("fx", "limit", "position", ALFX, "RUB", "1.00")[1]
    for words in (
        ("position", ALFX, "RUB", "none"),
        ("quote", ALFX, "RUB", "1.00"),
        ("position", ALFX, "USD", "1"),
    ):
        assert run("fx", "limit", *words) == (0, "", "")


def test_one_more_unit_than_is_left_is_refused(world: PostgresWorld, run: Run) -> None:
    assert _ask(world, 48_91) == "AM23"
    assert _ask(world, 48_90) == "accepted"
    somoni = json.loads(run("fx", "positions", "--json")[1])[1]
    assert (somoni["may_sell"], somoni["left_to_sell"]) == ("50.00", "0.00")
    assert _ask(world, 60_01) == "AM02"


def test_quality_is_what_the_quotes_were(world: PostgresWorld, run: Run) -> None:
    code, out, err = run("fx", "quality", "--json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert found["question"] == {"since": "0001-01-01", "until": "9999-12-31", "provider": ""}
    mid, official = Decimal("8.55"), Decimal(8)
    age_s = found["lines"][0].pop("age_s")
    assert 3 <= Decimal(age_s) < Decimal("3.1"), (
        "two seconds of one, four of the other, and the hub's own time"
    )
    assert found["lines"] == [
        {
            "day": iso_date(world.now),
            "pair": "TJS/RUB",
            "provider": ALFX,
            "given": 4,
            "used": 2,
            "fill": "50.00",
            "spread_to_mid": str(round((Decimal("8.60") - mid) / mid * 10_000, 2)),
            "spread_to_fixing": str(round((Decimal("8.60") - official) / official * 10_000, 2)),
            "asked": 0,
            "replied": 0,
            "taken": 0,
        }
    ]
    assert json.loads(run("fx", "quality", "--to", "2020-01-01", "--json")[1])["lines"] == []
    assert run("fx", "quality", "--to", "2020-01-01")[1] == "no quote was given in these days\n"
    assert "to middle, bps" in run("fx", "quality")[1]


def test_who_sells_the_base_pays_the_spread_as_well(world: PostgresWorld, run: Run) -> None:
    world.now += DAY
    back = {"source_currency": "TJS", "destination_currency": "RUB"}
    world.quote(10_00, **back)
    (line,) = json.loads(run("fx", "quality", "--from", iso_date(world.now), "--json")[1])["lines"]
    mid = Decimal("8.55")
    assert line["spread_to_mid"] == str(round((mid - Decimal("8.50")) / mid * 10_000, 2))
    assert (line["used"], line["fill"], line["spread_to_fixing"], line["age_s"]) == (0, "0.00", None, None)


def test_inquiries_count_with_their_quotes(world: PostgresWorld, run: Run) -> None:
    inquire(world, "8.55", paid_by=77)
    inquire(world, "")
    (line,) = json.loads(run("fx", "quality", "--json")[1])["lines"]
    assert [line[name] for name in ("given", "used", "asked", "replied", "taken")] == [5, 3, 2, 1, 1]
    world.now += DAY
    inquire(world, "")
    (line,) = json.loads(run("fx", "quality", "--from", iso_date(world.now), "--json")[1])["lines"]
    assert [line[name] for name in ("given", "fill", "spread_to_mid", "asked", "replied")] == [
        0,
        None,
        None,
        1,
        0,
    ]
    assert json.loads(run("fx", "quality", "--provider", SEVR, "--json")[1])["lines"] == []


def test_the_query_that_is_printed_is_the_query_of_the_figures(
    world: PostgresWorld, database: str, run: Run
) -> None:
    question = ("fx", "quality", "--from", "2026-01-01", "--provider", ALFX)
    _, sql, _ = run(*question, "--query")

    async def rows() -> list[Any]:
        db = await asyncpg.connect(database.replace(WRITER, READER))
        rows = await db.fetch(sql)
        await db.close()
        return list(rows)

    lines = json.loads(run(*question, "--json")[1])["lines"]
    assert [list(map(str, row)) for row in asyncio.run(rows())] == [
        list(map(str, each.values())) for each in lines
    ]
    assert lines


@pytest.mark.parametrize(
    "arguments", [("--from", "soon"), ("--to", "2026-13-01"), ("--provider", "X' OR true --")]
)
def test_what_is_no_question_is_not_understood(run: Run, arguments: tuple[str, str]) -> None:
    code, out, err = run("fx", "quality", *arguments)
    assert (code, out, arguments[0] in err) == (2, "", True)


def test_inquiries_are_shown_with_their_replies(world: PostgresWorld, run: Run) -> None:
    assert run("fx", "inquiries") == (0, "no bank has asked\n", "")
    quoted, silent = inquire(world, "8.55"), inquire(world, "")
    shown = json.loads(run("fx", "inquiries", "--json")[1])
    assert [(each["inquiry"], each["state"], each["replied"]) for each in shown] == [
        (silent, "asked", "0 of 1"),
        (quoted, "quoted", "1 of 1"),
    ]
    first = shown[1]
    assert (first["wanted"], first["for"], first["provider"]) == ("200.00 RUB", "into TJS", ALFX)
    assert (first["rate"], first["quote"], first["asked"]) == ("8.55", "open", [ALFX])
    assert [(each["provider"], each["rate"], each["state"]) for each in first["replies"]] == [
        (ALFX, "8.55", "taken")
    ]
    world.advance(61)
    assert json.loads(run("fx", "inquiries", "--limit", "1", "--json")[1])[0]["state"] == "unquoted AB07"
    assert json.loads(run("fx", "inquiries", "--bank", PAMR, "--json")[1]) == []
    assert "0 of 1" in run("fx", "inquiries")[1]


def test_an_inquiry_waits_for_a_hub_that_has_begun_again(world: PostgresWorld, run: Run) -> None:
    number = inquire(world, "")
    world.restart()
    world.advance(4)
    origin = world.origin(ALFX, definition="json/inquiries/reply")
    assert world.submit(ReplyToInquiry(origin, number, Decimal("8.55"))).status == "accepted"
    assert json.loads(run("fx", "inquiries", "--json")[1])[0]["state"] == "quoted"
    late = world.origin(ALFX, definition="json/inquiries/reply")
    assert answer_of(world.submit(ReplyToInquiry(late, number, Decimal("8.55"))))["reason"] == "TM01"


def _ask(world: PostgresWorld, somoni: int) -> str:
    origin = world.origin(SEVR, definition="json/quotes")
    answer = world.submit(RequestQuote(origin, PAMR, "RUB", "TJS", "destination", somoni))
    return answer_of(answer).get("reason") or answer.status


def _trade(
    world: PostgresWorld, signer: str, other: str, sold: tuple[str, int], bought: tuple[str, int]
) -> Any:
    today = iso_date(world.now)
    origin = world.origin(signer, definition="json/trades")
    return world.submit(CaptureTrade(origin, other, "T1", today, today, *sold, *bought))
