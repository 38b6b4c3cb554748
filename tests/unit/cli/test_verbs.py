"""Every verb against a running hub with its sandbox, as a person at a terminal uses them."""

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import pytest

from corridor.adapters.system.shelf import FileShelf
from corridor.cli import main
from corridor.cli.home import Home
from corridor.codecs.iso20022.account_report import SIZE_BYTES_MAX
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.jws import ReceiptHeader, parse
from corridor.reports.alarms import Alarm

pytestmark = pytest.mark.slow
START_S = 60


class Said(NamedTuple):
    """What a verb wrote, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    """The state directory of a corridor that runs."""
    with TemporaryDirectory(prefix="corridor-") as name:
        home = Home(Path(name, "state"))
        command = [sys.executable, "-m", "corridor", "up", "--port", "0", "-d", str(home.directory)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as up:
            try:
                deadline = time.monotonic() + START_S
                while not home.sandbox_socket.exists():
                    assert up.poll() is None, up.stdout.read()
                    assert time.monotonic() < deadline
                    time.sleep(0.02)
                yield home
            finally:
                up.send_signal(signal.SIGTERM)
            assert up.wait(30) == 0


@pytest.fixture
def run(home, monkeypatch, capsys) -> Callable[..., Said]:
    def call(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["corridor", *arguments, "-d", str(home.directory)])
        with pytest.raises(SystemExit) as ended:
            main.main()
        return Said(int(ended.value.code or 0), *capsys.readouterr())

    return call


@pytest.fixture
def ordered(run) -> Callable[..., Said]:
    """Give an order, and let the other operator approve what takes two."""

    def call(*arguments: str) -> Said:
        proposed = run(*arguments, "--json")
        assert proposed.code == 0, proposed.err
        assert proposed.json["state"] == "proposed"
        return run("approve", str(proposed.json["proposal"]), "--as", "vera", "--json")

    return call


def available(run, bic: str, currency: str) -> float:
    found = run("accounts", "--bank", bic, "--json").json["accounts"]
    return next(float(each["available"]) for each in found if each["currency"] == currency)


def test_the_story_of_a_payment(run):
    paid = run("pay", "1500.00", "RUB", "--into", "TJS", "--json")
    assert paid.code == 0
    uetr = paid.json[-1]["uetr"]
    story = run("status", uetr, "--json").json
    assert story["payment"]["status"] == "ACCC"
    assert story["payment"]["amount"] == "1500.00 RUB"
    assert {event["batch"] for event in story["events"]} != {0}
    assert [event["message"] for event in story["events"] if event["message"]].count("camt.054.001.08") == 2
    table = run("status", uetr)
    assert "settled, and final; the creditor has the money" in table.out
    assert "promises to credit on ACSC" in table.out


def test_a_payment_is_given_back(run):
    uetr = run("pay", "12.00", "RUB", "--json").json[-1]["uetr"]
    back = run("return", uetr, "--reason", "AC04", "--text", "the account is closed")
    assert back.code == 0, back.err
    assert "12.00 RUB went back to SEVRRUM0, and that is final (AC04, " in back.out
    shown = run("status", uetr, "--json").json
    assert shown["payment"]["meaning"] == "settled, final, and given back"
    assert (shown["payment"]["returned"], shown["payment"]["status"]) == ("12.00 RUB", "ACCC")
    assert [event["message"] for event in shown["events"]].count("pacs.004.001.09") == 2
    assert "the account is closed" in run("status", uetr).out
    again = run("return", uetr, "--reason", "AC04")
    assert (again.code, again.out) == (1, "")
    assert "FF12: The bank has not credited such a payment" in again.err
    nobody = run("return", "00000000-0000-4000-8000-000000000001", "--reason", "AC04")
    assert (nobody.code, "No bank of the sandbox has received" in nobody.err) == (1, True)
    assert run("return", uetr, "--reason", "PINL").code == 2
    assert run("return", uetr, "--reason", "AC04", "--text", "x" * 106).code == 2
    (told,) = run("share", "--of", "returned", "--json").json["periods"]
    assert told["number"] == 1
    assert run("verify", "--json").json["checked"]["returns"] == 1


def test_a_payment_that_nobody_made(run):
    said = run("status", "00000000-0000-4000-8000-000000000001")
    assert (said.code, said.out) == (1, "")
    assert "No payment has this UETR here." in said.err


def test_the_shares_of_what_has_settled(run):
    paid = run("pay", "2000.00", "RUB", "--into", "RUB", "--json")
    assert paid.code == 0
    (told,) = run("share", "--json").json["periods"]
    assert told["number"] > 0
    assert {line["key"] for line in told["lines"]} >= {"RUB"}
    assert "USD/" in run("share", "--sql").out
    assert "total" in run("share", "--by", "product", "--period", "month").out
    said = run("share", "--unit", "EUR")
    assert said.code == 1
    assert "no official rate of EUR/" in said.err
    assert run("share", "--by", "colour").code == 2
    assert "--from" in run("share", "--from", "yesterday").err


def test_a_bank_asks_providers_whose_limits_two_treasurers_set(run, ordered):
    asked = run("fx", "ask", "1000.00", "RUB", "TJS", "--to", "ZARFTJ20", "--json")
    assert asked.code == 0, asked.err
    quote = asked.json
    (shown,) = [each for each in run("fx", "inquiries", "--json").json if each["inquiry"] == quote["inquiry"]]
    assert (shown["state"], shown["replied"], shown["quote_id"]) == ("quoted", "2 of 2", quote["quote_id"])
    (taken,) = [each["rate"] for each in shown["replies"] if each["state"] == "taken"]
    assert float(taken) == float(quote["rate"])
    spent = run("pay", "--quote", quote["quote_id"])
    assert (spent.code, f"on quote   {quote['quote_id']}" in spent.out) == (0, True), spent.err
    again = run("pay", "--quote", quote["quote_id"])
    assert (again.code, "--quote: the quote is spent, by payment" in again.err) == (1, True)
    arrives = run("fx", "ask", "100.00", "TJS", "RUB", "--arrives", "--to", "ZARFTJ20")
    assert (arrives.code, "pays 100.00 TJS for" in arrives.out) == (0, True)
    loser = next(each["provider"] for each in shown["replies"] if each["state"] == "passed")
    for bic in (loser, quote["provider"]):
        assert ordered("fx", "limit", "quote", bic, "TJS", "1.00").code == 0
    refused = run("fx", "ask", "1000.00", "RUB", "TJS", "--to", "ZARFTJ20", "--within", "1")
    assert (refused.code, "without a quote: AB07" in refused.err) == (1, True)
    for bic in (loser, quote["provider"]):
        assert ordered("fx", "limit", "quote", bic, "TJS", "none").code == 0
    assert run("pay", "1500.00", "RUB", "--into", "TJS", "--json").code == 0
    positions = run("fx", "positions", "--json").json
    assert sum(float(each["position"]) for each in positions if each["currency"] == "TJS") > 0
    quality = run("fx", "quality", "--json").json["lines"]
    assert sum(each["used"] for each in quality) > 0
    assert run("fx", "ask", "1", "RUB", "TJS", "--from", "NOPERUM0").code == 1
    assert "FROM quote q" in run("fx", "quality", "--query").out


def test_money_comes_from_a_central_bank(run):
    before = available(run, "VOLGRUM0", "RUB")
    said = run("account", "fund", "VOLGRUM0", "RUB", "1500.50")
    assert (said.code, "VOLGRUM0 has 1500.50 RUB more, since" in said.out) == (0, True)
    told = run("account", "fund", "VOLGRUM0", "RUB", "0.50", "--json").json
    assert (told["amount"], told["direction"], told["status"]) == ("0.50", "funding", "ACSC")
    assert available(run, "VOLGRUM0", "RUB") == before + 1501
    assert run("accounts", "--json").json["totals"] == {"RUB": "0.00", "TJS": "0.00"}
    refused = run("account", "fund", "NOPERUM0", "RUB", "1")
    assert (refused.code, "there is no participant NOPERUM0 here" in refused.err) == (1, True)
    assert "No central bank here issues" in run("account", "fund", "VOLGRUM0", "USD", "1").err
    assert "AM04" in run("account", "fund", "VOLGRUM0", "RUB", "900000000000000.00").err


def test_money_goes_back_to_a_central_bank(run):
    before = available(run, "ZARFTJ20", "TJS")
    said = run("account", "defund", "ZARFTJ20", "TJS", "250.00")
    assert (said.code, "250.00 TJS of ZARFTJ20 is at its central bank, since" in said.out) == (0, True)
    assert available(run, "ZARFTJ20", "TJS") == before - 250
    (done,) = run("account", "transfers", "--bank", "ZARFTJ20", "--all", "--json").json
    assert (done["direction"], done["status"], done["amount"]) == ("defunding", "ACSC", "250.00")
    assert run("account", "transfers", "--bank", "ZARFTJ20", "--json").json == []
    refused = run("account", "defund", "ZARFTJ20", "TJS", "900000000000.00")
    assert (refused.code, "refused: AM04" in refused.err) == (1, True)
    assert run("accounts", "--json").json["totals"] == {"RUB": "0.00", "TJS": "0.00"}


def test_the_statement_of_an_account_adds_up(run):
    uetr = run("account", "defund", "PAMRTJ20", "TJS", "3.00", "--json").json["uetr"]
    told = run("account", "statement", "PAMRTJ20", "TJS", "--json").json
    opening, credits_, debits, closing = (
        round(100 * float(told[name])) for name in ("opening", "credits", "debits", "closing")
    )
    assert opening + credits_ - debits == closing
    last = told["entries"][-1]
    assert (last["kind"], last["debit"], last["reference"], last["balance"]) == (
        "defunding",
        "3.00",
        uetr,
        told["closing"],
    )
    page = run("account", "statement", "PAMRTJ20", "TJS").out
    assert "opening balance" in page
    assert f"closing balance  {told['closing']}" in page
    empty = run("account", "statement", "PAMRTJ20", "TJS", "--date", "2020-01-01").out
    assert "opening balance  0.00" in empty
    future = run("account", "statement", "PAMRTJ20", "TJS", "--date", "2099-01-01")
    assert (future.code, "has not begun" in future.err) == (1, True)
    assert run("account", "statement", "NOPERUM0", "TJS").code == 1
    signed = run("account", "statement", "PAMRTJ20", "TJS", "--message", "--json").json
    message = open_envelope(signed["message"].encode(), size_bytes_max=SIZE_BYTES_MAX).message
    booked = next(each for each in message.balances if each.type == "ITBD")
    assert booked.amount.text() == told["closing"]
    assert [each.servicer_reference for each in message.entries] == [
        str(each["transfer"]) for each in told["entries"]
    ]
    header = parse(signed["signature"], ReceiptHeader).header
    assert (header.aud, header.iss) == ("PAMRTJ20/sandbox", "CORRXXM0")
    assert "<RptPgntn>" in run("account", "statement", "PAMRTJ20", "TJS", "--message").out
    beyond = run("account", "statement", "PAMRTJ20", "TJS", "--message", "--page", "99999")
    assert (beyond.code, "page: the last page is" in beyond.err) == (1, True)
    assert "AC01" in run("account", "statement", "PAMRTJ20", "USD", "--message").err
    assert "2020-13-01" not in run("account", "statement", "PAMRTJ20", "TJS", "--date", "2020-13-01").out
    assert run("account", "statement", "PAMRTJ20", "TJS", "--date", "soon").code == 2


def test_a_limit_counts_as_money_once_two_persons_want_it(run):
    before = available(run, "ZARFTJ20", "TJS")
    said = run("limit", "set", "ZARFTJ20", "TJS", "2500.00")
    number = said.out.split()[1]
    assert f"next: corridor approve {number} --as vera" in said.out
    waits = next(each for each in run("proposals", "--json").json if each["number"] == int(number))
    assert waits["what"] == "SetLimit participant=ZARFTJ20 currency=TJS limit=2500.00"
    assert "a second person must approve it" in run("approve", number).err
    assert available(run, "ZARFTJ20", "TJS") == before
    assert "is done: SetLimit" in run("approve", number, "--as", "vera").out
    assert available(run, "ZARFTJ20", "TJS") == before + 2500
    assert f"proposal {number} is ended already: executed at" in run("approve", number, "--as", "vera").err
    assert "there is no proposal 999999;" in run("approve", "999999", "--as", "vera").err
    assert "refused: AC01" in run("limit", "set", "NOPERUM0", "TJS", "1").err


def test_a_proposal_is_refused_and_another_taken_back(run):
    for by in ("vera", "anna"):
        number = str(run("limit", "set", "ZARFTJ20", "TJS", "1.00", "--json").json["proposal"])
        became = "taken back" if by == "anna" else "refused by vera"
        said = run("refuse", number, "--reason", "not today", "--as", by).out
        assert said.startswith(f"proposal {number} is {became}; nothing was done of it: SetLimit")
        assert f"approve {number}" not in run("proposals").out
    ended = {
        each["state"] for each in run("proposals", "--all", "--json").json if each["text"] == "not today"
    }
    assert ended == {"refused", "withdrawn"}


def test_the_audit_says_who_changed_what(run, ordered):
    ordered("limit", "set", "VOLGRUM0", "TJS", "7.00")
    (change,) = run("audit", "--of", "VOLGRUM0", "--last", "1", "--json").json
    assert (change["by"], change["what"]) == ("anna and vera", "SetLimit")
    assert change["change"] == "credit limit: 0.00 TJS -> 7.00 TJS"
    assert run("audit", "--who", "nobody").out == "nothing was changed; --all counts registrations\n"
    assert "anna and vera" in run("audit", "--who", "vera", "--last", "5").out
    assert "RegisterAlias" not in run("audit", "--last", "10000").out
    assert "RegisterAlias" in run("audit", "--all", "--last", "10000").out


def test_the_life_of_an_operator(run, ordered):
    assert ordered("operator", "add", "boris", "--role", "treasurer").code == 0
    listed = {each["name"]: each for each in run("operator", "list", "--json").json}
    assert (listed["boris"]["roles"], listed["boris"]["state"]) == ("treasurer", "active")
    frozen = run("freeze", "VOLGRUM0", "TJS", "--as", "boris")
    assert "is frozen" in frozen.out, frozen.err
    assert "for the role registrar" in run("participant", "suspend", "VOLGRUM0", "--as", "boris").err
    assert run("operator", "suspend", "boris").out == "boris is suspended\n"
    assert "not active" in run("freeze", "VOLGRUM0", "TJS", "--as", "boris").err
    assert "2 registrars who can act must remain" in run("operator", "suspend", "vera").err
    assert "there is no key of nobody in" in run("freeze", "VOLGRUM0", "TJS", "--as", "nobody").err


def test_nothing_begins_on_a_frozen_account(run, ordered):
    assert run("freeze", "SEVRRUM0", "RUB").code == 0
    assert run("pay", "10.00", "RUB", "--json").json[-1]["reason"] == "AC06"
    assert ordered("freeze", "SEVRRUM0", "RUB", "--thaw").json[0]["state"] == "executed"
    assert run("pay", "10.00", "RUB", "--json").json[-1]["status"] == "ACCC"


def test_the_life_of_a_participant(run, ordered, home):
    added = run("participant", "add", "NEWBRUM0", "--name", "New Bank", "--currency", "RUB")
    assert "participant certify NEWBRUM0" in added.out
    assert run("approve", added.out.split()[1], "--as", "vera").code == 0
    assert home.key("NEWBRUM0").stat().st_mode & 0o077 == 0
    assert "refused: DU01" in run("participant", "add", "NEWBRUM0", "--name", "x", "--currency", "RUB").err
    assert "refused: CH20" in run("participant", "activate", "NEWBRUM0").err
    for verb in ("certify", "activate"):
        assert ordered("participant", verb, "NEWBRUM0").code == 0
    assert run("participant", "suspend", "NEWBRUM0", "--json").json["state"] == "suspended"
    listed = {each["bic"]: each for each in run("participant", "list", "--json").json}
    assert (listed["NEWBRUM0"]["state"], listed["NEWBRUM0"]["keys"]) == ("suspended", 1)


def test_the_example_of_the_documentation(run):
    """docs/credit.md: every command of its example as it stands, with the number that the hub gives."""
    example = (Path(__file__).parents[3] / "docs" / "credit.md").read_text()
    commands = re.findall(r"^\./corridor credit (.*)$", example, re.MULTILINE)
    assert [command.split()[0] for command in commands] == [
        "offer", "accept", "draw", "repay", "show", "list", "lines",
    ]  # fmt: skip
    number = ""
    for command in commands:
        said = run("credit", *shlex.split(command.replace("NUMBER", number)), "--json")
        assert said.code == 0, (command, said.err)
        if command.startswith("offer"):
            number = str(said.json["facility"])
        elif command.startswith("show"):
            shown = said.json
    assert [(entry["kind"], entry["amount"]) for entry in shown["statement"]] == [
        ("drawn", "1000000.00"),
        ("repaid", "400000.00"),
    ]
    assert shown["facility"]["drawn"] == "600000.00"
    assert "600000.00" in run("credit", "show", number).out
    refused = run("credit", "draw", "PAMRTJ20", number, "99000000", "RUB")
    assert (refused.code, "of the limit" in refused.err) == (1, True)
    assert "No facility" not in run("credit", "list", "--bank", "PAMRTJ20").out
    assert "There is no such facility here." in run("credit", "show", "1").err
    assert "there is no participant NOPERUM0 here" in run("credit", "accept", "NOPERUM0", number).err


def test_the_commands_of_correspondent_accounts(run):
    """docs/correspondents.md: every command as it stands, with the number that the hub gives."""
    example = (Path(__file__).parents[3] / "docs" / "correspondents.md").read_text()
    commands = re.findall(r"^\./corridor (.*)$", example, re.MULTILINE)
    assert len(commands) == 12
    number = ""
    for command in commands:
        said = run(*shlex.split(command.replace("NUMBER", number)), "--json")
        assert said.code == 0, (command, said.err)
        match command.split():
            case [_, "offer", *_]:
                number = str(said.json["account"])
            case ["pay", *_]:
                assert said.json[-1]["status"] == "ACCC"
            case [_, "statement", *_]:
                entries = said.json["entries"]
            case [_, "reconcile", *_]:
                assert (said.json["agrees"], said.json["entries"], said.json["closing"]) == (
                    True,
                    3,
                    "99920000",
                )
            case [_, "list", *_]:
                (listed,) = [each for each in said.json if str(each["account"]) == number]
    assert [(entry["amount"], entry["balance"]) for entry in entries] == [
        ("1000000.00", "1000000.00"),
        ("-1500.00", "998500.00"),
        ("700.00", "999200.00"),
    ]
    assert (listed["state"], listed["balance"]) == ("closed", "0.00")
    assert listed["mirrors"].count("agrees") == 2
    assert "funded" in run("correspondent", "statement", number, "--day", entries[0]["day"]).out
    assert "closed" in run("correspondent", "list").out
    refused = run("correspondent", "fund", "SEVRRUM0", number, "1", "RUB")
    assert (refused.code, "the account is closed" in refused.err) == (1, True)
    assert "There is no such correspondent account here." in run("correspondent", "statement", "1").err
    assert "there is no participant NOPERUM0 here" in run("correspondent", "close", "NOPERUM0", number).err
    late = run("correspondent", "reconcile", "SEVRRUM0", number, "--day", "2099-01-01")
    assert (late.code, "that day has not begun" in late.err) == (1, True)
    assert run("pay", "1", "--book", "loro").code == 2
    assert run("pay", "1", "--book", "nostro", "--gross").code == 2
    assert run("pay", "1.00", "RUB", "--into", "RUB", "--book", "nostro").code == 1


def test_what_the_other_side_must_state_is_typed_as_it_stands(run, home):
    sums = ("--sell", "850.00", "RUB", "--buy", "100.00", "TJS")
    stated = run("trade", "state", "--bank", "SEVRRUM0", "--with", "PAMRTJ20", *sums).out
    (typed,) = re.findall(r"^next: PAMRTJ20: corridor (.*)$", stated, re.MULTILINE)
    assert "settled" in run(*shlex.split(typed.removesuffix(f" -d {home.directory}"))).out
    assert run("trade", "list", "--bank", "SEVRRUM0").out.startswith("no trade is open")


@pytest.mark.parametrize("algorithm", ["ed25519", "ec"])
def test_a_participant_brings_its_own_key(run, tmp_path, algorithm):
    private, public = tmp_path / "key.pem", tmp_path / "public.pem"
    curve = ["-pkeyopt", "ec_paramgen_curve:P-256"] if algorithm == "ec" else []
    subprocess.run(["openssl", "genpkey", "-algorithm", algorithm, *curve, "-out", private], check=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    bic = {"ed25519": "OWNAXXM0", "ec": "OWNBXXM0"}[algorithm]
    added = run(
        "participant", "add", bic, "--name", "Own", "--currency", "TJS", "--key", str(public), "--json"
    )
    assert added.json["algorithm"] == {"ed25519": "EdDSA", "ec": "ES256"}[algorithm]
    more = ("participant", "add", "OWNCXXM0", "--name", "Own", "--currency", "TJS", "--key", str(private))
    refused = run(*more)
    assert (refused.code, refused.err.startswith("corridor: --key: ")) == (1, True)


def test_nothing_needs_a_human(run):
    assert run("cases", "list").out == "nothing needs a human\n"
    assert run("cases", "--json").json == []
    assert "refused: CH21" in run("cases", "close", "5").err
    uetr = "00000000-0000-4000-8000-000000000001"
    assert "refused: NOOR" in run("cases", "release", uetr, "--as", "vera").err
    assert "refused: NOOR" in run("cases", "refuse", uetr, "--as", "vera").err


def test_a_list_of_the_wanted_is_taken_in(run, home, tmp_path):
    again = home.screening / "UN.list"
    assert run("screening", "import", str(again), "--format", "UN", "--json").json["entries"] > 20_000
    nonsense = tmp_path / "x.xml"
    nonsense.write_text("<x/>")
    assert run("screening", "import", str(nonsense), "--format", "UN").code == 1
    assert "there is no reader for it" in run("screening", "import", str(nonsense), "--format", "zz").err
    assert run("pay", "10.00", "RUB", "--json").json[-1]["status"] == "ACCC"


def test_the_checker_says_what_it_asked_and_its_alarms_wait_for_a_person(run, home):
    batch = run("verify", "--json").json["checked"]["heads"]
    deadline = time.monotonic() + START_S
    while (said := run("checks", "--json")).json["batch"] < batch:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert (said.code, said.json["ok"], said.json["alarms"]) == (0, True, [])
    asked = {each["name"]: each for each in said.json["invariants"]}
    assert asked["conservation"]["checked"] > 0
    assert asked["chain"]["last_batch"] >= batch
    assert {each["violations"] for each in asked.values()} == {0}

    FileShelf(home.checker).sound([Alarm(1, "balances", batch, 0, "a cent is gone")])
    said = run("checks")
    assert said.code == 1
    assert "ALARM 1, 1970-01-01T00:00:00.000000Z, balances: a cent is gone" in said.out
    assert run("checks", "acknowledge", "1", "--reason", "found it", "--as", "vera").code == 0
    assert run("checks").code == 0
    again = run("checks", "acknowledge", "1", "--reason", "found it")
    assert (again.code, again.err[:9]) == (1, "corridor:")


def test_the_journal_is_verified_and_copied_while_the_hub_runs(run, home, tmp_path, monkeypatch, capsys):
    report = run("verify", "--json")
    assert report.code == 0
    assert report.json["ok"]
    assert report.json["violations"] == []
    assert report.json["checked"]["payments"] > 0
    copy = tmp_path / "copy"
    assert "the keys in" in run("backup", str(copy)).out
    assert run("backup", str(copy)).code == 3
    with TemporaryDirectory(prefix="corridor-") as name:
        monkeypatch.setattr("sys.argv", ["corridor", "restore", str(copy), "-d", f"{name}/new"])
        with pytest.raises(SystemExit):
            main.main()
        assert "put the keys back" in capsys.readouterr().out
        monkeypatch.setattr("sys.argv", ["corridor", "verify", "--all", "-d", f"{name}/new"])
        with pytest.raises(SystemExit):
            main.main()
        assert "put it back there" in capsys.readouterr().err
        shutil.copytree(home.personal, Home(Path(name, "new")).personal)
        with pytest.raises(SystemExit) as ended:
            main.main()
        assert not ended.value.code
        assert capsys.readouterr().out.endswith("all is well\n")


def test_what_waits_is_shown_moved_hurried_and_cancelled(run, ordered):
    big = run("pay", "99999999999.00", "RUB", "--gross", "--json")
    assert big.json[-1]["status"] == "PDNG"
    second = run("pay", "100000000001.00", "RUB", "--gross", "--json").json[-1]["uetr"]
    shown = run("queue", "--bank", "SEVRRUM0", "--json").json
    assert [each["waits_for"] for each in shown] == ["money", "those before it"]
    assert run("queue", "move", second, "first", "--bank", "SEVRRUM0").code == 0
    assert run("queue", "--bank", "SEVRRUM0", "--json").json[0]["uetr"] == second
    first = big.json[-1]["uetr"]
    assert run("queue", "prioritise", first, "urgent", "--bank", "SEVRRUM0").code == 0
    shown = run("queue", "--bank", "SEVRRUM0", "--json").json
    assert [(each["uetr"], each["priority"]) for each in shown] == [(first, "urgent"), (second, "normal")]
    row = run("liquidity", "--bank", "SEVRRUM0", "--currency", "RUB", "--json").json[0]
    assert row["queued_out"] == "200000000000.00"
    assert row["forecast"].startswith("-")
    assert "waits to be settled" in run("status", first).out
    assert run("queue", "cancel", first, "--bank", "SEVRRUM0").code == 0
    assert ordered("queue", "cancel", second).code == 0
    assert run("queue").out == "nothing waits\n"
    refused = run("queue", "cancel", first, "--bank", "SEVRRUM0")
    assert refused.code == 1
    assert "`corridor queue --bank SEVRRUM0` shows what waits" in refused.err
    assert run("queue", "move", first, "up", "--bank", "SEVRRUM0").code == 2
    assert run("liquidity", "--bank", "NOPERUM0").code == 1


def test_limits_of_a_day_reserves_and_cut_offs_take_two(run, ordered):
    assert ordered("limit", "day", "SEVRRUM0", "RUB", "500.00", "--to", "PAMRTJ20").code == 0
    assert ordered("limit", "keep", "SEVRRUM0", "TJS", "10.00").code == 0
    assert ordered("limit", "cut-off", "RUB", "21:00:00+03:00").code == 0
    row = run("liquidity", "--bank", "SEVRRUM0", "--currency", "TJS", "--json").json[0]
    assert row["kept"] == "10.00"
    assert ordered("limit", "keep", "SEVRRUM0", "TJS", "0.00").code == 0


def test_what_is_netted_is_final_with_its_cycle(run, ordered):
    assert run("pay", "10.00", "RUB", "--gross", "--netted").code == 2
    assert run("pay", "10.00", "RUB", "--netted", "--json").json[-1]["status"] == "RJCT"
    for bank in ("SEVRRUM0", "PAMRTJ20"):
        assert ordered("cycle", "cap", bank, "RUB", "1000.00").code == 0
    cleared = run("pay", "10.00", "RUB", "--netted", "--json").json[-1]
    assert cleared["status"] == "ACPD"
    closed = run("cycle", "close")
    assert "cycle 1, settled, 1 payments" in closed.out
    assert "equal" in closed.out
    assert "refused: NOOR: cycle 1" in run("cycle", "close", "1").err
    assert run("cycle", "verify").code == 0
