"""`corridor settle`, as a person at a terminal uses it; no hub runs."""

import json

import pytest
from typer.testing import CliRunner

from corridor.cli.settle import app, read_day
from corridor.domain.errors import InvalidValue
from corridor.domain.money import UnknownCurrency
from corridor.services.settlement.liquidity import DayPayment

LINE = '{"time": 60, "debtor": "SEVRRUM0", "creditor": "PAMRTJ20", "currency": "RUB", "amount": 10000}'
BACK = '{"time": 90, "debtor": "PAMRTJ20", "creditor": "SEVRRUM0", "currency": "RUB", "amount": 9000, "priority": 1}'


def day_of(tmp_path, *lines):
    path = tmp_path / "day.jsonl"
    path.write_text("\n".join(lines))
    return path


def test_a_file_is_read_a_payment_a_line(tmp_path):
    assert read_day(day_of(tmp_path, LINE, "", BACK)) == [
        DayPayment(60, "SEVRRUM0", "PAMRTJ20", "RUB", 10000, 2),
        DayPayment(90, "PAMRTJ20", "SEVRRUM0", "RUB", 9000, 1),
    ]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "truncated"),
        (LINE.replace("60", '"60"'), "Expected `int`"),
        (LINE.replace("10000", "0"), "above zero"),
        (LINE.replace("60", "-1"), "not below"),
        (LINE.replace("PAMRTJ20", "SEVRRUM0"), "the same"),
        (LINE.replace("10000", '10000, "priority": 3'), "0, 1 or 2"),
        (LINE.replace("10000", '10000, "colour": 3'), "unknown field"),
    ],
)
def test_a_line_that_is_wrong_is_named(tmp_path, line, says):
    with pytest.raises(InvalidValue, match=says) as raised:
        read_day(day_of(tmp_path, BACK, line))
    assert raised.value.field.endswith("line 2")


def test_an_unknown_currency_and_an_absent_file_are_told(tmp_path):
    with pytest.raises(UnknownCurrency, match="line 1"):
        read_day(day_of(tmp_path, LINE.replace("RUB", "RUBLE")))
    with pytest.raises(InvalidValue, match="holds no payment"):
        read_day(day_of(tmp_path, ""))
    with pytest.raises(InvalidValue, match="No such file"):
        read_day(tmp_path / "absent.jsonl")


def test_a_day_is_simulated_and_the_saving_told(tmp_path):
    done = CliRunner().invoke(app, ["simulate", str(day_of(tmp_path, LINE, BACK))])
    assert done.exit_code == 0, done.output
    assert "2 payments, 190.00 RUB." in done.output
    assert "At once, banks need 100.00 RUB; whatever is done, 10.00 RUB." in done.output
    assert "90.0 %" in done.output


def test_the_example_day_can_be_simulated(tmp_path):
    day = CliRunner().invoke(app, ["day", "--wages-to-goods", "1", "--seed", "1"])
    path = day_of(tmp_path, day.output)
    done = CliRunner().invoke(app, ["simulate", str(path), "--every", "200", "--json"])
    assert done.exit_code == 0, done.output
    figures = json.loads(done.output)
    assert figures["payments"] == 2000
    assert figures["lines"][0]["liquidity_ratio"]["RUB"] < 0.5
    assert figures["lines"][-1]["delay_average_s"] == 0
