"""Who a participant is, where the hub's front door is, and whose signatures it believes."""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from corridor.client.tls import Certificate
from corridor.codecs.jws import Algorithm, audience


class PrivateKey(Protocol):
    """A participant's key: it signs, and never shows itself.

    A file, a token or a security module is behind it.
    """

    @property
    def algorithm(self) -> Algorithm: ...

    def sign(self, signing_input: bytes) -> bytes:
        """64 bytes: Ed25519, or r and s of ES256."""
        ...


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What a participant has agreed with the hub.

    Shape: `url` is `http://host:port` or `https://host:port`; `key_id` names the participant's own key in
    the hub's registry; `hub_keys` are the hub's public Ed25519 keys (32 bytes) by their ids, several while
    the hub changes keys; `certificate` is what is shown to a gateway that asks for one.
    """

    bic: str
    hub: str
    environment: str
    url: str
    key_id: str
    hub_keys: Mapping[str, bytes]
    certificate: Certificate | None = None

    @property
    def hub_audience(self) -> str:
        """Whom this participant signs for."""
        return audience(self.hub, self.environment)

    @property
    def own_audience(self) -> str:
        """Whom the hub signs for when it answers this participant."""
        return audience(self.bic, self.environment)
