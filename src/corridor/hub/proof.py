"""Operators' signatures, proven once more at the hub: whoever reaches its link is not an operator by that.

Participants' signatures the gateway proves, and the hub believes it; they are many, operators' commands are few.
"""

from collections.abc import Callable
from hashlib import sha256

from corridor.codecs.jws import InvalidJWS, SentHeader, parse, signing_input
from corridor.domain.instants import SECOND
from corridor.hub.memory import Memory
from corridor.ports import Verifier
from corridor.services.governance import operations
from corridor.services.messaging.admission import FOUNDING, OPERATOR
from corridor.services.messaging.commands import Command, Found, Origin
from corridor.services.messaging.records import SIGNING_KEY


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
            and self._signed(origin, origin.signature, origin.signer, key.algorithm, key.public)
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
                self._signed(origin, signature, founder.name, founder.key.algorithm, founder.key.public)
                for signature, founder in zip(signatures, command.founders, strict=True)
            )
        )

    def _signed(self, origin: Origin, signature: str, signer: str, algorithm: str, public: bytes) -> bool:
        try:
            jws = parse(signature, SentHeader)
            key = self._verifier(algorithm, public)
        except (InvalidJWS, ValueError):
            return False
        header = jws.header
        stated = (header.iss, header.aud, header.num, header.iat, header.alg)
        return stated == (
            signer,
            self._audience,
            origin.number,
            origin.issued_at // SECOND,
            algorithm,
        ) and key.verify(signing_input(jws.protected, origin.body), jws.signature)


def _says(command: Command) -> bool:
    """The signed bytes are this command, under the id and the digest by which it is known."""
    origin = command.origin
    return sha256(origin.body).digest() == origin.digest and operations.said(origin) == command
