"""What a participant holds under the hub's signature: proven here, compared with the log by the hub."""

from typing import Final

import msgspec

from corridor.codecs.errors import DecodeError
from corridor.codecs.jws import DeliveredHeader, InvalidJWS, ReceiptHeader, audience, parse, signing_input
from corridor.gateway.keys import Keys
from corridor.services.messaging.commands import Origin, ReportVoucher

PATH: Final = "/v1/vouchers"


class Evidence(msgspec.Struct, frozen=True):
    """What the hub signed: the place of its log that it names, and the highest batch that must have been."""

    key_id: str
    signer: str
    audience: str
    batch: int
    head: str
    reach: int
    number: int
    signing_input: bytes
    signature: bytes

    def command(self, origin: Origin) -> ReportVoucher:
        """Return what the hub is to compare with its log."""
        head = bytes.fromhex(self.head)
        return ReportVoucher(origin, self.key_id, self.batch, head, self.reach, self.number)


def read_evidence(signature: str, payload: bytes) -> Evidence:
    """Take evidence apart; nothing is verified yet.

    A message of the mailbox belongs to the batch after the one that its header names, an answer names its own.

    Raises: InvalidJWS (DS0B), DecodeError (CH16).
    """
    try:
        message = parse(signature, DeliveredHeader)
    except InvalidJWS:
        pass
    else:
        delivered = message.header
        return Evidence(
            delivered.kid, delivered.iss, delivered.aud, delivered.batch, delivered.head, delivered.batch + 1,
            delivered.num, signing_input(message.protected, payload), message.signature,
        )  # fmt: skip
    answer = parse(signature, ReceiptHeader)
    header = answer.header
    try:
        placed = _decode_receipt(payload).batch if payload else 0
    except msgspec.DecodeError:
        raise DecodeError("What the hub signed is no receipt.", field="payload", reason="CH16") from None
    return Evidence(
        header.kid, header.iss, header.aud, header.batch, header.head, max(header.batch, placed),
        0, signing_input(answer.protected, payload), answer.signature,
    )  # fmt: skip


class Prover:
    """Knows what this hub has signed for a participant in this environment."""

    def __init__(self, keys: Keys, hub: str, environment: str) -> None:
        self._keys = keys
        self._hub = hub
        self._environment = environment

    def prove(self, evidence: Evidence, participant: str) -> None:
        """Raises: DecodeError (DS0D, DS28, DS0B), if it is not the hub's word to this participant."""
        known = self._keys.held(evidence.key_id)
        if known is None or not known.key.participant == evidence.signer == self._hub:
            raise DecodeError("This is no key of the hub.", field="signature", reason="DS0D")
        if evidence.audience != audience(participant, self._environment):
            raise DecodeError("The hub signed this for somebody else.", field="signature", reason="DS28")
        if not known.verifier.verify(evidence.signing_input, evidence.signature):
            raise DecodeError("The hub did not sign these bytes.", field="signature", reason="DS0B")


class _Placed(msgspec.Struct):
    batch: int


_decode_receipt = msgspec.json.Decoder(_Placed).decode
