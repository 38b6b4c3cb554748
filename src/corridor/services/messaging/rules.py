"""Participants and accounts: what operators decide, and refusals as messages."""

import re

import msgspec

from corridor.codecs.iso20022.admi002 import MessageReject
from corridor.decision import ACCOUNT, Accepted, Answer, Handler, Rejected, Step
from corridor.ledger.accounts import Account, AccountFlag
from corridor.ledger.chart import AccountCode
from corridor.ledger.results import TransferResult
from corridor.ledger.transfers import FIRST_CALLER_ID, Transfer
from corridor.services.messaging import commands, keys, operators
from corridor.services.messaging.records import (
    ACTIVE,
    ADDED,
    BANK,
    CASE,
    CENTRAL_BANK,
    CERTIFIED,
    FX_PROVIDER,
    HUB,
    MAILBOX,
    PARTICIPANT,
    ROLES,
    SETTLEMENT_ACCOUNT,
    SUSPENDED,
    Case,
    Participant,
    SettlementAccount,
)

NEXT_STATES = {ADDED: (CERTIFIED,), CERTIFIED: (ACTIVE,), ACTIVE: (SUSPENDED,), SUSPENDED: (ACTIVE,)}
ACCOUNT_CODES = {
    BANK: AccountCode.SETTLEMENT,
    FX_PROVIDER: AccountCode.SETTLEMENT,
    CENTRAL_BANK: AccountCode.ISSUE,
    HUB: AccountCode.FEES,
}
NAME_MAX = 140
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?")
FUNDING = 1
"""The transfer code of money issued by a central bank. Codes of payments stand in the service of payments."""


def add_participant(step: Step, command: commands.AddParticipant) -> Answer:
    """Register an institution with a settlement account in each of its currencies."""
    if not _BIC.fullmatch(command.bic):
        return Rejected("RC01", "a participant is named by its BIC", "bic")
    if not command.name.isprintable() or not 1 <= len(command.name) <= NAME_MAX:
        return Rejected("BE21", f"a name has 1 to {NAME_MAX} printable characters", "name")
    if command.role not in ROLES:
        return Rejected("CH20", f"no such role: {command.role}", "role")
    if step.get(PARTICIPANT, command.bic) is not None:
        return Rejected("DU01", "the participant exists", "bic")
    step.put(PARTICIPANT, Participant(command.bic, step.number(), command.name, command.role, ADDED))
    for currency in command.currencies:
        code = ACCOUNT_CODES[command.role]
        limited = AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS if code is AccountCode.SETTLEMENT else 0
        account = Account(step.number(), command.bic, currency, int(code), int(limited))
        step.put(ACCOUNT, account)
        step.put(SETTLEMENT_ACCOUNT, SettlementAccount(command.bic, currency, account.id))
    return Accepted() if command.key is None else keys.register_key(step, command.bic, command.key)


def set_participant_state(step: Step, command: commands.SetParticipantState) -> Answer:
    """Move a participant along its life: added, certified, active, suspended, active again."""
    participant = step.get(PARTICIPANT, command.bic)
    if participant is None:
        return Rejected("RC01", "no such participant", "bic")
    if command.state not in NEXT_STATES[participant.state]:
        return Rejected(
            "CH20", f"a participant that is {participant.state} cannot be {command.state}", "state"
        )
    step.put(PARTICIPANT, msgspec.structs.replace(participant, state=command.state))
    return Accepted()


def set_frozen(step: Step, command: commands.SetFrozen) -> Answer:
    """Freeze or thaw a settlement account."""
    account = settlement_account(step, command.participant, command.currency)
    if account is None:
        return Rejected("AC01", "no such settlement account", "participant")
    flags = account.flags & ~AccountFlag.FROZEN | (AccountFlag.FROZEN if command.frozen else 0)
    step.put(ACCOUNT, msgspec.structs.replace(account, flags=int(flags)))
    return Accepted()


def fund_account(step: Step, command: commands.FundAccount) -> Answer:
    """Move money from a central bank's issue account to a settlement account in the same currency.

    For the first day; afterwards a pacs.009 does it (services/settlement/funding).
    """
    issuer = settlement_account(step, command.origin.signer, command.currency)
    if issuer is None or issuer.code != AccountCode.ISSUE:
        return Rejected("AG01", "only the central bank of the currency issues it", "currency")
    account = settlement_account(step, command.participant, command.currency)
    if account is None or account.code != AccountCode.SETTLEMENT:
        return Rejected("AC03", "no such settlement account", "participant")
    transfer = Transfer(step.number(), issuer.id, account.id, command.amount, command.currency, code=FUNDING)
    (result,) = step.post((transfer,))
    if result is not TransferResult.OK:
        return Rejected("AM09", result.name.lower().replace("_", " "), "amount")
    return Accepted()


def post_transfers(step: Step, command: commands.PostTransfers) -> Answer:
    """Post each transfer on its own; the answer lists those that failed as pairs of index and result."""
    for index, transfer in enumerate(command.transfers):
        if transfer.id < FIRST_CALLER_ID:
            text = f"ids below {FIRST_CALLER_ID} are the hub's own"
            return Rejected("CH16", text, f"transfers[{index}].id")
    results = step.post_each(command.transfers)
    failed = [(i, int(result)) for i, result in enumerate(results) if result]
    return Accepted(msgspec.json.encode(failed) if failed else b"")


def acknowledge(step: Step, command: commands.Acknowledge) -> Answer:
    """Record how far a participant holds its mailbox."""
    mailbox = step.get(MAILBOX, command.participant)
    if mailbox is None or command.number > mailbox.last_number:
        return Rejected("DU02", "the mailbox does not reach so far", "number")
    if command.number > mailbox.acknowledged:
        step.put(MAILBOX, msgspec.structs.replace(mailbox, acknowledged=command.number))
    return Accepted()


def close_case(step: Step, command: commands.CloseCase) -> Answer:
    """Mark a case as dealt with."""
    case = step.get(CASE, command.case)
    if case is None or case.closed_at is not None:
        return Rejected("CH21", "no such open case", "case")
    step.put(CASE, msgspec.structs.replace(case, closed_at=step.now))
    return Accepted()


def open_case(step: Step, kind: str, participant: str, text: str) -> int:
    """Record something that needs a person; return its number."""
    number = step.number()
    step.put(CASE, Case(number, kind, participant, step.payment, text, step.now))
    return number


def refused(_step: Step, command: commands.Refused) -> Answer:
    """Pass on what the gateway found wrong."""
    return Rejected(command.reason, command.text, command.field)


def refuse_message(step: Step, command: commands.Command, rejected: Rejected) -> None:
    """Tell an authenticated sender by admi.002 that its message as such is refused."""
    signer = command.origin.signer
    if command.origin.asked or step.get(PARTICIPANT, signer) is None:
        return
    text = f"{rejected.field}: {rejected.text}" if rejected.field else rejected.text
    step.send(
        signer,
        MessageReject(
            related_reference=command.origin.message_id,
            reason=rejected.reason,
            rejected_at=step.now,
            description=text[:350],
        ),
    )


def refuse_silently(_step: Step, _command: commands.Command, _rejected: Rejected) -> None:
    """The sender reads the refusal in the answer to its request; nothing goes to a mailbox."""


def settlement_account(step: Step, participant: str, currency: str) -> Account | None:
    """Return the account that holds a participant's money in a currency."""
    entry = step.get(SETTLEMENT_ACCOUNT, (participant, currency))
    return None if entry is None else step.get(ACCOUNT, entry.account_id)


def issues(step: Step, bank: str, currency: str) -> bool:
    """Say whether a bank is the central bank of a currency."""
    account = settlement_account(step, bank, currency)
    return account is not None and account.code == AccountCode.ISSUE


HANDLERS: dict[type[commands.Command], Handler] = {
    commands.AddParticipant: Handler(add_participant, refuse_silently),
    commands.AddKey: Handler(keys.add_key, refuse_silently),
    commands.RevokeKey: Handler(keys.revoke_key, refuse_silently),
    commands.Found: Handler(operators.found, refuse_silently),
    commands.AddOperator: Handler(operators.add_operator, refuse_silently),
    commands.SetOperatorRoles: Handler(operators.set_operator_roles, refuse_silently),
    commands.SetOperatorState: Handler(operators.set_operator_state, refuse_silently),
    commands.SetParticipantState: Handler(set_participant_state, refuse_silently),
    commands.SetFrozen: Handler(set_frozen, refuse_silently),
    commands.FundAccount: Handler(fund_account, refuse_silently),
    commands.PostTransfers: Handler(post_transfers, refuse_silently),
    commands.Acknowledge: Handler(acknowledge, refuse_silently),
    commands.CloseCase: Handler(close_case, refuse_silently),
    commands.Refused: Handler(refused, refuse_message),
}
