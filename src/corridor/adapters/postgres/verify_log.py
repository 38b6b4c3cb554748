"""The log against itself: the chain of heads, the bytes under their digests, and who signed them."""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import sha256

import asyncpg
import msgspec

from corridor.adapters.keys.software import verifier
from corridor.adapters.postgres import schema
from corridor.adapters.postgres.blobs import unpack
from corridor.adapters.postgres.findings import Findings
from corridor.adapters.postgres.log_batches import Logged, batches, transfers_in
from corridor.adapters.postgres.sealing import Sealing
from corridor.adapters.postgres.verify_audit import REGISTRY, Trails
from corridor.codecs.errors import DecodeError
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.jws import DeliveredHeader, InvalidJWS, SentHeader, audience, parse, signing_input
from corridor.domain.instants import SECOND, Instant, iso
from corridor.ledger.transfers import Transfer
from corridor.ports import SealBroken, Verifier
from corridor.services.governance import operations
from corridor.services.messaging.admission import FOUNDING, GATEWAY, TIME_WINDOW
from corridor.services.messaging.commands import Found, Origin
from corridor.services.messaging.records import ACCEPTED, AUDIT, IN, OUT, Message, SigningKey

Connection = asyncpg.Connection
Chain = Callable[[bytes, int, Instant, Sequence[Message], Sequence[Transfer]], bytes]

_ORPHANS = """
SELECT count(*) FROM message m
 WHERE NOT EXISTS (SELECT FROM blob b WHERE (b.month, b.batch) = (m.month, m.batch))
"""
_KEYS = """
SELECT key_id, participant, algorithm, public, valid_from, valid_until, revoked_at FROM signing_key
"""
_delivered = msgspec.json.Decoder(DeliveredHeader)


class Log:
    """The invariants of the log, asked batch by batch in one reading."""

    def __init__(
        self, hub: str, environment: str, chain: Chain, keys: Sequence[SigningKey], sample: int
    ) -> None:
        self._hub = hub
        self._environment = environment
        self._link = chain
        self._keys = {key.key_id: key for key in keys}
        self._verifiers: dict[bytes, Verifier] = {}
        self._sample = sample
        self.chain = Findings("chain")
        self.bytes = Findings("bytes")
        self.signatures = Findings("signatures")
        self.outgoing = Findings("outgoing")
        self.schemas = Findings("schemas")
        self.trails = Trails()

    @property
    def findings(self) -> tuple[Findings, ...]:
        """What was found so far."""
        trails = (self.trails.audit, self.trails.four_eyes)
        return (self.chain, self.bytes, self.signatures, self.outgoing, self.schemas, *trails)

    def read(self, batch: Logged) -> None:
        """Ask every invariant of one batch."""
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
            elif line.direction == IN and line.participant != GATEWAY:
                founding = line.participant == FOUNDING
                said = self._founding if founding else self._signature
                self.signatures.judge(said(line, first, body))
            elif line.direction == AUDIT:
                self.trails.read(line, body, before, ordered)
            before, ordered = line, body
            if line.direction not in (IN, OUT) or line.participant in (GATEWAY, FOUNDING):
                continue
            if (line.batch + line.position) % self._sample == 0:
                self.schemas.judge(_readable(line, body))
        if filled != len(batch.content):
            size = len(batch.content)
            self.bytes.breaks(f"batch {batch.blob.batch}: its lines cover {filled} of {size} bytes")

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
                known = self._verifiers[key.public] = verifier(key.algorithm, key.public)
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


async def read_log(
    db: Connection, sealing: Sealing, chain: Chain, environment: str, sample: int
) -> tuple[Findings, ...]:
    """Read the whole log in order: nothing is missing, and batch follows batch up to the hub's own line."""
    line = await db.fetchrow("SELECT bic, batch, at, head FROM hub")
    if line is None:
        return ()
    keys = [SigningKey(*row) for row in await db.fetch(_KEYS)]
    log = Log(line["bic"], environment, chain, keys, sample)
    last, at, head, named = 0, 0, bytes(32), 0
    async for batch in batches(db, sealing):
        blob = batch.blob
        if blob.batch != last + 1:
            log.chain.breaks(f"after batch {last} comes batch {blob.batch}")
        else:
            batch.before = head
        if blob.at < at:
            log.chain.breaks(f"batch {blob.batch} is older than the one before it")
        log.read(batch)
        last, at, head = blob.batch, blob.at, blob.head
        named += transfers_in(batch.named or ())
    if (last, at, head) != (line["batch"], line["at"], line["head"]):
        log.chain.breaks(f"the log ends with batch {last}, but the hub has committed batch {line['batch']}")
    stored = await db.fetchval("SELECT count(*) FROM transfer")
    if named != stored:
        log.chain.breaks(f"the log names {named} transfers, but {stored} are stored")
    for table in REGISTRY:
        query = f"SELECT {', '.join(name for name, _, _ in schema.columns(table))} FROM {table.name}"  # noqa: S608  our own
        log.trails.compare(table, [table.record(*row) for row in await db.fetch(query)])
    if orphans := await db.fetchval(_ORPHANS):
        log.chain.breaks(f"{orphans} lines of the log belong to no batch")
    return log.findings


def _name(line: Message) -> str:
    way = "to" if line.direction == OUT else "from"
    message = f"{line.definition} {way} {line.participant}, {line.message_id}"
    return f"batch {line.batch}, line {line.position} ({message})"
