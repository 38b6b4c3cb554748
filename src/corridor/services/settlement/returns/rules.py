"""What this service adds to the hub, and to the rules of answers above it."""

from corridor.decision import Handler
from corridor.services.messaging.commands import Command
from corridor.services.messaging.rules import refuse_message
from corridor.services.settlement.returns.commands import ReturnPayment
from corridor.services.settlement.returns.records import RETURNED_PAYMENT, TABLES
from corridor.services.settlement.returns.returning import keys, return_payment
from corridor.services.settlement.returns.tellings import in_words

__all__ = ["HANDLERS", "RETURNED_PAYMENT", "TABLES", "in_words"]

HANDLERS: dict[type[Command], Handler] = {ReturnPayment: Handler(return_payment, refuse_message, keys)}
