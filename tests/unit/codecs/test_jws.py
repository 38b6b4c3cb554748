"""Detached JWS: the RFCs' own vectors, and every way a header can be almost right."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey

from corridor.codecs import jws
from corridor.codecs.jws import (
    DeliveredHeader,
    HubHeader,
    InvalidJWS,
    ReceiptHeader,
    SentHeader,
    audience,
    compose,
    parse,
    protected_header,
    signing_input,
)

AT = 1_795_486_525_123_456
PAYLOAD = "<Envelope>Зарина</Envelope>".encode()


def unbase64(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")


def base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def sent(**changes: object) -> bytes:
    header = {
        "alg": "EdDSA",
        "b64": False,
        "crit": ["b64"],
        "kid": "SEVRRUM0-1",
        "iss": "SEVRRUM0",
        "aud": "CORRXXM0/sandbox",
        "iat": 1_795_486_525,
        "num": 17,
    }
    return json.dumps({**header, **changes}, separators=(",", ":")).encode()


def detached(content: bytes, signature: bytes = bytes(64)) -> str:
    return f"{base64(content)}..{base64(signature)}"


# The RFCs' vectors, over our signing input.


def test_rfc_7797_the_payload_is_signed_as_it_is():
    key = unbase64("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
    protected = base64(b'{"alg":"HS256","b64":false,"crit":["b64"]}').encode()
    signature = hmac.digest(key, signing_input(protected, b"$.02"), "sha256")
    assert base64(signature) == "A5dxf2s96_n5FLueVuW1Z_vh161FwXZC4YLPff6dmDY"


def test_rfc_8037_ed25519():
    key = SigningKey(unbase64("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"))
    assert base64(bytes(key.verify_key)) == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    protected = base64(b'{"alg":"EdDSA"}').encode()
    payload = base64(b"Example of Ed25519 signing").encode()  # this RFC signs the payload in base64url
    signature = key.sign(signing_input(protected, payload)).signature
    assert compose(protected, signature) == (
        "eyJhbGciOiJFZERTQSJ9.."
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
    )


def test_rfc_7515_es256_is_r_and_s_side_by_side():
    x = unbase64("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU")
    y = unbase64("x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + x + y)
    payload = base64(b'{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}').encode()
    signature = unbase64(
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    )
    assert len(signature) == jws.SIGNATURE_BYTES
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    message = signing_input(base64(b'{"alg":"ES256"}').encode(), payload)
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))  # raises if it does not fit


# Our headers.


def test_what_a_participant_signs_the_hub_can_take_apart():
    key = SigningKey(bytes(32))
    protected = protected_header(
        algorithm="EdDSA",
        key_id="SEVRRUM0-1",
        signer="SEVRRUM0",
        audience=audience("CORRXXM0", "sandbox"),
        issued_at=AT,
        number=17,
    )
    assert unbase64(protected.decode()) == sent()
    text = compose(protected, key.sign(signing_input(protected, PAYLOAD)).signature)
    apart = parse(text, SentHeader)
    assert apart.header == SentHeader(
        "EdDSA", False, ("b64",), "SEVRRUM0-1", "SEVRRUM0", "CORRXXM0/sandbox", 1_795_486_525, 17
    )
    key.verify_key.verify(signing_input(apart.protected, PAYLOAD), apart.signature)


def test_the_hubs_two_headers():
    hub = HubHeader("CORRXXM0", "sandbox", "CORRXXM0-1")
    head = bytes(range(32))
    message = parse(compose(hub.message("SEVRRUM0", AT, 3, 99, head), bytes(64)), DeliveredHeader).header
    assert message == DeliveredHeader(
        "EdDSA",
        False,
        ("b64",),
        "CORRXXM0-1",
        "CORRXXM0",
        "SEVRRUM0/sandbox",
        1_795_486_525,
        3,
        99,
        head.hex(),
    )
    receipt = parse(compose(hub.receipt("SEVRRUM0", AT, 0, head), bytes(64)), ReceiptHeader).header
    assert (receipt.aud, receipt.batch, receipt.head) == ("SEVRRUM0/sandbox", 0, head.hex())


def test_a_receipt_is_no_message_and_neither_is_what_was_sent():
    hub = HubHeader("CORRXXM0", "sandbox", "CORRXXM0-1")
    message = compose(hub.message("SEVRRUM0", AT, 3, 99, bytes(32)), bytes(64))
    receipt = compose(hub.receipt("SEVRRUM0", AT, 99, bytes(32)), bytes(64))
    order = detached(sent())
    for text, kind in [
        (message, SentHeader),
        (message, ReceiptHeader),
        (receipt, DeliveredHeader),
        (receipt, SentHeader),
        (order, DeliveredHeader),
        (order, ReceiptHeader),
    ]:
        with pytest.raises(InvalidJWS):
            parse(text, kind)


ALMOST = {
    "none": sent(alg="none"),
    "an HMAC with the public key": sent(alg="HS256"),
    "RSA": sent(alg="RS256"),
    "another case": sent(alg="eddsa"),
    "an encoded payload": sent(b64=True),
    "b64 as a word": sent(b64="false"),
    "nothing critical": sent(crit=[]),
    "more that is critical": sent(crit=["b64", "exp"]),
    "an unknown member": sent(jku="https://example.org/keys"),
    "a key in the header": sent(jwk={"kty": "OKP"}),
    "a member missing": sent().replace(b',"num":17', b""),
    "a member twice": sent().replace(b'"num":17', b'"num":16,"num":17'),
    "a member twice, the same": sent().replace(b'"num":17', b'"num":17,"num":17'),
    "another order": b'{"num":17,' + sent()[1:].replace(b',"num":17', b""),
    "a space": sent().replace(b",", b", ", 1),
    "a line after it": sent() + b"\n",
    "an escape": sent().replace(b"SEVRRUM0-1", b"SEVR\\u0052UM0-1"),
    "a number as text": sent(num="17"),
    "a number with a fraction": sent(num=17.5),
    "a number with a zero fraction": sent().replace(b'"num":17', b'"num":17.0'),
    "a number with an exponent": sent().replace(b'"num":17', b'"num":1e1'),
    "number zero": sent(num=0),
    "a negative number": sent(num=-1),
    "a number beyond 63 bits": sent(num=2**63),
    "not a number": sent().replace(b'"num":17', b'"num":NaN'),
    "a time before all": sent(iat=-1),
    "a time in microseconds": sent(iat=AT),
    "no BIC": sent(iss="SEVR"),
    "a BIC with a line after it": sent(iss="SEVRRUM0\n"),
    "no environment": sent(aud="CORRXXM0"),
    "two audiences": sent(aud=["CORRXXM0/sandbox", "CORRXXM0/live"]),
    "a key id of another alphabet": sent(kid="ключ"),
    "an empty key id": sent(kid=""),
    "a key id with a path": sent(kid="../keys/1"),
    "no object": b'["EdDSA"]',
    "no JSON": b"EdDSA",
    "no UTF-8": b'{"alg":"\xff"}',
    "nothing": b"",
}


@pytest.mark.parametrize("content", ALMOST.values(), ids=ALMOST.keys())
def test_a_header_that_is_almost_right_is_refused(content):
    parse(detached(sent()), SentHeader)
    with pytest.raises(InvalidJWS) as caught:
        parse(detached(content), SentHeader)
    assert caught.value.reason == "DS0B"


HEADER, SIGNATURE = base64(sent()), base64(bytes(64))
MISSHAPEN = {
    "nothing": "",
    "a payload": f"{HEADER}.e30.{SIGNATURE}",
    "no signature": f"{HEADER}..",
    "no header": f"..{SIGNATURE}",
    "one dot": f"{HEADER}.{SIGNATURE}",
    "three dots": f"{HEADER}...{SIGNATURE}",
    "two signatures": f"{HEADER}..{SIGNATURE}..{SIGNATURE}",
    "padding": f"{HEADER}..{SIGNATURE}==",
    "the other alphabet": f"{HEADER}..{SIGNATURE[:-3]}+/A",
    "a space": f"{HEADER}.. {SIGNATURE}",
    "a line": f"{HEADER}..{SIGNATURE}\n",
    "stray bits": f"{HEADER}..{SIGNATURE[:-1]}B",
    "an impossible length": f"{HEADER}..{SIGNATURE}AAA",
    "a short signature": f"{HEADER}..{base64(bytes(63))}",
    "a signature in DER": f"{HEADER}..{base64(bytes(70))}",
    "other letters": f"{HEADER}..{SIGNATURE[:-1]}А",
    "too long": detached(sent(kid="K" * 1000)),
}


@pytest.mark.parametrize("text", MISSHAPEN.values(), ids=MISSHAPEN.keys())
def test_a_misshapen_jws_is_refused(text):
    with pytest.raises(InvalidJWS) as caught:
        parse(text, SentHeader)
    assert caught.value.reason == "DS0B"


def test_each_changed_character_is_noticed():
    """The whole of header, payload and signature is covered: nothing can be changed unseen."""
    key = SigningKey(bytes(32))
    protected = base64(sent()).encode()
    text = compose(protected, key.sign(signing_input(protected, PAYLOAD)).signature)

    def accept(detached: str) -> None:
        apart = parse(detached, SentHeader)
        key.verify_key.verify(signing_input(apart.protected, PAYLOAD), apart.signature)

    accept(text)
    for place in range(len(text)):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        with pytest.raises((InvalidJWS, BadSignatureError)):
            accept(changed)


def test_what_cannot_be_written_in_utf8_is_no_signature():
    with pytest.raises(jws.InvalidJWS):
        jws.parse("\ud800..\ud800", jws.SentHeader)


@pytest.mark.parametrize("record", [SentHeader, DeliveredHeader, ReceiptHeader, jws.Detached])
def test_a_header_never_changes_under_whoever_has_it(record):
    assert record.__struct_config__.frozen


@pytest.mark.parametrize("fact", [{"alg": "ES256"}, {"iat": 0}, {"iat": 253_402_300_799}], ids=str)
def test_what_a_participants_header_may_say(fact):
    header = parse(detached(sent(**fact)), SentHeader).header
    assert {name: getattr(header, name) for name in fact} == fact
