"""What is signed: a detached JWS over the exact bytes of a message (RFC 7515 appendix F, RFC 7797).

    BASE64URL(protected header) || '..' || BASE64URL(signature)

The signature is over the protected header in base64url, a full stop and the bytes themselves (`b64` is
false). The header is JSON without spaces, its members in one order, so that each header has one spelling:

    {"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"SEVRRUM0-1","iss":"SEVRRUM0","aud":"CORRXXM0/sandbox",
     "iat":1795486525,"num":17}

`iss` is the signer's BIC, `aud` whom and which environment it is for, `iat` the time in seconds (RFC 7519),
`num` the signer's counter: a participant's own per key, the hub's of the receiver's mailbox. The hub adds
`batch` and `head`: number and head of the chain before the batch that the message belongs to. Signing and
verifying is the business of whoever holds keys.
"""

import binascii
from binascii import a2b_base64, b2a_base64
from typing import Annotated, Any, Final, Generic, Literal, TypeVar

import msgspec

from corridor.domain.errors import CorridorError
from corridor.domain.instants import SECOND, Instant

SIGNATURE_BYTES: Final = 64
"""Ed25519, and ES256 as r and s of 32 bytes each, not DER (RFC 8037, 3.1; RFC 7518, 3.4)."""
HEADER_CHARACTERS_MAX: Final = 1024

Algorithm = Literal["EdDSA", "ES256"]
_KeyId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._\-]{1,64}\Z")]
_Bic = Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?\Z")]
_Audience = Annotated[
    str, msgspec.Meta(pattern=r"^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?/[a-z0-9\-]{1,32}\Z")
]
_Seconds = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799)]  # until 9999-12-31
_Count = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
_Batch = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
_Digest = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]

_URLSAFE = bytes.maketrans(b"+/", b"-_")
_STANDARD = bytes.maketrans(b"-_", b"+/")


class InvalidJWS(CorridorError):
    """The signature must be a detached JWS with the protected header of docs/messages."""

    reason = "DS0B"


class SentHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The protected header of what a participant sends."""

    alg: Algorithm
    b64: bool
    crit: tuple[Literal["b64"]]
    kid: _KeyId
    iss: _Bic
    aud: _Audience
    iat: _Seconds
    num: _Count


class DeliveredHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The protected header of a message in a participant's mailbox."""

    alg: Algorithm
    b64: bool
    crit: tuple[Literal["b64"]]
    kid: _KeyId
    iss: _Bic
    aud: _Audience
    iat: _Seconds
    num: _Count
    batch: _Batch
    head: _Digest


class ReceiptHeader(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The protected header of the hub's answer to a request: no mailbox numbers it."""

    alg: Algorithm
    b64: bool
    crit: tuple[Literal["b64"]]
    kid: _KeyId
    iss: _Bic
    aud: _Audience
    iat: _Seconds
    batch: _Batch
    head: _Digest


H = TypeVar("H", SentHeader, DeliveredHeader, ReceiptHeader)

_encode = msgspec.json.Encoder().encode
_decoders: dict[type, msgspec.json.Decoder[Any]] = {
    header: msgspec.json.Decoder(header) for header in (SentHeader, DeliveredHeader, ReceiptHeader)
}


class Detached(msgspec.Struct, Generic[H], frozen=True):
    """A detached JWS taken apart; nothing is verified yet. `protected` is the header as it is signed."""

    header: H
    protected: bytes
    signature: bytes


def protected_header(
    *, algorithm: Algorithm, key_id: str, signer: str, audience: str, issued_at: Instant, number: int
) -> bytes:
    """The protected header of a participant's message, in base64url."""
    seconds = issued_at // SECOND
    header = SentHeader(algorithm, False, ("b64",), key_id, signer, audience, seconds, number)
    return _base64url(_encode(header))


class HubHeader:
    """Makes the protected headers of one hub in one environment; the hub always signs with EdDSA."""

    def __init__(self, hub: str, environment: str, key_id: str) -> None:
        self._start = f'{{"alg":"EdDSA","b64":false,"crit":["b64"],"kid":"{key_id}","iss":"{hub}","aud":"'
        self._environment = environment

    def message(self, participant: str, at: Instant, number: int, batch: int, head: bytes) -> bytes:
        """The protected header of the message with this number in the participant's mailbox, in base64url."""
        return _base64url(
            f'{self._start}{participant}/{self._environment}","iat":{at // SECOND},"num":{number},'
            f'"batch":{batch},"head":"{head.hex()}"}}'.encode()
        )

    def receipt(self, participant: str, at: Instant, batch: int, head: bytes) -> bytes:
        """The protected header of an answer to a request of the participant, in base64url."""
        return _base64url(
            f'{self._start}{participant}/{self._environment}","iat":{at // SECOND},'
            f'"batch":{batch},"head":"{head.hex()}"}}'.encode()
        )


def audience(bic: str, environment: str) -> str:
    """Whom a message is for: `CORRXXM0/sandbox`. What is signed for a test cannot be played in earnest."""
    return f"{bic}/{environment}"


def signing_input(protected: bytes, payload: bytes) -> bytes:
    """The bytes that are signed. Source: RFC 7797, 3."""
    return protected + b"." + payload


def compose(protected: bytes, signature: bytes) -> str:
    """The detached JWS. Source: RFC 7515, appendix F."""
    assert len(signature) == SIGNATURE_BYTES, len(signature)
    return f"{protected.decode()}..{_base64url(signature).decode()}"


def parse(detached: str, header: type[H]) -> Detached[H]:
    """A detached JWS whose header is of this type, in its one spelling.

    Members that are unknown, missing, twice, in another order or spelt with spaces or escapes are refused,
    and so are padding and stray bits in base64url, other algorithms and signatures of another length.
    Raises: InvalidJWS (DS0B).
    """
    if len(detached) > HEADER_CHARACTERS_MAX or detached.count(".") != 2 or ".." not in detached:
        raise InvalidJWS("A detached JWS has a header, two full stops and a signature.")
    protected, _, signature = detached.partition("..")
    content = _decoded(protected, "header")
    try:
        fields: H = _decoders[header].decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidJWS(f"The protected header is not as it must be: {error}", field="header") from None
    if fields.b64 or _encode(fields) != content:
        raise InvalidJWS("The protected header is not in its one spelling.", field="header")
    raw = _decoded(signature, "signature")
    if len(raw) != SIGNATURE_BYTES:
        raise InvalidJWS(f"A signature has {SIGNATURE_BYTES} bytes.", field="signature")
    return Detached(fields, protected.encode(), raw)


def _base64url(content: bytes) -> bytes:
    return b2a_base64(content, newline=False).translate(_URLSAFE).rstrip(b"=")


def _decoded(text: str, field: str) -> bytes:
    """Return the bytes that are written so, and in no other way: reading is lenient, writing tells."""
    try:
        spelling = text.encode()
        content = a2b_base64(spelling.translate(_STANDARD) + b"=" * (-len(spelling) % 4))
        if _base64url(content) == spelling:
            return content
    except (binascii.Error, ValueError):
        pass
    raise InvalidJWS("Not base64url without padding, or with stray bits at its end.", field=field)
