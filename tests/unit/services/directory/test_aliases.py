"""Whose a phone number is: registered, changed, removed, and found by payments."""

import msgspec
import pytest

from corridor.decision import Accepted, Missing, Rejected
from corridor.services.directory.commands import RegisterAlias, RemoveAlias
from corridor.services.directory.records import ACTIVE, ALIAS, REMOVED, TABLES
from corridor.services.directory.rules import HANDLERS, resolve
from corridor.services.messaging.commands import SetParticipantState
from tests.unit.services.fx.fx_market import ALFA, OPERATOR, PAMIR, SEVERNY, ZARAFSHAN, Market

PHONE = "+992917000001"


class Town(Market):
    """The market, and the directory."""

    TABLES = (*Market.TABLES, *TABLES)
    HANDLERS = {**Market.HANDLERS, **HANDLERS}  # noqa: RUF012  never changed


@pytest.fixture
def market():
    return Town()


def decide(market, command):
    """As the hub does: what the handler names is loaded first."""
    for table, key in HANDLERS[type(command)].keys(command):
        market.load(table, key)
    return market.decide(command)


def register(market, signer=PAMIR, **altered):
    facts = {"phone": PHONE, "currency": "TJS", "account": "20206972000000000001", "name": "Фирӯза Раҳимова"}
    return decide(market, RegisterAlias(market.origin(signer), **{**facts, **altered}))


def remove(market, signer=PAMIR, phone=PHONE):
    return decide(market, RemoveAlias(market.origin(signer), phone))


def find(market, phone=PHONE):
    market.load(ALIAS, phone)
    return resolve(market.step(), phone)


def test_a_registered_number_is_found(market):
    assert register(market) == Accepted()
    alias = find(market)
    assert msgspec.structs.asdict(alias) == {
        "phone": PHONE,
        "participant": PAMIR,
        "currency": "TJS",
        "account": "20206972000000000001",
        "name": "Фирӯза Раҳимова",
        "masked_name": alias.masked_name,
        "registered_at": market.now,
        "state": ACTIVE,
    }
    assert "Фирӯза" in alias.masked_name
    assert "Раҳимова" not in alias.masked_name


def test_the_directory_is_not_kept_in_memory(market):
    register(market)
    market.memory.lend({})
    with pytest.raises(Missing):
        resolve(market.step(), PHONE)


def test_a_bank_may_change_what_it_said(market):
    register(market)
    assert register(market, account="20206972000000000002", name="Ali Karimov") == Accepted()
    alias = find(market)
    assert (alias.account, alias.name) == ("20206972000000000002", "Ali Karimov")


def test_a_number_belongs_to_one_bank_until_it_is_removed(market):
    register(market)
    assert register(market, ZARAFSHAN).reason == "BE23"
    assert remove(market, ZARAFSHAN).reason == "BE23"
    assert find(market).participant == PAMIR
    assert remove(market) == Accepted()
    assert find(market).reason == "BE23"
    assert market.durable[ALIAS, PHONE].state == REMOVED
    assert remove(market).reason == "BE23"
    assert register(market, ZARAFSHAN) == Accepted()
    assert find(market).participant == ZARAFSHAN


def test_an_unknown_number_is_nobodys(market):
    assert find(market) == Rejected("BE23", "nobody has registered this phone number", "phone")
    assert remove(market).reason == "BE23"


@pytest.mark.parametrize(
    ("altered", "reason", "field"),
    [
        ({"phone": "992917000001"}, "BE23", "phone"),
        ({"phone": "+992-917000001"}, "BE23", "phone"),
        ({"phone": "+٩٩٢٩١٧٠٠٠٠٠١"}, "BE23", "phone"),
        ({"phone": "+99291700000112345"}, "BE23", "phone"),
        ({"currency": "RUB"}, "AM03", "currency"),
        ({"currency": "???"}, "AM03", "currency"),
        ({"account": ""}, "AC01", "account"),
        ({"account": "2" * 35}, "AC01", "account"),
        ({"name": ""}, "BE21", "name"),
        ({"name": "   "}, "BE21", "name"),
        ({"name": "A" * 141}, "BE21", "name"),
        ({"name": "Ali\0Karimov"}, "BE21", "name"),
        ({"name": "Ali\nKarimov"}, "BE21", "name"),
    ],
)
def test_what_no_payment_could_carry_is_not_registered(market, altered, reason, field):
    answer = register(market, **altered)
    assert isinstance(answer, Rejected)
    assert (answer.reason, answer.field) == (reason, field)


@pytest.mark.parametrize("signer", [ALFA, OPERATOR, "NOBOXXX0"])
def test_only_a_bank_registers(market, signer):
    assert register(market, signer).reason == "AG01"


def test_a_suspended_bank_registers_nothing(market):
    market.must(SetParticipantState(market.origin(OPERATOR), SEVERNY, "suspended"))
    assert register(market, SEVERNY, currency="RUB").reason == "AG01"
