"""The hub's side of a correspondence, as far as it signs: real keys, real headers, real envelopes."""

import msgspec

from corridor.adapters.keys.software import Ed25519Key
from corridor.client.profile import Profile
from corridor.codecs.iso20022.envelope import seal_envelope
from corridor.codecs.iso20022.head001 import Header
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.codecs.jws import HubHeader, compose, signing_input
from corridor.domain.instants import iso

HUB, BANK = "CORRXXM0", "SEVRRUM0"
HUB_KEY = Ed25519Key(b"H" * 32)
BANK_KEY = Ed25519Key(b"B" * 32)
NOW = 1_795_486_525_123_456
UETR = "97ed4827-7b6f-4491-a06f-b548d5a7512d"
PROFILE = Profile(
    bic=BANK,
    hub=HUB,
    environment="sandbox",
    url="http://127.0.0.1:1",
    key_id=f"{BANK}-1",
    hub_keys={f"{HUB}-1": HUB_KEY.public},
)


def sign(protected, payload, key=HUB_KEY):
    return compose(protected, key.sign(signing_input(protected, payload)))


def header(hub=HUB, environment="sandbox", key_id=f"{HUB}-1"):
    return HubHeader(hub, environment, key_id)


def head(batch):
    return batch.to_bytes(32, "big")


def receipt(letter, *, batch=7, status=202, answer=None, made_by=None, key=HUB_KEY, at=NOW, **facts):
    """Return status, signature and body of the hub's answer to a letter."""
    said = {
        "signer": BANK,
        "message_id": letter.message_id,
        "content": letter.digest,
        "batch": batch,
        "position": 0,
        "at": iso(at),
    }
    if answer is not None:
        said["answer"] = answer
    body = msgspec.json.encode(said | facts)
    protected = (made_by or header()).receipt(BANK, at, batch - 1, head(batch - 1))
    return status, sign(protected, body, key), body


def status_of(uetr=UETR, status="ACSC", number=1):
    return StatusReport(
        message_id=f"{HUB}-{BANK}-{number}", created_at=NOW, original_uetr=uetr, transaction_status=status
    )


def payload(message, definition="pacs.002.001.10"):
    return seal_envelope(
        Header(
            from_bic=HUB,
            to_bic=BANK,
            business_message_id=message.message_id,
            message_definition_id=definition,
            created_at=NOW,
        ),
        message,
    )


def line(number, content=None, *, signed_as=None, to=BANK, made_by=None, key=HUB_KEY):
    """Return a line of the mailbox's stream."""
    content = payload(status_of(number=number)) if content is None else content
    protected = (made_by or header()).message(to, NOW, signed_as or number, number, head(number))
    said = {"number": number, "signature": sign(protected, content, key), "payload": content.decode()}
    return msgspec.json.encode(said) + b"\n"
