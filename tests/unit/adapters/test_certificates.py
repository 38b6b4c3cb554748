"""The sandbox's authority: for whom, how long, and taken back for good."""

import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from corridor.adapters.keys import certificates
from corridor.adapters.keys.certificates import LASTS, Authority

NOW = datetime.now(UTC)


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "tls")


@pytest.fixture
def sevr(authority, tmp_path):
    path = tmp_path / "tls" / "identities" / "SEVRRUM0.pem"
    authority.issue("SEVRRUM0", path)
    return path


def test_every_file_is_its_owners_alone(authority, sevr, tmp_path):
    files = [path for path in (tmp_path / "tls").rglob("*") if path.is_file()]
    assert len(files) == 4
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in (sevr.parent, sevr.parent.parent)} == {0o700}


def test_an_authority_is_taken_up_again(authority, sevr, tmp_path):
    again = Authority(tmp_path / "tls")
    before = authority.certificate_path.read_bytes()
    again.revoke(sevr)
    assert authority.certificate_path.read_bytes() == before
    assert authority.has_revoked(sevr)


def test_a_new_certificate_takes_the_one_before_back(authority, sevr):
    old = sevr.read_bytes()
    authority.issue("SEVRRUM0", sevr)
    assert not authority.has_revoked(sevr)
    sevr.write_bytes(old)
    assert authority.has_revoked(sevr)


def test_what_was_taken_back_stays_so(authority, sevr, tmp_path):
    other = tmp_path / "other.pem"
    authority.issue("PAMRTJ20", other)
    authority.revoke(sevr)
    authority.revoke(sevr)
    authority.revoke(other)
    authority.renew_list()
    assert authority.has_revoked(sevr)
    assert authority.has_revoked(other)
    listed = x509.load_pem_x509_crl(authority.revoked_path.read_bytes())
    assert len(list(listed)) == 2
    assert listed.next_update_utc > NOW + LASTS / 2


@pytest.mark.parametrize(("lasts", "due"), [(LASTS, False), (LASTS / 3, True), (timedelta(seconds=-1), True)])
def test_a_certificate_is_due_at_half_of_its_time(authority, sevr, lasts, due):
    authority.issue("SEVRRUM0", sevr, since=NOW - LASTS, until=NOW + lasts)
    assert certificates.is_due(sevr) is due
    assert certificates.is_due(sevr.with_name("none.pem"))


def test_a_server_has_names_and_addresses(authority, tmp_path):
    path = tmp_path / "gateway.pem"
    authority.issue_server(("127.0.0.1", "hub.example", "127.0.0.1"), path)
    assert [certificates.serves(path, host) for host in ("127.0.0.1", "hub.example", "127.0.0.2")] == [
        True,
        True,
        False,
    ]


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl here")
def test_openssl_agrees(authority, sevr):
    def verify():
        trusted = ["-CAfile", authority.certificate_path, "-CRLfile", authority.revoked_path]
        command = ["openssl", "verify", "-x509_strict", "-crl_check", "-purpose", "sslclient", *trusted, sevr]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    assert verify().returncode == 0, verify().stderr
    authority.revoke(sevr)
    assert "certificate revoked" in verify().stderr
