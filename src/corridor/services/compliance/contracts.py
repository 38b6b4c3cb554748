"""Payments for goods that need a contract: from which amount on, in each currency, as two persons decide."""

from typing import Final

from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.domain.errors import CorridorError
from corridor.domain.money import MAX_MINOR, currency
from corridor.services.compliance.commands import SetContractPolicy
from corridor.services.compliance.records import CONTRACT_POLICY, ContractPolicy

CONTRACT: Final = "CONT"
"""ExternalDocumentType1Code."""
FOR_GOODS: Final = frozenset({"GDDS", "GDSV"})
"""ExternalPurpose1Code: goods; goods and services."""


def set_contract_policy(step: Step, command: SetContractPolicy) -> Answer:
    """Decide from which amount on a payment for goods names its contract."""
    try:
        currency(command.currency)
    except CorridorError as error:
        return Rejected(error.reason, error.message, "currency")
    if not 0 <= command.from_amount <= MAX_MINOR:
        return Rejected("AM12", "this is an amount, or zero to ask for none", "from_amount")
    step.put(CONTRACT_POLICY, ContractPolicy(command.currency, command.from_amount))
    return Accepted()


def ask_for_contract(step: Step, order: CreditTransfer) -> Rejected | None:
    """Refuse a payment for goods that names no contract where one is required; its order says what it is for."""
    amount = order.interbank_settlement_amount
    policy = step.get(CONTRACT_POLICY, amount.currency)
    if policy is None or not 0 < policy.from_amount <= amount.minor:
        return None
    if not (order.purpose in FOR_GOODS or any(document.lines for document in order.documents)):
        return None
    if any(document.type == CONTRACT for document in order.documents):
        return None
    return Rejected("RR07", "a payment for goods of this amount names its contract", "RmtInf/Strd/RfrdDocInf")
