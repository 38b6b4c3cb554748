"""What moves a payment: three messages of banks, and two decisions of operators."""

from corridor.codecs.iso20022 import pacs002, pacs008, pacs028
from corridor.services.compliance.screening import Screening
from corridor.services.messaging.commands import Command


class CreditTransfer(Command, frozen=True):
    """A debtor agent orders a payment; all parties' names have been screened."""

    message: pacs008.CreditTransfer
    screening: Screening


class StatusReport(Command, frozen=True):
    """A creditor agent accepts (ACCP), refuses (RJCT), or has credited its customer (ACCC)."""

    message: pacs002.StatusReport


class StatusRequest(Command, frozen=True):
    """One of the two agents asks where a payment stands."""

    message: pacs028.StatusRequest


class ReleasePayment(Command, frozen=True):
    """A held payment is to go on, as two persons want; it is decided anew."""

    uetr: str


class RefusePayment(Command, frozen=True):
    """A person refuses a held payment."""

    uetr: str
