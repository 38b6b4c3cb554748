"""The watch has nothing to say of a day as it was, and notices each thing that was not so."""

from decimal import Decimal

import msgspec
import pytest

from corridor.decision import ACCOUNT, BALANCE, PENDING, TRANSFER
from corridor.domain.money import Money
from corridor.hub.batch import chain
from corridor.reports.invariants import INVARIANTS
from corridor.reports.watch import Watch
from corridor.services.compliance.commands import SetScreeningPolicy
from corridor.services.compliance.screening import Hit, Screening
from corridor.services.credit.records import CREDIT_LINE, FACILITY, FACILITY_DAY, PLEDGE
from corridor.services.fx.records import FX_EXPOSURE, OPEN_QUOTES, QUOTE
from corridor.services.governance.commands import Approve
from corridor.services.instant.commands import ReleasePayment
from corridor.services.messaging.commands import SetLimit, SetParticipantState
from corridor.services.messaging.records import IDENTITY, MAILBOX, MESSAGE, PARTICIPANT
from corridor.services.settlement.payments import PAYMENT
from tests.rig import answer_of
from tests.unit.services.credit.lending import Lending
from tests.unit.services.settlement.settling import ZARA, Settling
from tests.world import LIST, agreed

CREDIT = ("facilities", "interest", "collateral")
HIT = Screening(LIST, (Hit("a", "b", "c", "d", 100, "e"),))


@pytest.fixture(scope="module")
def batches():
    """Everything that can become of a payment, once."""
    world = Lending().found()
    world.operate(SetScreeningPolicy, on_hit="hold", hold_limit_s=60)
    for n, answers in enumerate((("ACCP", "ACCC"), ("RJCT",), ()), start=1):
        world.pay(world.order(n))
        for answer in answers:
            world.report(world.order(n).uetr, answer, reason="AC03" if answer == "RJCT" else None)
    quote = world.quote(1_000_00)
    world.pay(world.order(4, interbank_settlement_amount=Money(1_000_00, "RUB"), agreed_rate=agreed(quote)))
    world.report(world.order(4).uetr, "ACCP")
    held = world.order(5)
    world.pay(held, HIT)
    for person in ("alice", "bob"):
        world.submit(ReleasePayment(world.origin(f"operator:{person}"), uetr=held.uetr))
    world.report(held.uetr, "ACCP")
    world.quote(1_000_00)
    world.advance(100)
    world.lent()
    world.draw(100_00)
    world.line(1_000_00)
    world.pledge("a", 500_00)
    world.advance(86_400)
    world.repay(10_00)
    return [batch.writes for batch in world.batches]


def watched(batches):
    watch = Watch(chain)
    said = [broken for writes in batches for broken in watch.commit(writes)]
    return watch, [*said, *watch.finish()]


def test_a_day_as_it_was(batches):
    watch, said = watched(batches)
    assert said == []
    assert set(watch.checked) <= set(INVARIANTS)
    assert all(
        watch.checked[name] > 0 for name in (*CREDIT, "legs", "quotes", "evidence", "rebuild", "conversions")
    )


def last(table, fits=lambda _record: True, **changes):
    """Change the last record of a table that fits."""

    def change(batches):
        for i in reversed(range(len(batches))):
            records = list(batches[i].rows.get(table, ()))
            for j in reversed(range(len(records))):
                if fits(records[j]):
                    records[j] = msgspec.structs.replace(records[j], **changes)
                    rows = {**batches[i].rows, table: records}
                    return [*batches[:i], msgspec.structs.replace(batches[i], rows=rows), *batches[i + 1 :]]
        raise AssertionError("nothing fits")

    return change


def left_out(batches):
    return [*batches[:-2], batches[-1]]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("facilities", last(FACILITY, interest_due=1)),
        ("facilities", last(FACILITY, lambda f: f.days, limit_amount=1)),
        ("interest", last(FACILITY_DAY, interest_amount=7)),
        ("interest", last(FACILITY, days=2)),
        ("collateral", last(PLEDGE, haircut_bps=5_000)),
        ("collateral", last(CREDIT_LINE, line_amount=7)),
        ("balances", last(BALANCE, debits_posted=7)),
        ("conservation", last(BALANCE, credits_posted=7)),
        ("limits", last(BALANCE, lambda b: b.debits_posted, debits_pending=10**15)),
        ("transfers", last(TRANSFER, lambda t: t.amount, credit_account_id=4711)),
        ("pending", last(PENDING, status=1)),
        ("legs", last(TRANSFER, lambda t: t.flags == 2, amount=3)),
        ("payments", last(PAYMENT, lambda p: p.status == "ACSC", open=True)),
        ("states", last(PAYMENT, lambda p: p.status == "ACSC", source_amount=1)),
        ("times", last(PAYMENT, lambda p: p.reason == "AB05", final_at=1)),
        ("evidence", last(MESSAGE, lambda m: m.direction + m.definition == "outpacs.008.001.13", definition="x")),
        ("mailboxes", last(MAILBOX, last_number=1)),
        ("identities", last(IDENTITY, message_id="SEVRRUM0-1", signer="SEVRRUM0")),
        ("numbers", last(PAYMENT, number=10**9)),
        ("quotes", last(QUOTE, lambda q: q.status == "spent", spent_by=1)),
        ("conversions", last(QUOTE, lambda q: q.status == "open", remainder=Decimal(5))),
        ("exposures", last(FX_EXPOSURE, amount=5)),
        ("exposures", last(OPEN_QUOTES, quotes=5)),
        ("chain", last(MESSAGE, reason="XX00")),
        ("chain", left_out),
    ],
    ids=lambda value: value if isinstance(value, str) else "",  # functions have no name that stays
)  # fmt: skip
def test_what_was_not_so_is_noticed(batches, name, change):
    _, said = watched(change(batches))
    assert name in {broken.name for broken in said}


def test_an_account_that_is_changed_beside_its_bank_is_no_new_one():
    """Found by seed 20456312: nothing had ever moved on it, and its bank was suspended in the same batch."""
    world = Settling().found()
    limit = answer_of(world.submit(world.operation(SetLimit, participant=ZARA, currency="RUB", limit=1)))
    approved = {"proposal": limit["proposal"], "digest": limit["digest"]}
    world.submit(
        world.operation(Approve, by="bob", **approved),
        world.operation(SetParticipantState, bic=ZARA, state="suspended"),
    )
    rows = world.batches[-1].writes.rows
    assert {ACCOUNT, PARTICIPANT} <= rows.keys()
    _, said = watched([batch.writes for batch in world.batches])
    assert said == []
