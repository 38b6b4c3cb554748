"""Operators' signatures, proven once more at the hub: whoever reaches its link is not an operator by that.

Participants' signatures the gateway proves, and the hub believes it; they are many, operators' commands are few.
"""

from collections.abc import Callable
from hashlib import sha256

import msgspec

from corridor.codecs.jws import InvalidJWS, SentHeader, parse, signing_input
from corridor.domain.instants import SECOND
from corridor.hub.memory import Memory
from corridor.ports import Verifier
from corridor.services.governance import operations
from corridor.services.messaging.admission import FOUNDING, OPERATOR
from corridor.services.messaging.commands import Command, Found, Founder, Origin
from corridor.services.messaging.records import SIGNING_KEY, SigningKey


class Proof:
    """Says of a command if it may be taken in: an operator's only if their key signed the very bytes that say so."""

    def __init__(self, audience: str, verifier: Callable[[str, bytes], Verifier]) -> None:
        self._audience = audience
        self._verifier = verifier

    def __call__(self, command: Command, memory: Memory) -> bool:
        """Return True for whatever is no operator's. What operators may not give, the rights refuse."""
        origin = command.origin
        if origin.signer == FOUNDING:
            return isinstance(command, Found) and self._founded(command)
        if not origin.signer.startswith(OPERATOR):
            return True
        key = memory.find(SIGNING_KEY, origin.key_id)
        return (
            key is not None
            and key.participant == origin.signer
            and self._signed(origin, origin.signature, key)
            and (not isinstance(command, operations.OPERATIONS) or _says(command))
        )

    def _founded(self, command: Found) -> bool:
        """Every founder has signed the list of all."""
        origin = command.origin
        signatures = origin.signature.split(" ")
        return (
            len(signatures) == len(command.founders)
            and _says(command)
            and all(
                self._signed(origin, signature, _registered(founder))
                for signature, founder in zip(signatures, command.founders, strict=True)
            )
        )

    def _signed(self, origin: Origin, signature: str, key: SigningKey) -> bool:
        try:
            jws = parse(signature, SentHeader)
            verifier = self._verifier(key.algorithm, key.public)
        except (InvalidJWS, ValueError):
            return False
        header = jws.header
        stated = (header.iss, header.kid, header.aud, header.num, header.iat, header.alg)
        return stated == (
            key.participant,
            key.key_id,
            self._audience,
            origin.number,
            origin.issued_at // SECOND,
            key.algorithm,
        ) and verifier.verify(signing_input(jws.protected, origin.body), jws.signature)


def _registered(founder: Founder) -> SigningKey:
    """Return a founder's key as the founding registers it."""
    return SigningKey(participant=founder.name, **msgspec.structs.asdict(founder.key))


def _says(command: Command) -> bool:
    """The signed bytes are this command, under the id and the digest by which it is known."""
    origin = command.origin
    return sha256(origin.body).digest() == origin.digest and operations.said(origin) == command
