"""Lines: how far a settlement account may go below zero, by whoever may say so."""

from typing import Final

import msgspec

from corridor.decision import ACCOUNT, Accepted, Answer, Rejected, Step
from corridor.domain.money import MAX_MINOR, amount_text
from corridor.ledger.chart import AccountCode
from corridor.services.credit.collateral import covered_line, follow_line, line_account, used_line
from corridor.services.credit.commands import SetCreditLine
from corridor.services.credit.records import CREDIT_LINE, CreditLine
from corridor.services.messaging.commands import SetLimit
from corridor.services.messaging.records import CENTRAL_BANK, PARTICIPANT
from corridor.services.messaging.rules import issues, settlement_account

AGREED: Final = Rejected("AG01", "how far a central bank may owe is what two have agreed", "participant")


def set_limit(step: Step, command: SetLimit) -> Answer:
    """Change, as two treasurers, how far an account may go below zero without collateral, pending amounts counted.

    Where the central bank of the currency has set a line, it alone says how far.
    """
    account = settlement_account(step, command.participant, command.currency)
    if account is None:
        return Rejected("AC01", "no such settlement account", "participant")
    if _is_central_bank(step, command.participant):
        return AGREED
    if step.get(CREDIT_LINE, (command.participant, command.currency)) is not None:
        return Rejected("AG01", "the central bank of the currency has set a line here", "participant")
    if not 0 <= command.limit <= MAX_MINOR:
        return Rejected("AM12", "a limit is zero or an amount", "limit")
    used = used_line(step, account)
    if used > command.limit:
        return Rejected("AM14", f"{amount_text(used, command.currency)} of it is in use", "limit")
    step.put(ACCOUNT, msgspec.structs.replace(account, credit_limit=command.limit))
    return Accepted()


def set_credit_line(step: Step, command: SetCreditLine) -> Answer:
    """Set the line of an account, as the central bank of its currency; its limit is that, as far as it is secured."""
    if not issues(step, command.origin.signer, command.currency):
        return Rejected("AG01", "only the central bank of the currency lends it so", "currency")
    account = settlement_account(step, command.participant, command.currency)
    if account is None or account.code != AccountCode.SETTLEMENT:
        return Rejected("AC03", "no such settlement account", "participant")
    if _is_central_bank(step, command.participant):
        return AGREED
    if not 0 <= command.line <= MAX_MINOR:
        return Rejected("AM12", "a line is zero or an amount", "line")
    line = CreditLine(command.participant, command.currency, command.line)
    return cover_line(step, line, "line") or Accepted()


def cover_line(step: Step, line: CreditLine, field: str) -> Rejected | None:
    """Let the account's limit follow its line and collateral; refuse the `field` if more than they cover is in use."""
    used, due = used_line(step, line_account(step, line)), covered_line(step, line)
    if used > due:
        in_use, covered = (amount_text(each, line.currency) for each in (used, due))
        return Rejected("AM14", f"{in_use} is in use, and no more than {covered} would be covered", field)
    follow_line(step, line)
    return None


def _is_central_bank(step: Step, bic: str) -> bool:
    participant = step.get(PARTICIPANT, bic)
    return participant is not None and participant.role == CENTRAL_BANK
