"""What handshakes trust: all of it or nothing, and what the files say now."""

import ssl
from contextlib import suppress

import pytest

from corridor.adapters.keys.certificates import Authority
from corridor.client import Certificate
from corridor.client.tls import context
from corridor.gateway.trust import Files, Incomplete, Trust


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
def files(authority, tmp_path):
    own = tmp_path / "gateway.pem"
    authority.issue_server(("127.0.0.1",), own)
    return Files(own, authority.certificate_path, authority.revoked_path)


def test_who_shows_nothing_is_not_believed(files):
    context = Trust(files).context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.verify_flags & ssl.VERIFY_CRL_CHECK_LEAF
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.num_tickets == 0
    assert {suite["aead"] for suite in context.get_ciphers()} == {True}


@pytest.mark.parametrize("name", ["own", "authority", "revoked"])
def test_half_of_it_is_refused_by_name(files, name):
    path = getattr(files, name)
    path.unlink()
    with pytest.raises(Incomplete, match=rf"{path.name}, which is not there"):
        Trust(files)


@pytest.mark.parametrize("name", ["own", "authority", "revoked"])
def test_what_is_no_certificate_is_refused(files, name):
    getattr(files, name).write_text("trust me")
    with pytest.raises(Incomplete):
        Trust(files)


def test_a_list_that_is_none_is_refused(files, authority):
    files.revoked.write_bytes(authority.certificate_path.read_bytes())
    with pytest.raises(Incomplete, match="an empty one is enough"):
        Trust(files)


def test_what_has_not_changed_is_not_read_again(files):
    trust = Trust(files)
    context = trust.context
    trust.renew()
    assert trust.context is context


def test_what_cannot_be_read_changes_nothing(files, authority, caplog):
    trust = Trust(files)
    context = trust.context
    content = files.revoked.read_bytes()
    files.revoked.write_text("half of a li")
    trust.renew()
    assert trust.context is context
    files.revoked.unlink()
    trust.renew()
    assert trust.context is context
    assert len([each for each in caplog.messages if "are not read again" in each]) == 2
    files.revoked.write_bytes(content)
    trust.renew()
    assert trust.context is not context


def shake(server, client, session=None):
    """Let two shake hands in memory and return both sides. Raises: SSLError of whoever refuses."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_hostname="127.0.0.1", session=session),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    under_way = set(sides)
    while under_way:
        for side in sides:
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
                under_way.discard(side)
    return sides


def test_no_session_outlives_the_list(files, authority, tmp_path):
    own = tmp_path / "bank.pem"
    authority.issue("SEVRRUM0", own)
    client = context(Certificate(own, files.authority))
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    trust = Trust(files)
    first = shake(trust.context, client)
    again = shake(trust.context, client, first[0].session)
    assert again[0].session_reused, "while nothing has changed it may be"
    authority.renew_list()
    trust.renew()
    assert not shake(trust.context, client, first[0].session)[0].session_reused
    authority.revoke(own)
    trust.renew()
    with pytest.raises(ssl.SSLCertVerificationError, match="revoked"):
        shake(trust.context, client, first[0].session)
