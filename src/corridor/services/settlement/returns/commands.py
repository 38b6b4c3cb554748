"""What gives a payment back: one message of a creditor agent."""

from corridor.codecs.iso20022 import pacs004
from corridor.services.messaging.commands import Command


class ReturnPayment(Command, frozen=True):
    """The creditor agent of a payment that is final gives back what it received."""

    message: pacs004.PaymentReturn
