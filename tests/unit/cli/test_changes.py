"""The audit in words: no minor units, no microseconds, nobody's number or name in clear."""

from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.cli.audit import Wanted, rows_of
from corridor.cli.changes import HIDDEN, MASKS, Owner, difference, is_amount, is_time, key_of, named, shown
from corridor.reports.trails import REGISTRY
from corridor.services.directory.records import ALIAS

OWNERS = {17: Owner("ZARFTJ20", "TJS"), 18: Owner("PAMRTJ20", "TJS")}
AT = 1_795_486_525_123_456
NUMBERS = frozenset(
    {
        "account_id", "average_max_bps", "counterparty_id", "entries", "facility", "flags", "haircut_bps",
        "hold_limit_s", "id", "number", "rate_bps", "second", "utilisation_max_bps",
    }
)  # fmt: skip
"""What an audited record holds as an integer that is neither money nor a time."""


def changed(
    table: str, key: list[Any], before: dict[str, Any] | None, after: dict[str, Any]
) -> tuple[str, str]:
    told = shown(table, after, OWNERS)
    assert told is not None
    fields = key_of(table, key)
    return named(table, fields, OWNERS), difference(shown(table, before, OWNERS), told, fields)


@pytest.mark.parametrize(
    ("table", "key", "before", "after", "words"),
    [
        (
            "account",
            [17],
            {"id": 17, "currency": "TJS", "credit_limit": 0, "flags": 1},
            {"id": 17, "currency": "TJS", "credit_limit": 250_000, "flags": 5},
            (
                "account ZARFTJ20 TJS",
                (
                    "credit limit: 0.00 TJS -> 2500.00 TJS; flags: debits must not exceed credits"
                    " -> debits must not exceed credits, frozen"
                ),
            ),
        ),
        (
            "settlement_limit",
            [17, 0],
            None,
            {
                "account_id": 17,
                "counterparty_id": 0,
                "amount": None,
                "next_amount": 5,
                "next_on": "2026-11-25",
            },
            (
                "settlement limit ZARFTJ20 TJS all",
                "new; next amount 0.05 TJS; next on 2026-11-25",
            ),
        ),
        (
            "settlement_limit",
            [17, 18],
            {"account_id": 17, "counterparty_id": 18, "amount": None},
            {"account_id": 17, "counterparty_id": 18, "amount": 0},
            ("settlement limit ZARFTJ20 TJS PAMRTJ20 TJS", "amount: none -> 0.00 TJS"),
        ),
        (
            "signing_key",
            ["anna-1"],
            {"key_id": "anna-1", "valid_from": 0, "revoked_at": None},
            {"key_id": "anna-1", "valid_from": 0, "revoked_at": AT},
            ("signing key anna-1", "revoked at: none -> 2026-11-24T02:15:25.123456Z"),
        ),
        (
            "cut_off",
            ["RUB"],
            {"currency": "RUB", "second": 64_800},
            {"currency": "RUB", "second": 3_661},
            ("cut off RUB", "ends at: 18:00:00+00:00 -> 01:01:01+00:00"),
        ),
        (
            "operator",
            ["operator:boris"],
            {"name": "operator:boris", "state": "active"},
            {"name": "operator:boris", "state": "suspended"},
            ("operator boris", "state: active -> suspended"),
        ),
        ("fx_fee", ["TJS"], {"minimum_amount": 1}, {"minimum_amount": 1}, ("fx fee TJS", "as it was")),
    ],
)
def test_a_change_reads_as_people_write(table, key, before, after, words):
    assert changed(table, key, before, after) == words


def test_every_number_of_an_audited_record_is_money_a_time_or_a_number_that_says_what_it_is():
    left = {
        f"{table.name}.{name}"
        for table in REGISTRY
        for name, hint in get_type_hints(table.record).items()
        if hint in (int, int | None)
        and name not in NUMBERS | HIDDEN
        and not (is_amount(name) or is_time(name))
    }
    assert left == set()
    assert not any(is_amount(name) or is_time(name) for name in NUMBERS)


def test_personal_data_is_masked():
    alias = {
        "phone": "+992912000003",
        "participant": "PAMRTJ20",
        "currency": "TJS",
        "account": "TJ12345678901234567890",
        "name": "Рустам Каримов",
        "masked_name": "Рустам К.",
        "registered_at": AT,
    }
    told = shown("alias", alias, OWNERS)
    assert told is not None
    assert (told["phone"], told["account"]) == ("+992*******03", "TJ12****************90")
    assert (told["name"], told["masked_name"]) == ("Рустам К.", "Рустам К.")
    assert named("alias", key_of("alias", ["+992912000003"]), OWNERS) == "alias +992*******03"
    assert shown("operator_case", {"text": "Рустам Каримов"}, OWNERS) == {"text": "(sealed)"}


def test_every_private_field_of_a_registration_has_its_mask():
    assert set(ALIAS.private) <= set(MASKS)


@given(st.text(min_size=1))
def test_no_mask_shows_a_name_or_a_number_whole(text):
    for name in ("phone", "account"):
        assert MASKS[name](text) != text or (len(text) > 6 and set(text[4:-2]) == {"*"})
    assert isinstance(MASKS["name"](text), str)


def trail(
    what: str, by: list[str], table: str = "alias", key: Any = "+992912000003", **after: Any
) -> dict[str, Any]:
    change = {"table": table, "key": [key], "before": None, "after": after}
    return {"by": by, "what": what, "proposal": 0, "changes": [change]}


REGISTERED = trail("RegisterAlias", ["PAMRTJ20"], phone="+992912000003", participant="PAMRTJ20")
LIMITED = trail(
    "SetLimit", ["operator:anna", "operator:vera"], "account", 17, id=17, credit_limit=5, currency="TJS"
)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Wanted(), ["SetLimit"]),
        (Wanted(every=True), ["RegisterAlias", "SetLimit"]),
        (Wanted(what="RegisterAlias"), ["RegisterAlias"]),
        (Wanted(what="SetLimit", every=True), ["SetLimit"]),
        (Wanted(who="vera", every=True), ["SetLimit"]),
        (Wanted(who="PAMRTJ20"), []),
        (Wanted(who="PAMRTJ20", every=True), ["RegisterAlias"]),
        (Wanted(of="ZARFTJ20", every=True), ["SetLimit"]),
        (Wanted(of="PAMRTJ20", every=True), ["RegisterAlias"]),
        (Wanted(of="+992912000003", every=True), ["RegisterAlias"]),
        (Wanted(of="nobody", every=True), []),
    ],
)
def test_what_is_asked_for_is_shown(wanted, found):
    rows = [row for each in (REGISTERED, LIMITED) for row in rows_of(each, wanted, OWNERS)]
    assert [row["what"] for row in rows] == found
    assert all("912000" not in str(row) for row in rows)


def test_what_a_proposal_did_stands_beside_it():
    executed = trail("SetLimit", ["operator:anna"], "proposal", 7, number=7, state="executed")
    assert list(rows_of(executed, Wanted(), OWNERS)) == []
    opened = trail("SetLimit", ["operator:anna"], "proposal", 7, number=7, state="open", expires_at=AT)
    (row,) = rows_of(opened, Wanted(), OWNERS)
    assert row["object"] == "proposal 7"
    assert "expires at 2026-11-24T02:15:25.123456Z" in row["change"]
