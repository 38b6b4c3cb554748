"""Who has a certificate in a state directory: everyone, once; half of what it takes is refused with what to do."""

from datetime import UTC, datetime

import pytest

from corridor.adapters.keys import certificates
from corridor.adapters.keys.certificates import Authority
from corridor.cli import identities
from corridor.cli.home import Home
from corridor.cli.identities import NoAuthority, NobodysName, NoIdentity
from corridor.gateway.trust import Incomplete
from corridor.sandbox.world import INSTITUTIONS

HOST = "127.0.0.1"


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path / "state")
    home.directory.mkdir()
    home.address.write_text("https://127.0.0.1:1")
    return home


def contents(home):
    files = (home.tls / "gateway.pem", *(home.tls / "identities").iterdir())
    return {path.name: path.read_bytes() for path in files}


def test_everyone_has_one_and_keeps_it(home):
    identities.prepare(home, HOST)
    before = contents(home)
    everyone = {*(each.bic for each in INSTITUTIONS), "anna", "vera", "gateway"}
    assert set(before) == {f"{name}.pem" for name in everyone}
    identities.prepare(home, HOST)
    assert contents(home) == before


def test_a_further_operator_gets_one_at_the_next_start(home):
    identities.prepare(home, HOST)
    home.operators.mkdir(parents=True)
    home.operator_key("olga").touch()
    identities.prepare(home, HOST)
    assert identities.shown(home, "olga").own == home.identity("olga")


def test_what_was_revoked_is_not_renewed_by_a_start(home):
    identities.prepare(home, HOST)
    identities.revoke(home, "SEVRRUM0")
    before = contents(home)
    identities.prepare(home, HOST)
    assert contents(home) == before
    assert Authority(home.tls).has_revoked(home.identity("SEVRRUM0"))
    identities.issue(home, "SEVRRUM0")
    assert not Authority(home.tls).has_revoked(home.identity("SEVRRUM0"))


def test_renewal_while_it_runs_touches_only_what_is_due(home):
    identities.prepare(home, HOST)
    authority = Authority(home.tls)
    soon = datetime.now(UTC) + certificates.LASTS / 3
    authority.issue("SEVRRUM0", home.identity("SEVRRUM0"), until=soon)
    before, listed = contents(home), authority.revoked_path.read_bytes()
    identities.renew(home)
    assert {name for name, content in contents(home).items() if content != before[name]} == {"SEVRRUM0.pem"}
    assert certificates.valid_until(home.identity("SEVRRUM0")) > soon
    assert authority.revoked_path.read_bytes() != listed


def test_an_operator_may_be_called_as_the_gateway_is(home):
    home.operators.mkdir(parents=True)
    home.operator_key("gateway").touch()
    identities.prepare(home, HOST)
    assert certificates.serves(identities.files(home).own, HOST)
    assert home.identity("gateway").exists()


def test_another_address_needs_another_certificate_of_the_gateway_only(home):
    identities.prepare(home, HOST)
    before = contents(home)
    identities.prepare(home, "10.0.0.7")
    changed = {name for name, content in contents(home).items() if content != before[name]}
    assert changed == {"gateway.pem"}
    assert certificates.serves(home.tls / "gateway.pem", "10.0.0.7")


@pytest.mark.parametrize("missing", ["gateway.pem", "authority.pem", "revoked.pem"])
def test_half_of_what_was_brought_is_refused_by_name(home, missing):
    identities.prepare(home, HOST)
    (home.tls / "authority.key.pem").unlink()  # as if all came from outside
    (home.tls / missing).unlink()
    with pytest.raises(Incomplete) as refused:
        identities.prepare(home, HOST)
    assert str(home.tls / missing) in str(refused.value)
    assert "put that there, or move" in str(refused.value)
    assert not (home.tls / missing).exists()


def test_what_was_brought_whole_is_never_written(home):
    identities.prepare(home, HOST)
    (home.tls / "authority.key.pem").unlink()
    before = contents(home), (home.tls / "revoked.pem").read_bytes()
    identities.prepare(home, "10.0.0.7")
    assert (contents(home), (home.tls / "revoked.pem").read_bytes()) == before
    for change in (identities.issue, identities.revoke):
        with pytest.raises(NoAuthority):
            change(home, "SEVRRUM0")
    with pytest.raises(NoAuthority):
        identities.renew(home)


def test_who_has_none_is_told_how_to_get_one(home):
    identities.prepare(home, HOST)
    with pytest.raises(NoIdentity, match="corridor certificate issue olga"):
        identities.shown(home, "olga")
    home.address.write_text("http://127.0.0.1:1")
    assert identities.shown(home, "olga") is None


@pytest.mark.parametrize(
    ("name", "signer"), [("SEVRRUM0", "SEVRRUM0"), ("PAMRTJ20XXX", "PAMRTJ20XXX"), ("anna", "operator:anna")]
)
def test_a_name_is_a_banks_or_a_persons(name, signer):
    assert identities.signer(name) == signer


@pytest.mark.parametrize(
    ("said", "new", "later"), [(None, False, True), (True, True, True), (False, False, False)]
)
def test_nobody_ceases_to_ask_by_forgetting_a_word(home, said, new, later):
    assert identities.are_asked_for(home, said) is new
    identities.prepare(home, HOST)
    assert identities.are_asked_for(home, said) is later


@pytest.mark.parametrize("name", ["", "Anna", "../../keys/SEVRRUM0", "SEVRRUM", "a" * 33])
def test_nobody_has_such_a_name(home, name):
    identities.prepare(home, HOST)
    with pytest.raises(NobodysName):
        identities.issue(home, name)
