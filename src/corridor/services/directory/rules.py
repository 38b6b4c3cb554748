"""Who may say whose a phone number is, and whom a payment to it reaches."""

import re
from collections.abc import Iterable

import msgspec

from corridor.decision import Accepted, Answer, Handler, Key, Rejected, Step, Table
from corridor.domain.accounts import parse_other_account
from corridor.domain.errors import CorridorError
from corridor.services.directory.commands import RegisterAlias, RemoveAlias
from corridor.services.directory.payee import mask_name
from corridor.services.directory.records import ACTIVE, ALIAS, REMOVED, Alias
from corridor.services.messaging import records as messaging
from corridor.services.messaging.commands import Command
from corridor.services.messaging.rules import refuse_silently

NAME_MAX = 140
"""Max140Text: the longest name that a payment can carry."""

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def register_alias(step: Step, command: RegisterAlias) -> Answer:
    """Make a phone number stand for an account of the signer's customer, whatever the signer said before.

    A number belongs to one bank: another bank's registration is refused until the first has removed it.
    The bank must settle in the account's currency, or no payment could reach it.
    """
    bank = command.origin.signer
    if not _E164.fullmatch(command.phone):
        return Rejected("BE23", "the phone number is not in E.164", "phone")
    if step.get(messaging.SETTLEMENT_ACCOUNT, (bank, command.currency)) is None:
        return Rejected("AM03", "the bank does not settle in this currency", "currency")
    try:
        parse_other_account(command.account, field="account")  # which an IBAN satisfies, too
    except CorridorError as error:
        return Rejected(error.reason, error.message, "account")
    if not 0 < len(command.name.strip()) <= len(command.name) <= NAME_MAX or not command.name.isprintable():
        return Rejected("BE21", f"a name has 1 to {NAME_MAX} printable characters", "name")
    try:
        masked_name = mask_name(command.name)
    except CorridorError as error:  # a name without a letter
        return Rejected(error.reason, error.message, "name")
    known = step.get(ALIAS, command.phone)
    if known is not None and known.state == ACTIVE and known.participant != bank:
        return Rejected("BE23", "another bank has registered this phone number", "phone")
    step.put(
        ALIAS,
        Alias(
            phone=command.phone,
            participant=bank,
            currency=command.currency,
            account=command.account,
            name=command.name,
            masked_name=masked_name,
            registered_at=step.now,
        ),
    )
    return Accepted()


def remove_alias(step: Step, command: RemoveAlias) -> Answer:
    """Free a phone number. The record stays, and says so."""
    known = resolve(step, command.phone)
    if isinstance(known, Rejected):
        return known
    if known.participant != command.origin.signer:
        return Rejected("BE23", "another bank has registered this phone number", "phone")
    step.put(ALIAS, msgspec.structs.replace(known, state=REMOVED))
    return Accepted()


def resolve(step: Step, phone: str) -> Alias | Rejected:
    """Whom a payment to this phone number reaches, or BE23.

    Raises: Missing, as the directory is not kept in memory.
    """
    alias = step.get(ALIAS, phone)
    if alias is None or alias.state != ACTIVE:
        return Rejected("BE23", "nobody has registered this phone number", "phone")
    return alias


def _keys(command: RegisterAlias | RemoveAlias) -> Iterable[tuple[Table[Alias], Key]]:
    return ((ALIAS, command.phone),)


HANDLERS: dict[type[Command], Handler] = {
    RegisterAlias: Handler(register_alias, refuse_silently, _keys),
    RemoveAlias: Handler(remove_alias, refuse_silently, _keys),
}
