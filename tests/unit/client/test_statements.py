"""A page of a statement as its receiver judges it: signed by the hub, for it, and the one that was asked for."""

from base64 import urlsafe_b64encode

import pytest

from corridor.adapters.keys.software import Ed25519Key
from corridor.client.errors import Forged
from corridor.client.profile import Profile
from corridor.client.signing import HubSeal
from corridor.client.statements import read_page, target
from corridor.codecs.jws import HubHeader, compose, signing_input
from corridor.reports.pages import signed_parts
from tests.unit.reports.test_pages import TODAY, moved, page

KEY = Ed25519Key(b"H" * 32)
SEAL = HubSeal(
    Profile(
        bic="SEVRRUM0",
        hub="CORRXXM0",
        environment="sandbox",
        url="http://localhost",
        key_id="SEVRRUM0-1",
        hub_keys={"hub-1": KEY.public},
    )
)
ACCOUNT = "SEVRRUM0-RUB"


def signed(payload=None, key=KEY, participant="SEVRRUM0"):
    header = HubHeader("CORRXXM0", "sandbox", "hub-1")
    protected, written = signed_parts(page([moved(-5)], 20), header)
    protected = header.receipt(participant, TODAY.ends, 41, bytes(32))
    payload = written if payload is None else payload
    signature = compose(protected, key.sign(signing_input(protected, payload)))
    return {"corridor-signature": signature}, payload


def test_a_page_is_kept_with_its_evidence():
    headers, payload = signed()
    read = read_page(SEAL, ACCOUNT, TODAY.date, 1, headers, payload)
    assert (read.batch, read.head, read.payload) == (41, "00" * 32, payload)
    assert read.signature == headers["corridor-signature"]
    assert read.message.entries[0].servicer_reference == "7"
    assert read_page(SEAL, ACCOUNT, "", 1, headers, payload).message == read.message


@pytest.mark.parametrize(
    ("facts", "asked", "why"),
    [
        ({"key": Ed25519Key(b"X" * 32)}, (ACCOUNT, TODAY.date, 1), "not signed by it"),
        ({"participant": "PAMRTJ20"}, (ACCOUNT, TODAY.date, 1), "somebody else"),
        ({"payload": b"<Envelope/>"}, (ACCOUNT, TODAY.date, 1), "no statement"),
        ({}, ("SEVRRUM0-TJS", TODAY.date, 1), "something else"),
        ({}, (ACCOUNT, TODAY.date, 2), "something else"),
        ({}, (ACCOUNT, "2026-11-25", 1), "another day"),
    ],
)
def test_what_is_not_the_page_that_was_asked_for_is_forged(facts, asked, why):
    headers, payload = signed(**facts)
    with pytest.raises(Forged, match=why):
        read_page(SEAL, *asked, headers, payload)


def test_nothing_unsigned_is_taken():
    _, payload = signed()
    with pytest.raises(Forged):
        read_page(SEAL, ACCOUNT, "", 1, {}, payload)
    with pytest.raises(Forged):
        read_page(
            SEAL, ACCOUNT, "", 1, {"corridor-signature": urlsafe_b64encode(b"x" * 80).decode()}, payload
        )


def test_where_a_page_is_asked_for():
    assert target("RUB", "", 1) == "/v1/statements?currency=RUB&page=1"
    assert target("RUB", "2026-11-24", 3) == "/v1/statements?currency=RUB&page=3&day=2026-11-24"
