"""What a payment is for, as its order says: beside the payment, whose own record is written with every status."""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.decision import Rejected, Step, Table
from corridor.domain.instants import iso_date
from corridor.services.settlement.goods import goods_codes

_HEADING: Final = re.compile(r"(?:[0-9]{2}){1,5}")


class PaymentDetail(msgspec.Struct, frozen=True):
    """Written once with the payment of this number, and only if the order says any of it; "" is not said.

    Shape: `goods_code` has an even number of digits, of the Harmonized System: what all goods paid have in common.
    """

    month: int
    number: int
    category_purpose: str
    purpose: str
    goods_code: str


PAYMENT_DETAIL = Table(
    "payment_detail", PaymentDetail, "month", "number", resident=False, appended=True, monthly=True
)
TABLES: tuple[Table[Any], ...] = (PAYMENT_DETAIL,)


def record(step: Step, order: CreditTransfer, number: int) -> None:
    """Write down what the payment is for, if anything is said."""
    month = int(iso_date(step.now)[:7].replace("-", ""))
    detail = detail_of(order, month, number)
    if detail is not None:
        step.put(PAYMENT_DETAIL, detail)


def detail_of(order: CreditTransfer, month: int, number: int) -> PaymentDetail | None:
    """Return what an order says its payment is for, None if it does not."""
    goods = common_heading(goods_codes(order)) if order.documents else ""
    if order.category_purpose or order.purpose or goods:
        return PaymentDetail(month, number, order.category_purpose or "", order.purpose or "", goods)
    return None


def check(order: CreditTransfer) -> Rejected | None:
    """Say which goods code is none, or None."""
    if order.documents and not all(map(_HEADING.fullmatch, goods_codes(order))):
        return Rejected(
            "CH16", "a goods code has 2, 4, 6, 8 or 10 digits", "RmtInf/Strd/RfrdDocInf/LineDtls/Id/Nb"
        )
    return None


def common_heading(codes: Sequence[str]) -> str:
    """Return the heading that all codes are of, "" if there is none: each two digits divide the goods further.

    >>> common_heading(["8408201000", "8413701000"]), common_heading(["2710", "8408"])
    ('84', '')
    """
    shared = min(codes, default="")
    while shared and not all(code.startswith(shared) for code in codes):
        shared = shared[:-2]
    return shared
