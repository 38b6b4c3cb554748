"""What travels: the real codecs and signatures, or ones that cost a tenth and keep the same promises.

The cheap wire writes the same values as JSON and signs with a keyed hash, 64 bytes over the same protected header
and the same exact bytes; everything else (headers, digests, ids, receipts) is the real thing on both.
"""

from collections.abc import Callable
from hashlib import sha256, sha512
from typing import Any, Final, NamedTuple, cast

import msgspec
from nacl.exceptions import BadSignatureError

from corridor.adapters.keys.software import Ed25519Key, verifier
from corridor.client import messages
from corridor.client.events import Draft
from corridor.client.profile import Profile
from corridor.client.signing import HubSeal
from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.envelope import Opened, open_envelope
from corridor.codecs.iso20022.head001 import Header
from corridor.codecs.iso20022.messages import MESSAGES, Message
from corridor.codecs.iso20022.sealed import open_sealed
from corridor.codecs.jws import Algorithm
from corridor.decision import Outgoing
from corridor.domain.instants import Instant
from corridor.hub import lists
from corridor.ports import Verifier

_encode = msgspec.json.Encoder().encode
_headers = msgspec.json.Decoder(Header)
_messages = {name: msgspec.json.Decoder(codec.record) for name, codec in MESSAGES.items()}


class Key:
    """A secret of two: whoever can verify could sign as well, and nobody here does."""

    algorithm: Algorithm = "EdDSA"

    def __init__(self, public: bytes) -> None:
        self.public = public
        self._start = sha512(public)

    def sign(self, signing_input: bytes) -> bytes:
        hashed = self._start.copy()
        hashed.update(signing_input)
        return hashed.digest()

    def verify(self, signing_input: bytes, signature: bytes) -> bool:
        return self.sign(signing_input) == signature


class _Seal:
    def __init__(self, public: bytes) -> None:
        self._key = Key(public)

    def verify(self, smessage: bytes, signature: bytes, /) -> bytes:
        if not self._key.verify(smessage, signature):
            raise BadSignatureError
        return smessage


class Wire(NamedTuple):
    """How messages are written, read, signed and verified in one run."""

    name: str
    key: Callable[[str], Any]
    verifier: Callable[[str, bytes], Verifier]
    seal: Callable[[Profile], HubSeal]
    render: Callable[[str, Outgoing, Instant], bytes]
    read: Callable[[bytes], Opened]
    read_sealed: Callable[[str], Opened]
    draft: Callable[[Profile, Message, Instant], Draft]


def read(body: bytes) -> Opened:
    """Return what the cheap wire carries. Raises: DecodeError."""
    try:
        head, definition, content = body.split(b"\n", 2)
        header = _headers.decode(head)
        message = cast("Message", _messages[definition.decode()].decode(content))
    except (ValueError, KeyError, msgspec.DecodeError) as error:
        raise DecodeError(f"Not a message of the cheap wire: {error!r}") from None
    return Opened(header, definition.decode(), message, sha256(content).digest())


def _render(hub: str, outgoing: Outgoing, now: Instant) -> bytes:
    definition = lists.DEFINITIONS[type(outgoing.message)]
    header = Header(
        from_bic=hub,
        to_bic=outgoing.participant,
        business_message_id=outgoing.message_id,
        message_definition_id=definition,
        created_at=now,
    )
    return b"\n".join((_encode(header), definition.encode(), _encode(outgoing.message)))


def _draft(profile: Profile, message: Message, now: Instant) -> Draft:
    definition = lists.DEFINITIONS[type(message)]
    message_id: str = cast("Any", message).message_id
    header = Header(
        from_bic=profile.bic,
        to_bic=profile.hub,
        business_message_id=message_id,
        message_definition_id=definition,
        created_at=now,
    )
    content = _encode(message)
    body = b"\n".join((_encode(header), definition.encode(), content))
    return Draft("/v1/messages", message_id, body, sha256(content).hexdigest())


def _secret(bic: str) -> bytes:
    return sha256(bic.encode()).digest()


REAL: Final = Wire(
    "real",
    lambda bic: Ed25519Key(_secret(bic)),
    verifier,
    HubSeal,
    lists.render,
    open_envelope,
    open_sealed,
    messages.envelope,
)
CHEAP: Final = Wire(
    "cheap",
    lambda bic: Key(_secret(bic)),
    lambda _algorithm, public: Key(public),
    lambda profile: HubSeal(profile, _Seal),
    _render,
    read,
    lambda text: read(text.encode()),
    _draft,
)
