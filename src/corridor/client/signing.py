"""Signing what a participant says, and verifying what the hub says to it."""

from collections.abc import Callable
from typing import Protocol

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from corridor.client.errors import Forged
from corridor.client.profile import PrivateKey, Profile
from corridor.codecs import jws
from corridor.domain.instants import Instant


class Pen:
    """Signs in the name of one participant for one hub."""

    def __init__(self, profile: Profile, key: PrivateKey) -> None:
        self._profile = profile
        self._key = key

    def sign(self, payload: bytes, number: int, now: Instant) -> str:
        """The detached JWS over exactly these bytes."""
        profile = self._profile
        protected = jws.protected_header(
            algorithm=self._key.algorithm,
            key_id=profile.key_id,
            signer=profile.bic,
            audience=profile.hub_audience,
            issued_at=now,
            number=number,
        )
        return jws.compose(protected, self._key.sign(jws.signing_input(protected, payload)))

    def sign_get(self, target: str, number: int, now: Instant) -> str:
        """The detached JWS over `GET <request-target>`; the hub does not count its number."""
        return self.sign(b"GET " + target.encode(), number, now)


class PublicKey(Protocol):
    """A public key of the hub."""

    def verify(self, smessage: bytes, signature: bytes, /) -> bytes:
        """Raises: BadSignatureError."""
        ...


class HubSeal:
    """Knows the hub's signature on what is meant for this participant. Everything else is forged."""

    def __init__(self, profile: Profile, key: Callable[[bytes], PublicKey] = VerifyKey) -> None:
        """`key` makes a public key of its bytes."""
        self._hub = profile.hub
        self._audience = profile.own_audience
        self._keys = {key_id: key(public) for key_id, public in profile.hub_keys.items()}

    def receipt(self, signature: str, body: bytes) -> jws.ReceiptHeader:
        """The header of an answer that the hub signed. Raises: Forged (DS0B)."""
        return self._verified(signature, body, jws.ReceiptHeader)

    def delivered(self, signature: str, payload: bytes, number: int) -> jws.DeliveredHeader:
        """The header of the message with this number in the mailbox. Raises: Forged (DS0B)."""
        header = self._verified(signature, payload, jws.DeliveredHeader)
        if header.num != number:
            raise Forged("The hub signed the message under another number.", field="num")
        return header

    def _verified(self, signature: str, payload: bytes, kind: type[jws.H]) -> jws.H:
        try:
            parsed = jws.parse(signature, kind)
        except jws.InvalidJWS as error:
            raise Forged(error.message, field=error.field) from None
        header = parsed.header
        key = self._keys.get(header.kid)
        if key is None or header.alg != "EdDSA" or header.iss != self._hub:
            raise Forged("Signed by a key that is not known as the hub's.", field="kid")
        if header.aud != self._audience:
            raise Forged("The hub signed this for somebody else, or in another environment.", field="aud")
        try:
            key.verify(jws.signing_input(parsed.protected, payload), parsed.signature)
        except BadSignatureError:
            raise Forged from None
        return header
