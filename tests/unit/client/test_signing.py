import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from corridor.adapters.keys.software import Ed25519Key, P256Key, verifier
from corridor.client.errors import Forged
from corridor.client.signing import HubSeal, Pen
from corridor.codecs import jws
from corridor.domain.instants import SECOND
from tests.unit.client.hub_side import BANK, HUB, HUB_KEY, NOW, PROFILE, head, header, sign

BODY = b"<Envelope/>"


@pytest.mark.parametrize("key", [Ed25519Key(b"B" * 32), P256Key(ec.derive_private_key(7, ec.SECP256R1()))])
def test_what_a_participant_signs_a_gateway_can_prove(key):
    parsed = jws.parse(Pen(PROFILE, key).sign(BODY, 17, NOW), jws.SentHeader)
    said = parsed.header
    assert (said.alg, said.kid, said.iss, said.aud) == (key.algorithm, f"{BANK}-1", BANK, f"{HUB}/sandbox")
    assert (said.iat, said.num) == (NOW // SECOND, 17)
    proof = verifier(key.algorithm, key.public)
    assert proof.verify(jws.signing_input(parsed.protected, BODY), parsed.signature)


def test_a_get_is_signed_by_its_method_and_target():
    key = Ed25519Key(b"B" * 32)
    parsed = jws.parse(Pen(PROFILE, key).sign_get("/v1/mailbox?after=3", 1, NOW), jws.SentHeader)
    signed = jws.signing_input(parsed.protected, b"GET /v1/mailbox?after=3")
    assert verifier("EdDSA", key.public).verify(signed, parsed.signature)


def message(made_by=None, to=BANK, number=5, body=BODY, key=HUB_KEY):
    return sign((made_by or header()).message(to, NOW, number, 8, head(8)), body, key)


def test_what_the_hub_signs_is_believed():
    seal = HubSeal(PROFILE)
    delivered = seal.delivered(message(), BODY, 5)
    assert (delivered.num, delivered.batch, delivered.head) == (5, 8, head(8).hex())
    receipt = seal.receipt(sign(header().receipt(BANK, NOW, 9, head(9)), BODY), BODY)
    assert (receipt.batch, receipt.head) == (9, head(9).hex())


def test_the_hub_may_have_two_keys_while_it_changes_them():
    keys = {f"{HUB}-1": b"\1" * 32, f"{HUB}-2": HUB_KEY.public}
    seal = HubSeal(type(PROFILE)(**{**PROFILE_FACTS, "hub_keys": keys}))
    assert seal.delivered(message(header(key_id=f"{HUB}-2")), BODY, 5).kid == f"{HUB}-2"


PROFILE_FACTS = {name: getattr(PROFILE, name) for name in PROFILE.__struct_fields__}


@pytest.mark.parametrize(
    ("signature", "field"),
    [
        (message(body=b"<Envelope />"), None),
        (message(key=Ed25519Key(b"X" * 32)), None),
        (message(number=6), "num"),
        (message(to="VOLGRUM0"), "aud"),
        (message(header(environment="production")), "aud"),
        (message(header(hub="OTHERXM0")), "kid"),
        (message(header(key_id="unknown")), "kid"),
        (sign(header().receipt(BANK, NOW, 9, head(9)), BODY), "header"),
        (Pen(PROFILE, Ed25519Key(b"B" * 32)).sign(BODY, 5, NOW), "header"),
        ("", None),
        ("a..b", None),
    ],
    ids=[
        *("other bytes", "other key", "other number", "other participant", "other environment"),
        *("other hub", "unknown key", "a receipt", "a participant's own", "nothing", "nonsense"),
    ],
)
def test_everything_else_is_forged(signature, field):
    with pytest.raises(Forged) as raised:
        HubSeal(PROFILE).delivered(signature, BODY, 5)
    assert raised.value.reason == "DS0B"
    if field:
        assert raised.value.field == field
