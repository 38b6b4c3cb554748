"""What the hub answers to a message or a request: a receipt, perhaps with a result, perhaps a refusal."""

from hashlib import sha256

import msgspec

from corridor.client.errors import Forged, Refused, TurnedAway
from corridor.client.events import Letter, Receipt
from corridor.domain.errors import CorridorError
from corridor.domain.instants import parse


class _Receipt(msgspec.Struct, frozen=True):
    signer: str
    message_id: str
    content: str
    batch: int
    position: int
    at: str
    answer: msgspec.Raw = msgspec.Raw()


class _Refusal(msgspec.Struct, frozen=True):
    reason: str
    text: str = ""
    field: str = ""


class _Problem(msgspec.Struct, frozen=True):
    title: str = ""
    detail: str = ""
    reason: str = "NARR"
    field: str = ""


_decode_receipt = msgspec.json.Decoder(_Receipt).decode
_decode_refusal = msgspec.json.Decoder(_Refusal).decode
_decode_problem = msgspec.json.Decoder(_Problem).decode


def read_receipt(bic: str, letter: Letter, status: int, signature: str, body: bytes) -> Receipt | Refused:
    """The receipt of this letter, whose signature was verified; a refusal if the status says so.

    Raises: Forged, if it is a receipt for something else.
    """
    try:
        receipt = _decode_receipt(body)
        if status == 422:
            refusal = _decode_refusal(receipt.answer)
        at = parse(receipt.at)
    except (msgspec.DecodeError, CorridorError) as error:
        raise Forged(f"What the hub signed is no receipt: {error}") from None
    if (receipt.signer, receipt.message_id) != (bic, letter.message_id) or (
        receipt.content != letter.digest
        # What the hub could not read as a document it knows by the whole body.
        and receipt.content != sha256(letter.body).hexdigest()
    ):
        raise Forged("The hub signed a receipt for something else.")
    if status == 422:
        return Refused(refusal.text, field=refusal.field or None, reason=refusal.reason)
    return Receipt(
        receipt.message_id, receipt.batch, receipt.position, at, bytes(receipt.answer), body, signature
    )


def read_problem(status: int, body: bytes) -> TurnedAway:
    """What the door says of itself. Nobody signs that."""
    try:
        problem = _decode_problem(body)
    except msgspec.DecodeError:
        problem = _Problem()
    message = problem.detail or problem.title or f"The door answered {status}."
    return TurnedAway(status, message, field=problem.field or None, reason=problem.reason)
