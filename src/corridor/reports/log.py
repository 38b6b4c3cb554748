"""The log against itself, batch by batch: the chain of heads, the bytes under their digests, and who signed them."""

import zlib
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256

import msgspec
from lxml import etree

from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022 import pacs002
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.jws import DeliveredHeader, InvalidJWS, SentHeader, audience, parse, signing_input
from corridor.domain.instants import SECOND, Instant, iso
from corridor.ledger.transfers import Transfer
from corridor.ports import SealBroken, Verifier
from corridor.reports.findings import Findings
from corridor.reports.trails import Trails
from corridor.services.governance import operations
from corridor.services.messaging.admission import FOUNDING, GATEWAY, TIME_WINDOW, WORKER
from corridor.services.messaging.commands import Found, Origin
from corridor.services.messaging.records import ACCEPTED, AUDIT, IN, OUT, Blob, Message, SigningKey

Chain = Callable[[bytes, int, Instant, Sequence[Message], Sequence[Transfer]], bytes]
"""How the hub computes the head after a batch."""
Runs = tuple[tuple[int, int], ...]

_delivered = msgspec.json.Decoder(DeliveredHeader)


class Logged(msgspec.Struct):
    """A batch as it is stored, and what is known of the one before."""

    blob: Blob
    lines: list[Message]
    named: Runs | None
    """Its transfers as runs; None if that cannot be read."""
    transfers: list[Transfer]
    """Those of them that are there, in their order."""
    before: bytes | None = None
    """The head before it; None if the batch before is missing."""
    content: bytes = b""


class Anchor(msgspec.Struct, frozen=True):
    """Who, outside of the database, holds which head of the log; the log must reach as far as `reach`."""

    holder: str
    batch: int
    head: bytes
    reach: int


class Log:
    """The invariants of the log, asked batch by batch in one reading."""

    def __init__(
        self,
        hub: str,
        environment: str,
        chain: Chain,
        verifier: Callable[[str, bytes], Verifier],
        sample: int,
        trails: Trails | None = None,
    ) -> None:
        """One message in `sample` is checked by its schema, 1 for all."""
        self._hub = hub
        self._environment = environment
        self._link = chain
        self._verifier = verifier
        self.batch, self.at, self.head = 0, 0, bytes(32)
        self._keys: dict[str, SigningKey] = {}
        self._verifiers: dict[bytes, Verifier] = {}
        self._sample = sample
        self.chain = Findings("chain")
        self.bytes = Findings("bytes")
        self.signatures = Findings("signatures")
        self.outgoing = Findings("outgoing")
        self.schemas = Findings("schemas")
        self.trails = trails or Trails()

    def begin(self, batch: int, at: Instant, head: bytes) -> None:
        """Go on from here, not from the beginning."""
        self.batch, self.at, self.head = batch, at, head

    def know(self, keys: Sequence[SigningKey]) -> None:
        """Take the registered keys from here."""
        self._keys = {key.key_id: key for key in keys}

    @property
    def findings(self) -> tuple[Findings, ...]:
        """What was found so far."""
        trails = (self.trails.audit, self.trails.four_eyes)
        return (self.chain, self.bytes, self.signatures, self.outgoing, self.schemas, *trails)

    def read(self, batch: Logged) -> None:
        """Ask every invariant of one batch: it follows the one before it."""
        blob = batch.blob
        if blob.batch == self.batch + 1:
            batch.before = self.head
        else:
            self.chain.breaks(f"after batch {self.batch} comes batch {blob.batch}")
        if blob.at < self.at:
            self.chain.breaks(f"batch {blob.batch} is older than the one before it")
        self.batch, self.at, self.head = blob.batch, blob.at, blob.head
        self.chain.judge(self._heads(batch))
        try:
            batch.content = unpack(batch.blob)
        except SealBroken as error:
            self.bytes.breaks(str(error))
            return
        filled = 0
        before: Message | None = None
        ordered = b""
        for line in batch.lines:
            evidence = batch.content[line.start : line.start + line.size]
            self.bytes.judge(_stored(line, evidence, filled))
            filled += line.size
            first, _, body = evidence.partition(b"\n")
            if line.direction == OUT:
                self.outgoing.judge(self._header(line, first, batch.before))
            elif line.direction == IN and line.participant not in (GATEWAY, WORKER):
                founding = line.participant == FOUNDING
                said = self._founding if founding else self._signature
                self.signatures.judge(said(line, first, body))
            elif line.direction == AUDIT:
                self.trails.read(line, body, before, ordered)
            before, ordered = line, body
            if line.direction not in (IN, OUT) or line.participant in (GATEWAY, WORKER, FOUNDING):
                continue
            if (line.batch + line.position) % self._sample == 0:
                self.schemas.judge(_readable(line, body))
        if filled != len(batch.content):
            size = len(batch.content)
            self.bytes.breaks(f"batch {blob.batch}: its lines cover {filled} of {size} bytes")

    def _heads(self, batch: Logged) -> Iterator[str]:
        """The head after a batch follows from the head before it, its lines and its transfers."""
        blob = batch.blob
        if int(iso(blob.at)[:7].replace("-", "")) != blob.month:
            yield f"batch {blob.batch}: it stands in month {blob.month}, but is of {iso(blob.at)}"
        if batch.named is None:
            yield f"batch {blob.batch}: what names its transfers cannot be read"
        elif gone := transfers_in(batch.named) - len(batch.transfers):
            yield f"batch {blob.batch}: {gone} of its transfers are gone"
        elif batch.before is not None:
            head = self._link(batch.before, blob.batch, blob.at, batch.lines, batch.transfers)
            if head != blob.head:
                yield f"batch {blob.batch}: its lines and transfers do not lead to the head that it stored"

    def _founding(self, line: Message, signatures: bytes, body: bytes) -> Iterator[str]:
        """A founding was signed by each of its operators, with the key that it registers for them.

        That these are the keys in the registry the audit says, and that one was refused is no reason to believe it.
        """
        origin = Origin(FOUNDING, line.message_id, line.definition, line.content, line.at, body=body)
        founding = operations.said(origin)
        founders = founding.founders if isinstance(founding, Found) else ()
        parts = signatures.split(b" ")
        if not founders or len(founders) != len(parts):
            yield f"{_name(line)}: {len(founders)} founders, and {len(parts)} signatures"
            return
        for founder, signature in zip(founders, parts, strict=True):
            signed = msgspec.structs.replace(line, participant=founder.name)
            key = SigningKey(participant=founder.name, **msgspec.structs.asdict(founder.key))
            yield from self._signature(signed, signature, body, {key.key_id: key})

    def _signature(
        self, line: Message, signature: bytes, body: bytes, keys: Mapping[str, SigningKey] | None = None
    ) -> Iterator[str]:
        """What came in was signed by whom it is logged under, for this hub, with one of the registered `keys`.

        What had effect was signed with a key valid at that time, within the time window.
        """
        try:
            jws = parse(signature.decode("ascii"), SentHeader)
        except (InvalidJWS, UnicodeDecodeError) as error:
            yield f"{_name(line)}: its signature is none: {error}"
            return
        header = jws.header
        key = (self._keys if keys is None else keys).get(header.kid)
        if key is None or not line.participant == key.participant == header.iss:
            yield f"{_name(line)}: it was signed with {header.kid}, which is no key of {line.participant}"
            return
        if not self._fits(key, signing_input(jws.protected, body), jws.signature):
            yield f"{_name(line)}: the signature does not fit the bytes"
        if header.aud != audience(self._hub, self._environment):
            yield f"{_name(line)}: it was signed for {header.aud}"
        if header.num != line.number:
            yield f"{_name(line)}: it was signed under number {header.num}, but logged under {line.number}"
        if line.outcome == ACCEPTED:
            if not key.valid(line.at):
                yield f"{_name(line)}: {header.kid} was not valid at {iso(line.at)}"
            if abs(header.iat * SECOND - line.at) > TIME_WINDOW:
                signed = iso(header.iat * SECOND)
                yield f"{_name(line)}: it was signed at {signed}, but accepted at {iso(line.at)}"

    def _fits(self, key: SigningKey, signed: bytes, signature: bytes) -> bool:
        known = self._verifiers.get(key.public)
        if known is None:
            try:
                known = self._verifiers[key.public] = self._verifier(key.algorithm, key.public)
            except ValueError:  # what is registered is no key
                return False
        return known.verify(signed, signature)

    def _header(self, line: Message, protected: bytes, before: bytes | None) -> Iterator[str]:
        """What went out names its receiver, its number and time, and the batch and head before its own."""
        try:
            header = _delivered.decode(urlsafe_b64decode(protected + b"=" * (-len(protected) % 4)))
        except ValueError as error:
            yield f"{_name(line)}: its protected header cannot be read: {error}"
            return
        key = self._keys.get(header.kid)
        if header.iss != self._hub or key is None or key.participant != self._hub:
            yield f"{_name(line)}: {header.kid} of {header.iss} is no key of the hub"
        stated = (header.aud, header.num, header.iat, header.batch)
        due = (audience(line.participant, self._environment), line.number, line.at // SECOND, line.batch - 1)
        if stated != due:
            yield f"{_name(line)}: its header says {stated}, not {due}"
        if before is not None and header.head != before.hex():
            yield f"{_name(line)}: its header names a head that is not that of batch {header.batch}"


def _stored(line: Message, evidence: bytes, start: int) -> Iterator[str]:
    """The bytes of a line lie where it says and have the digests that the chain covers."""
    if line.start != start:
        yield f"{_name(line)}: its bytes begin at {line.start}, those before end at {start}"
    if sha256(evidence).digest() != line.digest:
        yield f"{_name(line)}: its bytes are not those that were logged"
    elif (line.direction in (OUT, AUDIT) or line.definition.startswith("json/")) and (
        sha256(evidence.partition(b"\n")[2]).digest() != line.content
    ):
        yield f"{_name(line)}: its content is not what it is known by"


def _readable(line: Message, body: bytes) -> Iterator[str]:
    """A message that was sent, or had effect, satisfies its schema and is the one that the line names."""
    if line.definition.startswith("json/") or (line.direction == IN and line.outcome != ACCEPTED):
        return
    try:
        opened = open_envelope(body)
    except DecodeError as error:
        yield f"{_name(line)}: it does not satisfy its schema: {error}"
        return
    header = opened.header
    party = header.to_bic if line.direction == OUT else header.from_bic
    if (party, header.business_message_id, opened.document_definition) != (
        line.participant,
        line.message_id,
        line.definition,
    ):
        yield f"{_name(line)}: it is {header.business_message_id} of {party}, {opened.document_definition}"
    if line.direction == IN and opened.document_digest != line.content:
        yield f"{_name(line)}: its document is not the content that it is known by"


def status_in(evidence: bytes) -> pacs002.StatusReport:
    """Return the status that was sent with these bytes. Raises: DecodeError, XMLSyntaxError, IndexError."""
    report: pacs002.StatusReport = pacs002.CODEC.decode(etree.fromstring(evidence.partition(b"\n")[2])[1])
    return report


def unpack(blob: Blob) -> bytes:
    """Return the bytes of a batch. Raises: SealBroken."""
    try:
        return zlib.decompress(blob.content)
    except zlib.error as error:
        raise SealBroken(f"batch {blob.batch}: its bytes cannot be unpacked ({error})") from None


def transfers_in(runs: Runs) -> int:
    """Return how many transfers are named."""
    return sum(ids for _, ids in runs)


def _name(line: Message) -> str:
    way = "to" if line.direction == OUT else "from"
    message = f"{line.definition} {way} {line.participant}, {line.message_id}"
    return f"batch {line.batch}, line {line.position} ({message})"
