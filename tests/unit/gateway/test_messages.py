"""POST /v1/messages: a payment through the door, what is stored of a message, how a wrong one is told."""

import zlib
from hashlib import sha256

import pytest

from corridor.codecs.iso20022.admi002 import MessageReject
from corridor.codecs.iso20022.pacs028 import StatusRequest
from corridor.services.messaging.records import BLOB, IN, MESSAGE
from tests.unit.gateway.house import check_hub
from tests.world import FUNDS, PAMR, SEVR

pytestmark = pytest.mark.anyio


def stored(house, signer):
    """Return the lines of the log for what a participant sent, each with its evidence."""
    found = []
    for line in house.store.rows[MESSAGE].values():
        if (line.participant, line.direction) == (signer, IN):
            blob = zlib.decompress(house.store.rows[BLOB][line.month, line.batch].content)
            signature, _, body = blob[line.start : line.start + line.size].partition(b"\n")
            found.append((line, signature.decode(), body))
    return found


async def test_a_payment_through_the_door(house):
    receipt = await house.sevr.send(house.sevr.order(1))
    assert receipt.status == 202
    assert receipt.json["message_id"] == f"{SEVR}-m1"
    assert "answer" not in receipt.json, "a receipt says nothing about the payment"
    check_hub(receipt.headers["corridor-signature"], receipt.body)

    (forwarded,) = await house.pamr.mailbox(wait=5)
    assert forwarded.document_definition == "pacs.008.001.13"
    assert (await house.pamr.send(house.pamr.report(1, "ACCP"))).status == 202
    (settled,) = await house.sevr.mailbox(wait=5)
    assert settled.message.transaction_status == "ACSC"
    assert house.world.balance(PAMR, "RUB") == FUNDS + 100_00


async def test_what_is_stored_is_what_was_sent(house):
    body = house.sevr.order(1)
    exchange = house.sevr.start("/v1/messages", body)
    sent = dict(exchange._scope["headers"])[b"corridor-signature"].decode()
    assert (await exchange.answer()).status == 202
    line, signature, evidence = stored(house, SEVR)[-1]
    assert (signature, evidence) == (sent, body), "the exact bytes and their signature"
    assert line.number == house.sevr.number
    assert line.definition == "pacs.008.001.13"
    document = body[body.index(b"<Document") : body.index(b"</Document>") + len(b"</Document>")]
    assert line.content == sha256(document).digest()


async def test_the_same_message_gets_the_same_receipt_whenever_it_was_signed(house):
    body = house.sevr.order(1)
    first = await house.sevr.send(body)
    again = await house.sevr.send(body)
    assert again.body == first.body
    assert len(await house.pamr.mailbox(wait=1)) == 1


async def test_a_question_is_answered_by_what_is_durable(house):
    await house.sevr.send(house.sevr.order(1))
    order = house.world.order(1)
    asked = StatusRequest(message_id="q1", created_at=house.clock.now(), original_uetr=order.uetr)
    receipt = await house.sevr.send(house.sevr.envelope(asked, "pacs.028.001.03"))
    assert receipt.status == 202
    (status,) = await house.sevr.mailbox(wait=5)
    assert status.message.transaction_status == "ACSP"


def truncated(bank):
    return bank.order(1)[:-40]


def with_a_doctype(bank):
    return b"<!DOCTYPE Envelope>" + bank.order(1)


def of_another_schema(bank):
    return bank.order(1).replace(b"ChrgBr>", b"Chrg>")


def without_a_currency(bank):
    return bank.order(1).replace(b' Ccy="RUB"', b"")


def with_a_header_of_no_namespace(bank):
    return bank.order(1).replace(b"urn:iso:std:iso:20022:tech:xsd:head.001.001.02", b"")


def of_too_many_decimals(bank):
    return bank.order(1).replace(b"100.00<", b"100.001<")


def of_an_unknown_definition(bank):
    return bank.order(1).replace(b"pacs.008.001.13", b"pacs.010.001.03")


def not_xml(bank):
    return b'{"pay": "everything"}'


def empty(bank):
    return b""


def in_another_encoding(bank):
    return bank.order(1).decode().encode("utf-16")


def from_another(bank):
    return bank.envelope(bank.house.world.order(1), "pacs.008.001.13", from_bic=PAMR)


def to_another(bank):
    return bank.envelope(bank.house.world.order(1), "pacs.008.001.13", to_bic=PAMR)


def instructed_by_another(bank):
    return bank.order(1, instructing_agent=PAMR)


def instructing_another(bank):
    return bank.order(1, instructed_agent=PAMR)


def that_only_the_hub_sends(bank):
    reject = MessageReject(related_reference="m1", reason="NARR")
    return bank.envelope(reject, "admi.002.001.01", business_message_id="r1")


REFUSED = [
    (truncated, "FF01"),
    (with_a_doctype, "FF01"),
    (of_another_schema, "CH17"),
    (without_a_currency, "CH21"),
    (with_a_header_of_no_namespace, "FF01"),
    (of_too_many_decimals, "CH20"),
    (of_an_unknown_definition, "FF01"),
    (not_xml, "FF01"),
    (empty, "FF01"),
    (in_another_encoding, "FF01"),
    (from_another, "DS0G"),
    (to_another, "AGNT"),
    (instructed_by_another, "AGNT"),
    (instructing_another, "AGNT"),
    (that_only_the_hub_sends, "FF01"),
]


@pytest.mark.parametrize(("build", "reason"), REFUSED, ids=lambda value: getattr(value, "__name__", value))
async def test_authenticated_but_wrong_is_stored_and_answered_through_the_mailbox(house, build, reason):
    body = build(house.sevr)
    receipt = await house.sevr.send(body)
    assert receipt.status == 202
    check_hub(receipt.headers["corridor-signature"], receipt.body)
    (told,) = await house.sevr.mailbox(wait=5)
    assert told.document_definition == "admi.002.001.01"
    assert told.message.reason == reason
    assert told.message.related_reference == receipt.json["message_id"]
    line, _, evidence = stored(house, SEVR)[-1]
    assert (line.outcome, line.reason, evidence) == ("refused", reason, body)
    assert house.metric("refusals_total", reason=reason) == 1
    assert house.world.balance(SEVR, "RUB") == FUNDS
    assert not await house.pamr.mailbox()
    assert (await house.sevr.send(body)).body == receipt.body, "the same message, the same answer"
