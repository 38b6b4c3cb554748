"""Pledges: collateral taken and released by whoever bears the risk, and what happens when its time has passed."""

import re
from typing import Final

import msgspec

from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.domain.money import MAX_MINOR, amount_text
from corridor.services.credit.accruals import drawn
from corridor.services.credit.collateral import ALL_OF_IT, follow_line, secured_amount
from corridor.services.credit.commands import ReleasePledge, TakePledge
from corridor.services.credit.lines import cover_line
from corridor.services.credit.records import (
    CREDIT_LINE,
    EXPIRED,
    FACILITY,
    HELD,
    OWING,
    PLEDGE,
    RELEASED,
    Pledge,
)
from corridor.services.messaging.rules import issues, open_case, settlement_account

PLEDGES_MAX: Final = 1_000
"""So many may be held by one taker at a time: they are kept in memory."""
_ID: Final = re.compile(r"[!-~](?:[ -~]{0,33}[!-~])?")


def take_pledge(step: Step, command: TakePledge) -> Answer:
    """Count collateral from now on; the limit of the account that it secures follows in the same decision."""
    taker = command.origin.signer
    if not _ID.fullmatch(command.pledge_id):
        return Rejected("CH16", "a pledge is named by 1 to 35 printable characters", "pledge_id")
    if step.get(PLEDGE, (taker, command.pledge_id)) is not None:
        return Rejected("DU01", "a pledge of this name exists", "pledge_id")
    refused = _refusal_of_worth(step, command) or (
        _refusal_for_facility(step, command) if command.facility else _refusal_for_line(step, command)
    )
    if refused is not None:
        return refused
    if sum(pledge.taker == taker for pledge in step.resident(PLEDGE)) >= PLEDGES_MAX:
        return Rejected("DS0K", f"{PLEDGES_MAX} pledges are held; release some", "pledge_id")
    step.put(
        PLEDGE,
        Pledge(
            taker=taker,
            pledge_id=command.pledge_id,
            pledger=command.pledger,
            facility=command.facility,
            currency=command.currency,
            value_amount=command.value,
            haircut_bps=command.haircut_bps,
            valid_until=command.valid_until,
            state=HELD,
            due_at=command.valid_until,
            taken_at=step.now,
        ),
    )
    line = step.get(CREDIT_LINE, (command.pledger, command.currency))
    if line is not None and not command.facility:
        follow_line(step, line)
    return Accepted()


def release_pledge(step: Step, command: ReleasePledge) -> Answer:
    """Give collateral back, unless what is in use or drawn needs it."""
    pledge = step.get(PLEDGE, (command.origin.signer, command.pledge_id))
    if pledge is None or pledge.state != HELD:
        return Rejected("NOOR", "no such pledge is held", "pledge_id")
    _end(step, pledge, RELEASED)
    if pledge.facility:
        needed, left = _needed(step, pledge.facility)
        if needed > left:
            used, covered = (amount_text(each, pledge.currency) for each in (needed, left))
            text = f"{used} is drawn, and no more than {covered} would be covered"
            return Rejected("AM14", text, "pledge_id")
        return Accepted()
    line = step.get(CREDIT_LINE, (pledge.pledger, pledge.currency))
    return Accepted() if line is None else cover_line(step, line, "pledge_id") or Accepted()


def expire_pledge(step: Step, pledge: Pledge) -> None:
    """Count collateral no more. What it secured stays drawn, and nothing further can be."""
    _end(step, pledge, EXPIRED)
    if pledge.facility:
        needed, left = _needed(step, pledge.facility)
        if needed > left:
            used, covered = (amount_text(each, pledge.currency) for each in (needed, left))
            text = f"facility {pledge.facility}: {used} is drawn, {covered} is covered"
            open_case(step, "collateral", pledge.pledger, text)
        return
    line = step.get(CREDIT_LINE, (pledge.pledger, pledge.currency))
    if line is not None:
        follow_line(step, line)


def _refusal_of_worth(step: Step, command: TakePledge) -> Rejected | None:
    if not 0 < command.value <= MAX_MINOR:
        return Rejected("AM12", "a value is an amount", "value")
    if not 0 <= command.haircut_bps <= ALL_OF_IT:
        return Rejected("CH16", "a haircut is from 0 to 10,000 basis points", "haircut_bps")
    if command.valid_until <= step.now:
        return Rejected("DT01", "its time has passed", "valid_until")
    return None


def _refusal_for_line(step: Step, command: TakePledge) -> Rejected | None:
    if not issues(step, command.origin.signer, command.currency):
        return Rejected("CURR", "collateral for a line is in the currency that its taker issues", "currency")
    if settlement_account(step, command.pledger, command.currency) is None:
        return Rejected("AC03", "no such settlement account", "pledger")
    return None


def _refusal_for_facility(step: Step, command: TakePledge) -> Rejected | None:
    facility = step.get(FACILITY, command.facility)
    if facility is None or facility.lender != command.origin.signer or facility.state not in OWING:
        return Rejected("NOOR", "the signer lends under no such facility", "facility")
    if command.pledger != facility.borrower:
        return Rejected("AG01", "the borrower pledges", "pledger")
    if command.currency != facility.currency:
        return Rejected("CURR", f"the facility is in {facility.currency}", "currency")
    return None


def _needed(step: Step, number: int) -> tuple[int, int]:
    """Return what is drawn under a secured facility, and what its collateral counts for."""
    facility = step.get(FACILITY, number)
    assert facility is not None, f"a pledge is held for facility {number}, which is not there"
    return (drawn(step, facility) if facility.secured else 0), secured_amount(step, facility)


def _end(step: Step, pledge: Pledge, state: str) -> None:
    step.put(PLEDGE, msgspec.structs.replace(pledge, state=state, due_at=None, ended_at=step.now))
