"""Who signed this: forged, borrowed, outdated and wrapped signatures."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final

from corridor.adapters.keys.software import Ed25519Key
from corridor.codecs.jws import signing_input
from corridor.simulation.door.attacks.strike import Attack, Send, Strike
from corridor.simulation.door.caller import MESSAGES
from corridor.simulation.door.wire import XML, Answer, request
from corridor.simulation.door.world import FUTURE, HUB, OLD, PAMR, first_key, key_of

STRANGER: Final = Ed25519Key(b"S" * 32)
HONEST: Final = (
    '{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"SEVRRUM0-1","iss":"SEVRRUM0","aud":"CORRXXM0/sandbox",'
    '"iat":%d,"num":1000}'
)


def unsigned(s: Strike) -> Any:
    """Send no signature at all."""
    return s.post(s.sevr.order(s.house.fresh()), signature="")


def signed(**facts: Any) -> Send:
    """Sign, but with another key or header."""
    return lambda s: s.post(s.sevr.order(s.house.fresh()), **facts)


def with_header(change: Callable[[str], str], sign: Callable[[bytes], bytes] | None = None) -> Send:
    """Sign a header that is written by hand."""

    async def send(s: Strike) -> Answer:
        body = s.sevr.order(s.house.fresh())
        header = change(HONEST % (s.house.now() // 1_000_000))
        protected = _base64url(header.encode())
        signature = (sign or s.sevr.key.sign)(signing_input(protected, body))
        return await s.post(body, signature=f"{protected.decode()}..{_base64url(signature).decode()}")

    return send


def member(more: str) -> Send:
    """Add a member to the header, genuinely signed."""
    return with_header(lambda header: f"{header[:-1]},{more}}}")


def instead(old: str, new: str, sign: Callable[[bytes], bytes] | None = None) -> Send:
    """Write something else into the header, genuinely signed unless `sign` is given."""
    return with_header(lambda header: header.replace(old, new), sign)


def after_signing(change: Callable[[bytes], bytes]) -> Send:
    """Change the body once it is signed."""

    async def send(s: Strike) -> Answer:
        body = s.sevr.order(s.house.fresh())
        changed = change(body)
        assert changed != body, "nothing was changed"
        return await s.post(changed, signature=s.sevr.sign(body))

    return send


def swapped(old: bytes, new: bytes) -> Send:
    """Replace something in the body once it is signed."""
    return after_signing(lambda body: body.replace(old, new, 1))


def spelt(change: Callable[[str], str]) -> Send:
    """Spell a genuine signature in another way."""

    async def send(s: Strike) -> Answer:
        body = s.sevr.order(s.house.fresh())
        return await s.post(body, signature=change(s.sevr.sign(body)))

    return send


async def two_signatures(s: Strike) -> Answer:
    """Send the genuine signature of one body, and before it that of another."""
    body = s.sevr.order(s.house.fresh())
    forged = s.sevr.sign(b"something else")
    sent = request(
        "POST",
        MESSAGES,
        [("Content-Type", XML), ("Corridor-Signature", forged), ("Corridor-Signature", s.sevr.sign(body))],
        body,
    )
    return await s.send(sent)


async def mailbox_with(s: Strike, **facts: Any) -> Answer:
    """Ask for the mailbox with such a header."""
    return await s.send(s.sevr.get("/v1/mailbox?after=0", **facts))


async def another_position(s: Strike) -> Answer:
    """Ask for one position with the signature for another."""
    signature = s.sevr.sign(b"GET /v1/mailbox?after=1")
    return await s.send(request("GET", "/v1/mailbox?after=0", [("Corridor-Signature", signature)]))


def _base64url(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


def _hmac(signing: bytes) -> bytes:
    return hmac.digest(key_of(first_key("SEVRRUM0")).public, signing, sha256) * 2


_EVIL: Final = b'<IntrBkSttlmAmt Ccy="RUB">900.00</IntrBkSttlmAmt>'
_FAIR: Final = b'<IntrBkSttlmAmt Ccy="RUB">100.00</IntrBkSttlmAmt>'


def _evil(body: bytes) -> bytes:
    return body.replace(_FAIR, _EVIL)


def _refused(number: str, name: str, why: str, send: Send) -> Attack:
    return Attack(number, name, send, 401, trace=f"unauthenticated {why}")


FORGED: Final = (
    _refused("A10", "no signature", "none", unsigned),
    _refused("A11", "a signature by a stranger's key", "signature", signed(key=STRANGER)),
    _refused("A11", "a signature of another message", "signature", swapped(b"100.00", b"900.00")),
    _refused("A11", "a signature of zeroes", "signature", with_header(str, lambda _: bytes(64))),
    _refused("A11", "half a signature", "malformed", spelt(lambda jws: jws[:-40])),
    _refused("A11", "no JWS at all", "malformed", spelt(lambda _: "trust me")),
    _refused("A12", "another participant's key id", "issuer", signed(key_id=first_key(PAMR))),
    _refused("A12", "another participant's name", "issuer", signed(signer=PAMR)),
    _refused("A12", "another's name and key id, one's own key", "signature", signed(signer=PAMR, key_id=first_key(PAMR))),
    _refused("A12", "the hub's own name and key id", "signature", signed(signer=HUB, key_id=first_key(HUB))),
    _refused("A12", "a key id nobody has", "unknown key", signed(key_id="nobody-1")),
    Attack("A13", "a retired key", signed(key_id=OLD, key=key_of(OLD)), 202, "admi.002 DS0D", "refused DS0D"),
    Attack("A14", "a key of next year", signed(key_id=FUTURE, key=key_of(FUTURE)), 202, "admi.002 DS0D", "refused DS0D"),
    _refused("A13", "a mailbox, with a retired key", "key not valid", lambda s: mailbox_with(s, key_id=OLD, key=key_of(OLD))),
    _refused("A14", "a mailbox, with a key of next year", "key not valid", lambda s: mailbox_with(s, key_id=FUTURE, key=key_of(FUTURE))),
    _refused("A15", "algorithm none", "malformed", instead('"EdDSA"', '"none"')),
    _refused("A15", "algorithm none, no signature", "malformed", instead('"EdDSA"', '"none"', lambda _: b"")),
    _refused("A15", "HMAC with the public key", "malformed", instead('"EdDSA"', '"HS256"', _hmac)),
    _refused("A15", "HMAC that says EdDSA", "signature", with_header(str, _hmac)),
    _refused("A15", "ES256 with an Ed25519 key", "algorithm", signed(algorithm="ES256")),
    _refused("A15", "an algorithm in another case", "malformed", instead('"EdDSA"', '"eddsa"')),
)  # fmt: skip

CHANGED: Final = (
    _refused("A16", "another From after signing", "signature", swapped(b"SEVRRUM0", b"PAMRTJ20")),
    _refused("A16", "another To after signing", "signature", swapped(b"CORRXXM0", b"OTHRXXM0")),
    _refused("A16", "another MsgDefIdr after signing", "signature", swapped(b"<MsgDefIdr>pacs.008", b"<MsgDefIdr>pacs.002")),
    _refused("A16", "another BizMsgIdr after signing", "signature", swapped(b"<BizMsgIdr>SEVR", b"<BizMsgIdr>XEVR")),
)  # fmt: skip

WRAPPED: Final = (
    _refused("A17", "wrapped: the genuine envelope inside a forged one", "signature",
             after_signing(lambda b: _evil(b).replace(b"</Envelope>", b + b"</Envelope>"))),
    _refused("A17", "wrapped: a forged envelope before the genuine one", "signature", after_signing(lambda b: _evil(b) + b)),
    _refused("A17", "wrapped: a forged envelope after the genuine one", "signature", after_signing(lambda b: b + _evil(b))),
    _refused("A17", "wrapped: the genuine document in an extension", "signature",
             after_signing(lambda b: _evil(b).replace(b"</AppHdr>", b"<Sgntr>" + b[b.index(b"<Document"):-11] + b"</Sgntr></AppHdr>"))),
    _refused("A17", "wrapped: two documents, the forged one last", "signature",
             after_signing(lambda b: b[:-11] + _evil(b)[_evil(b).index(b"<Document"):])),
    _refused("A17", "wrapped: two elements with one Id", "signature",
             after_signing(lambda b: b.replace(b"<Document", b'<Document Id="1"').replace(b"<AppHdr", b'<AppHdr Id="1"'))),
    Attack("A17", "wrapped: two signatures", two_signatures, 401, trace="unauthenticated malformed"),
    _refused("A17", "wrapped: the payload inside the JWS", "malformed", spelt(lambda jws: jws.replace("..", ".e30."))),
    _refused("A17", "wrapped: a reference to a part only", "signature",
             lambda s: s.post(body := s.sevr.order(s.house.fresh()), signature=s.sevr.sign(body[body.index(b"<Document"):-11]))),
    _refused("A17", "a space after signing", "signature", after_signing(lambda b: b + b" ")),
)  # fmt: skip

AUDIENCE: Final = (
    _refused("A20", "signed for another hub", "audience", signed(audience="OTHRXXM0/sandbox")),
    _refused("A20", "signed for another environment", "audience", signed(audience="CORRXXM0/production")),
    _refused("A20", "signed for another receiver", "audience", signed(audience="PAMRTJ20/sandbox")),
)

TOKENS: Final = (
    _refused("A72", "a kid that is a path", "malformed", instead("SEVRRUM0-1", "../../keys/SEVRRUM0-1")),
    _refused("A72", "a kid that is SQL", "malformed", instead("SEVRRUM0-1", "x' OR '1'='1")),
    _refused("A72", "a jku", "malformed", member('"jku":"http://127.0.0.1:1/keys"')),
    _refused("A72", "a jwk of one's own", "malformed", member('"jwk":{"kty":"OKP","crv":"Ed25519","x":"AA"}')),
    _refused("A72", "an x5u", "malformed", member('"x5u":"http://127.0.0.1:1/c"')),
    _refused("A72", "an x5c", "malformed", member('"x5c":["AA=="]')),
    _refused("A72", "the algorithm twice", "malformed", member('"alg":"none"')),
    _refused("A72", "b64 true", "malformed", instead("false", "true")),
    _refused("A72", "without crit", "malformed", instead('"crit":["b64"],', "")),
    _refused("A72", "an unknown crit", "malformed", instead('["b64"]', '["b64","exp"]')),
    _refused("A72", "the header with spaces", "malformed", instead('":', '": ')),
    _refused("A72", "base64 with padding", "malformed", spelt(lambda jws: jws + "==")),
    _refused("A72", "base64 with the other two letters", "malformed", spelt(lambda jws: jws[:-3] + "+/+")),
    _refused("A72", "a header of 2 KB", "malformed", member(f'"x":"{"x" * 2048}"')),
    _refused("A72", "a number of 30 digits", "malformed", instead('"num":1000', f'"num":{"9" * 30}')),
    _refused("A72", "a time as a float", "malformed", instead('"num":1000', '"num":1e3')),
    _refused("A72", "a mailbox of another position", "signature", another_position),
    _refused("A72", "a mailbox with yesterday's signature", "time",
             lambda s: mailbox_with(s, issued_at=s.house.now() - 86_400_000_000)),
)  # fmt: skip

ATTACKS: Final = (*FORGED, *CHANGED, *WRAPPED, *AUDIENCE, *TOKENS)
