"""The story of a payment as rows: who, to whom, what."""

import zlib

import pytest

from corridor.cli.story import Leg, Line, tell
from corridor.decision import TRANSFER
from corridor.domain.money import Money
from corridor.services.messaging.records import BLOB, MESSAGE
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.returns.records import RETURNED_PAYMENT
from tests.contract import busy_day
from tests.contract.signed_world import SignedWorld
from tests.rig import HUB
from tests.world import ALFX, PAMR, SEVR

NAMES = {SEVR: "sevr", PAMR: "pamr", ALFX: "alfx", HUB: "hub", "": "-"}


@pytest.fixture(scope="module")
def world() -> SignedWorld:
    return busy_day.live(SignedWorld(), crowd=0)


def story(world: SignedWorld, n: int) -> list[str]:
    """Return a payment's story, a line for each event, in whole seconds."""
    rows = world.store.rows
    payment = rows[PAYMENT][busy_day.uetr(world, n)]
    returned = rows[RETURNED_PAYMENT].get(payment.uetr)
    blobs = {blob.batch: zlib.decompress(blob.content) for blob in rows[BLOB].values()}
    lines = [
        Line(m, blobs[m.batch][m.start : m.start + m.size])
        for m in rows[MESSAGE].values()
        if m.payment in (payment.number, returned.number if returned else 0) and m.payment
    ]
    transfers = [rows[TRANSFER][payment.first_transfer + i] for i in range(payment.legs)]
    legs = [
        Leg(str(t.debit_account_id), str(t.credit_account_id), Money(t.amount, t.currency)) for t in transfers
    ]
    said = []
    for event in tell(payment, HUB, lines, legs):
        sender, receiver = NAMES.get(event.sender, event.sender), NAMES[event.receiver]
        said.append(f"{event.after.partition('.')[0]} s {sender}>{receiver}: {event.what}")
    return said


def told(world: SignedWorld, n: int) -> list[str]:
    """Return the same without accounts and times of settlement, which are the world's own."""
    return [line.partition(", settled at")[0].partition(" from ")[0] for line in story(world, n)]


AC03 = "AC03, Creditor account number invalid or missing"
AB05 = "AB05, Transaction stopped due to timeout at the Creditor Agent."


def test_a_settled_payment(world):
    assert told(world, busy_day.CREDITED) == [
        "+0 s sevr>hub: orders 100.00 RUB to PAMRTJ20",
        "+0 s ->-: reserves 100.00 RUB",
        "+0 s hub>pamr: asks for a promise to credit 100.00 RUB",
        "+0 s pamr>hub: promises to credit on ACSC",
        "+0 s ->-: moves 100.00 RUB",
        "+0 s hub>sevr: says ACSC",
        "+0 s hub>pamr: says ACSC",
        "+0 s pamr>hub: has credited its customer",
        "+0 s hub>sevr: says ACCC",
    ]


def test_a_payment_that_was_given_back(world):
    closed = "AC04, Account number specified has been closed on the bank of account's books."
    assert told(world, busy_day.RETURNED)[7:] == [
        f"+0 s pamr>hub: gives back 100.00 RUB: {closed}",
        "+0 s ->-: moves 100.00 RUB back;",
        f"+0 s hub>sevr: passes on that it gives back 100.00 RUB: {closed}",
        "+0 s hub>sevr: says of the return ACSC",
        "+0 s hub>pamr: says of the return ACSC",
        f"+0 s pamr>hub: gives back 100.00 RUB: {closed}; refused: DU03, Transaction is not unique.",
        "+0 s hub>pamr: rejects the message: DU03, Transaction is not unique.",
    ]


def test_a_refused_payment(world):
    assert told(world, busy_day.REFUSED)[3:] == [
        f"+0 s pamr>hub: refuses: {AC03}",
        "+0 s ->-: releases 100.00 RUB",
        f"+0 s hub>sevr: says RJCT: {AC03}",
        f"+0 s hub>pamr: says RJCT: {AC03}",
    ]


def test_silence_and_a_late_answer(world):
    assert told(world, busy_day.SILENT)[3:] == [
        "+7 s ->-: time is up",
        "+7 s ->-: releases 100.00 RUB",
        f"+7 s hub>sevr: says RJCT: {AB05}",
        f"+7 s hub>pamr: says RJCT: {AB05}",
        "+8 s pamr>hub: promises to credit on ACSC",
        f"+8 s hub>pamr: says RJCT: {AB05}",
    ]


def test_a_question(world):
    assert "+0 s sevr>hub: asks where the payment stands" in story(world, busy_day.SETTLED)


def test_a_conversion(world):
    lines = story(world, busy_day.CONVERTED)
    assert "orders 1000.00 RUB to PAMRTJ20 on quote 00000000-" in lines[0]
    assert lines[0].endswith(": 1 TJS for 8.60 RUB") or lines[0].endswith(": 1 TJS for 8.6 RUB")
    assert [part.split()[0] for part in lines[1].split("reserves ")[1].split("; ")] == [
        "1000.00",
        "116.27",
        "10.00",
    ]
    assert lines[2].endswith("asks for a promise to credit 116.27 TJS (10.00 RUB charged by CORRXXM0)")
    assert [line for line in lines if ">alfx" in line] == [
        "+0 s hub>alfx: notifies of +1000.00 RUB",
        "+0 s hub>alfx: notifies of -116.27 TJS",
    ]


def test_a_payment_held_and_released(world):
    lines = told(world, busy_day.HELD)
    assert lines[:2] == ["+0 s sevr>hub: orders 100.00 RUB to PAMRTJ20", "+0 s hub>sevr: says PDNG"]
    assert lines[2:4] == [
        "+0 s operator:alice>hub: wants it released",
        "+0 s operator:bob>hub: wants it released, too",
    ]
    assert lines[4] == "+0 s ->-: reserves 100.00 RUB"


def test_an_order_refused_at_once(world):
    assert told(world, 21) == [
        "+0 s sevr>hub: orders 100.00 RUB to PAMRTJ20; refused: RR04, Regulatory Reason",
        "+0 s hub>sevr: says RJCT: RR04, Regulatory Reason",
    ]
