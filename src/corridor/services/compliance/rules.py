"""Screening is never silently off: no payment is decided without a result of the list in force."""

from corridor.decision import Accepted, Again, Answer, Handler, Rejected, Step
from corridor.services.compliance.commands import ActivateList, SetContractPolicy, SetScreeningPolicy
from corridor.services.compliance.contracts import set_contract_policy
from corridor.services.compliance.records import (
    CURRENT,
    HOLD,
    LIST_IN_FORCE,
    REFUSE,
    SCREENING_POLICY,
    ListInForce,
    ScreeningPolicy,
)
from corridor.services.compliance.screening import Screening
from corridor.services.messaging.commands import Command
from corridor.services.messaging.rules import refuse_silently

DAY_S = 86_400


def activate_list(step: Step, command: ActivateList) -> Answer:
    """Put a version of the list in force; what was screened against another is screened again."""
    if not command.version or not command.version.isprintable() or command.entries <= 0:
        return Rejected("CH20", "a list has a version and entries", "version")
    step.put(LIST_IN_FORCE, ListInForce(CURRENT, command.version, command.entries, step.now))
    return Accepted()


def set_screening_policy(step: Step, command: SetScreeningPolicy) -> Answer:
    """Decide what a hit means."""
    if command.on_hit not in (REFUSE, HOLD):
        return Rejected("CH20", 'on a hit a payment is "refuse"d or "hold"', "on_hit")
    if not 0 < command.hold_limit_s <= DAY_S:
        return Rejected("CH20", "a hold lasts one second to one day", "hold_limit_s")
    step.put(SCREENING_POLICY, ScreeningPolicy(CURRENT, command.on_hit, command.hold_limit_s))
    return Accepted()


def judge(step: Step, screening: Screening) -> ScreeningPolicy | Again | Rejected | None:
    """Return None for clean names, the policy if hits are to be held, else a mere RR04."""
    in_force = step.get(LIST_IN_FORCE, CURRENT)
    if in_force is None:
        return Rejected("RR04", "no screening list is in force")
    if screening.version != in_force.version:
        return Again(in_force.version)
    if not screening.hits:
        return None
    policy = step.get(SCREENING_POLICY, CURRENT)
    if policy is not None and policy.on_hit == HOLD:
        return policy
    return Rejected("RR04", "regulatory reason")


HANDLERS: dict[type[Command], Handler] = {
    ActivateList: Handler(activate_list, refuse_silently),
    SetScreeningPolicy: Handler(set_screening_policy, refuse_silently),
    SetContractPolicy: Handler(set_contract_policy, refuse_silently),
}
