"""What a payment is for is written down once, if its order says so; wrong goods and missing contracts are refused."""

from decimal import Decimal

import pytest

from corridor.codecs.iso20022.pacs008 import DocumentLine, ReferredDocument
from corridor.domain.money import Money
from corridor.services.compliance.commands import SetContractPolicy, SetScreeningPolicy
from corridor.services.compliance.screening import Hit, Screening
from corridor.services.fx.commands import PostFixing
from corridor.services.instant.commands import ReleasePayment
from corridor.services.instant.details import PAYMENT_DETAIL, PaymentDetail, common_heading
from corridor.services.messaging import commands
from corridor.services.settlement.payments import PAYMENT
from tests.world import FUNDS, LIST, PAMR, SEVR, World

CONTRACT = ReferredDocument(type="CONT", number="7/26")


def invoice(*codes: str, kind: str = "PTCD") -> ReferredDocument:
    lines = tuple(DocumentLine(type=kind, number=code) for code in codes)
    return ReferredDocument(type="CINV", number="118", lines=lines)


@pytest.fixture
def world():
    return World().found()


def details(world: World) -> list[PaymentDetail]:
    return list(world.store.rows[PAYMENT_DETAIL].values())


def test_it_is_kept_under_the_payment_s_number(world):
    order = world.order(1, purpose="GDDS", category_purpose="TRAD", documents=(invoice("2710194210"),))
    world.pay(order)
    world.report(order.uetr, "ACCP")
    number = world.store.rows[PAYMENT][order.uetr].number
    assert details(world) == [PaymentDetail(202611, number, "TRAD", "GDDS", "2710194210")]


def test_nothing_is_written_of_what_says_nothing_or_is_refused(world):
    world.pay(world.order(1))
    world.pay(world.order(2, purpose="GDDS", creditor_agent="NOPERUM0"))
    world.pay(world.order(3, purpose="GDDS", interbank_settlement_amount=Money(FUNDS + 1, "RUB")))
    world.pay(world.order(4, documents=(invoice("AB-7", kind="MDNB"), CONTRACT)))
    assert details(world) == []


def test_a_payment_that_is_held_has_its_detail_before_it_is_released(world):
    world.operate(SetScreeningPolicy, on_hit="hold", hold_limit_s=600)
    hit = Screening(LIST, (Hit("Иван Петров", "UN", "QDi.1", "Ivan Petrov", 97, "both words"),))
    order = world.order(1, purpose="DEPD")
    world.pay(order, hit)
    assert [each.purpose for each in details(world)] == ["DEPD"]
    world.operate(ReleasePayment, uetr=order.uetr)
    assert world.store.rows[PAYMENT][order.uetr].status == "ACSP"
    assert len(details(world)) == 1


@pytest.mark.parametrize(
    ("codes", "heading"),
    [
        ([], ""),
        (["8703231981"], "8703231981"),
        (["8408201000", "8413701000"], "84"),
        (["84", "8413701000"], "84"),
        (["8408201000", "8703231981"], ""),
        (["8408", "8409"], "84"),
    ],
)
def test_goods_are_known_by_what_they_have_in_common(codes, heading):
    assert common_heading(codes) == heading


@pytest.mark.parametrize("code", ["", "8", "841", "84A1", "84137010001", "٨٤"])
def test_what_is_no_goods_code_is_refused(world, code):
    world.pay(world.order(1, documents=(invoice("84", code),)))
    assert world.heard(SEVR) == ["RJCT CH16"]


def test_a_third_currency_is_settled_as_any_other(world):
    """Whoever issues it here is its central bank; whoever settles in it holds an account."""
    world.operate(
        commands.AddParticipant,
        bic="CBYYCNB0",
        name="CBYYCNB0",
        role="central_bank",
        currencies=("CNY",),
        key=world.new_key("CBYYCNB0"),
    )
    yuan = ("CNY",)
    for bic in ("YUANRUM0", "YUANTJ20"):
        facts = {"bic": bic, "name": bic, "role": "bank", "currencies": yuan}
        world.operate(commands.AddParticipant, **facts, key=world.new_key(bic))
    for bic in ("CBYYCNB0", "YUANRUM0", "YUANTJ20"):
        for state in ("certified", "active"):
            world.operate(commands.SetParticipantState, bic=bic, state=state)
    world.fund("CBYYCNB0", "YUANTJ20", "CNY", 500_00)
    amount = Money(200_00, "CNY")
    order = world.order(1, "YUANTJ20", "YUANRUM0", interbank_settlement_amount=amount)
    world.pay(order)
    world.report(order.uetr, "ACCP", signer="YUANRUM0")
    assert (world.balance("YUANTJ20", "CNY"), world.balance("YUANRUM0", "CNY")) == (300_00, 200_00)
    origin = world.origin("CBYYCNB0", definition="json/fixings")
    assert world.submit(PostFixing(origin, "2026-11-18", "USD", "CNY", Decimal("7.18"))).status == "accepted"


# contracts


def test_goods_from_an_amount_on_need_a_contract(world):
    world.operate(SetContractPolicy, currency="RUB", from_amount=100_00)
    world.pay(world.order(1, purpose="GDDS"))
    world.pay(world.order(2, documents=(invoice("27"),)))
    assert world.heard(SEVR) == ["RJCT RR07", "RJCT RR07"]
    world.pay(world.order(3, purpose="GDDS", documents=(invoice("27"), CONTRACT)))
    world.pay(world.order(4, purpose="GDDS", interbank_settlement_amount=Money(99_99, "RUB")))
    world.pay(world.order(5, purpose="DEPD"))
    world.pay(world.order(6, purpose="GDDS", interbank_settlement_amount=Money(500_00, "TJS")))
    assert world.heard(SEVR)[2:] == []
    assert world.heard(PAMR) == ["pacs.008"] * 4


def test_zero_asks_for_none_again(world):
    world.operate(SetContractPolicy, currency="RUB", from_amount=1)
    world.operate(SetContractPolicy, currency="RUB", from_amount=0)
    world.pay(world.order(1, purpose="GDDS"))
    assert world.heard(PAMR) == ["pacs.008"]


@pytest.mark.parametrize(("currency", "amount", "reason"), [("ZZZ", 1, "AM03"), ("RUB", 10**18, "AM12")])
def test_what_is_no_policy_is_refused(world, currency, amount, reason):
    answer = world.submit(world.operation(SetContractPolicy, currency=currency, from_amount=amount))
    assert (answer.status, reason in answer.body.decode()) == ("refused", True)


def test_a_policy_takes_two_persons_of_compliance(world):
    told = world.submit(world.operation(SetContractPolicy, currency="RUB", from_amount=1))
    assert b'"proposal"' in told.body
    world.pay(world.order(1, purpose="GDDS"))
    assert world.heard(PAMR) == ["pacs.008"], "one person alone has changed nothing"
