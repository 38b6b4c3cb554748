"""Who sent this: the mathematics of a signature, cheapest checks first, before anything else is read."""

import logging
from typing import Final

import msgspec

from corridor.codecs.jws import InvalidJWS, SentHeader, parse, signing_input
from corridor.domain.instants import SECOND, Instant
from corridor.gateway.exchange import Request
from corridor.gateway.keys import Keys, Known
from corridor.gateway.limits import Limits
from corridor.gateway.problems import Kind, Problem
from corridor.gateway.quota import Bucket, Quota
from corridor.ports import Clock
from corridor.services.messaging.admission import TIME_WINDOW
from corridor.services.messaging.commands import Origin
from corridor.services.messaging.records import ACTIVE, ROLES, Participant

ALARMS_PER_S: Final = 1
ALARMS_BURST: Final = 10
_log = logging.getLogger(__name__)


class Unauthenticated(Problem):
    """The request is answered, counted under `why`, and dropped."""

    def __init__(self, why: str, detail: str, reason: str = "DS0B") -> None:
        super().__init__(Kind.UNAUTHENTICATED, detail, reason=reason)
        self.why = why


class Borrowed(Unauthenticated):
    """What one signed came by another's certificate: one of the two is in the wrong hands."""

    def __init__(self, peer: str, signer: str) -> None:
        super().__init__("certificate", f"the certificate is {peer or 'nobody'}'s, not {signer}'s", "DS0D")


class Sender(msgspec.Struct, frozen=True):
    """Whose key signed the bytes. `jws` is the evidence as it was received."""

    known: Known
    header: SentHeader
    jws: str

    @property
    def participant(self) -> str:
        """The signer: a participant's BIC, or an operator's name."""
        return self.known.key.participant

    def origin(self, message_id: str, definition: str, digest: bytes, now: Instant, body: bytes) -> Origin:
        """Return where a command came from, with the exact bytes and their signature as evidence."""
        header = self.header
        issued_at = header.iat * SECOND
        return Origin(
            header.iss, message_id, definition, digest, now, issued_at, header.num, header.kid, self.jws, body
        )


class Authenticator:
    """Proves signatures for one hub in one environment. What the sender may do is for the hub to say."""

    def __init__(self, keys: Keys, audience: str, clock: Clock, limits: Limits) -> None:
        self._keys = keys
        self._audience = audience
        self._clock = clock
        self._body_bytes = limits.body_bytes
        self._quota = Quota(limits.requests_per_s, 2 * limits.requests_per_s)
        self._alarms = Bucket(ALARMS_PER_S, ALARMS_BURST, clock.now())

    async def prove(self, signature: bytes, payload: bytes, peer: str | None = None) -> Sender:
        """Return who signed exactly these bytes for this hub, and has not asked too much lately.

        `peer` is whose certificate they came by, where certificates are asked for. Raises: Unauthenticated, Problem
        (AWAY, TOO_MANY).
        """
        if not signature:
            raise Unauthenticated("none", "the header Corridor-Signature is missing", "DS0A")
        try:
            jws = signature.decode("ascii")
            parsed = parse(jws, SentHeader)
        except (InvalidJWS, UnicodeDecodeError) as error:
            raise Unauthenticated("malformed", str(error)) from None
        header = parsed.header
        if header.aud != self._audience:
            raise Unauthenticated("audience", f"this is {self._audience}", "DS28")
        known = await self._keys.find(header.kid)
        if known is None:
            raise Unauthenticated("unknown key", "no such key is registered", "DS0D")
        if known.key.participant != header.iss:
            raise Unauthenticated("issuer", "the key is another participant's", "DS0D")
        if known.key.algorithm != header.alg:
            raise Unauthenticated("algorithm", "the key is of another algorithm", "DS0D")
        if not known.verifier.verify(signing_input(parsed.protected, payload), parsed.signature):
            raise Unauthenticated("signature", "the signature does not fit the bytes and the key")
        if peer is not None and peer != header.iss:
            self._raise_alarm(peer, header.iss)
            raise Borrowed(peer, header.iss)
        # Only now: nobody can spend the quota of a bank but the bank.
        self._quota.take(header.iss, 1, self._clock.now())
        return Sender(known, header, jws)

    async def prove_post(self, request: Request, media_types: tuple[bytes, ...]) -> tuple[Sender, bytes]:
        """Return who sent the body, and its exact bytes. Without a signature it is not even read.

        Raises: as `prove`; Problem (WRONG_MEDIA_TYPE); TooLarge and Gone of the body.
        """
        if not request.signature:
            raise Unauthenticated("none", "the header Corridor-Signature is missing", "DS0A")
        if not request.carries(media_types):
            raise Problem(Kind.WRONG_MEDIA_TYPE, f"{media_types[0].decode()} in UTF-8, not compressed")
        body = await request.body(self._body_bytes)
        return await self.prove(request.signature, body, request.peer), body

    async def prove_get(self, request: Request) -> Sender:
        """Return who asks. Raises: Unauthenticated, Problem (AWAY, TOO_MANY)."""
        return await self.prove(request.signature, _GET + request.target, request.peer)

    def _raise_alarm(self, peer: str, signer: str) -> None:
        # All are counted, but nobody may fill the log.
        if not self._alarms.take(1, self._clock.now()):
            _log.error(
                "ALARM: a request that %s has signed came by the certificate of %s", signer, peer or "nobody"
            )

    def judge(self, sender: Sender, *, active: bool, roles: tuple[str, ...] = ROLES) -> None:
        """Judge here what never reaches the hub: the key's validity, the time, the role and the state.

        Only participants have anything here that is theirs to ask for. Raises: Unauthenticated, Problem (AWAY,
        NOT_ALLOWED, NOT_ACTIVE).
        """
        now = self._clock.now()
        if not self._keys.fresh:
            raise Problem(Kind.AWAY, "the registry of keys cannot be read", retry_after_s=1)
        if not sender.known.key.valid(now):
            raise Unauthenticated("key not valid", "the key is not valid now", "DS0D")
        if abs(now - sender.header.iat * SECOND) > TIME_WINDOW:
            raise Unauthenticated("time", "signed outside the time window of 5 minutes", "DT01")
        owner = sender.known.owner
        if not isinstance(owner, Participant) or owner.role not in roles:
            raise Problem(Kind.NOT_ALLOWED, reason="AG01")
        if active and owner.state != ACTIVE:
            raise Problem(Kind.NOT_ACTIVE, reason="AG10")


_GET: Final = b"GET "
