"""The messages Corridor speaks, in their versions."""

from corridor.codecs.iso20022 import (
    admi002,
    camt050,
    camt052,
    camt053,
    camt054,
    head001,
    pacs002,
    pacs004,
    pacs008,
    pacs009,
    pacs028,
)
from corridor.codecs.iso20022.codec import Codec

Message = (
    pacs008.CreditTransfer
    | pacs002.StatusReport
    | pacs028.StatusRequest
    | pacs004.PaymentReturn
    | pacs009.InstitutionTransfer
    | camt050.LiquidityTransfer
    | camt052.Report
    | camt053.Statement
    | camt054.Notification
    | admi002.MessageReject
)

HEADER = head001.CODEC

MESSAGES: dict[str, Codec] = {
    codec.definition: codec
    for codec in (
        pacs008.CODEC,
        pacs002.CODEC,
        pacs028.CODEC,
        pacs004.CODEC,
        pacs009.CODEC,
        camt050.CODEC,
        camt052.CODEC,
        camt053.CODEC,
        camt054.CODEC,
        admi002.CODEC,
    )
}
