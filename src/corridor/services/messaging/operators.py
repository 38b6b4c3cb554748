"""The persons who give commands: the founding, and who is registered, changed or suspended later."""

import re
from collections.abc import Sequence

import msgspec

from corridor.decision import Accepted, Answer, Rejected, Step
from corridor.services.messaging import commands
from corridor.services.messaging.admission import OPERATOR
from corridor.services.messaging.keys import enough_registrars, register_key
from corridor.services.messaging.records import ACTIVE, OPERATOR_ROLES, OPERATORS, SUSPENDED, Operator

_NAME = re.compile(OPERATOR + r"[a-z][a-z0-9.\-]{0,31}")


def found(step: Step, command: commands.Found) -> Answer:
    """Register the first operators, at least two of them registrars. It can be done once: while there is nobody."""
    if step.resident(OPERATORS):
        return Rejected("AG01", "the corridor is founded; operators add operators", "founders")
    for founder in command.founders:
        refused = _register(step, founder.name, founder.roles, founder.key)
        if refused is not None:
            return refused
    return enough_registrars(step) or Accepted()


def add_operator(step: Step, command: commands.AddOperator) -> Answer:
    """Register a person with a key, who may act from now on: two others have seen to it."""
    return _register(step, command.name, command.roles, command.key) or Accepted()


def set_operator_roles(step: Step, command: commands.SetOperatorRoles) -> Answer:
    """Replace the roles of a person."""
    person = step.get(OPERATORS, command.name)
    if person is None:
        return Rejected("RC01", "no such operator", "name")
    wrong = _wrong(command.roles)
    if wrong is not None:
        return wrong
    step.put(OPERATORS, msgspec.structs.replace(person, roles=" ".join(sorted(command.roles))))
    return enough_registrars(step) or Accepted()


def set_operator_state(step: Step, command: commands.SetOperatorState) -> Answer:
    """Suspend a person, or let a suspended one act again. Open proposals of a suspended person cannot be executed."""
    person = step.get(OPERATORS, command.name)
    if person is None:
        return Rejected("RC01", "no such operator", "name")
    if (person.state, command.state) not in ((ACTIVE, SUSPENDED), (SUSPENDED, ACTIVE)):
        return Rejected("CH20", f"an operator who is {person.state} cannot be {command.state}", "state")
    step.put(OPERATORS, msgspec.structs.replace(person, state=command.state))
    return enough_registrars(step) or Accepted()


def _register(step: Step, name: str, roles: Sequence[str], key: commands.NewKey) -> Rejected | None:
    if not _NAME.fullmatch(name):
        return Rejected(
            "CH16", f"a name is {OPERATOR} and 1 to 32 small letters, digits, dots or dashes", "name"
        )
    if step.get(OPERATORS, name) is not None:
        return Rejected("DU01", "the operator exists", "name")
    wrong = _wrong(roles)
    if wrong is not None:
        return wrong
    step.put(OPERATORS, Operator(name, " ".join(sorted(roles)), ACTIVE))
    registered = register_key(step, name, key)
    return registered if isinstance(registered, Rejected) else None


def _wrong(roles: Sequence[str]) -> Rejected | None:
    if not roles or len(set(roles)) != len(roles) or not set(roles) <= set(OPERATOR_ROLES):
        return Rejected("CH20", f"roles are of {', '.join(OPERATOR_ROLES)}", "roles")
    return None
