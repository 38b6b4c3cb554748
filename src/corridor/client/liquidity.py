"""The messages that move an institution's own money: to its central bank and from there."""

from corridor.client.profile import Profile
from corridor.codecs.iso20022.camt050 import LiquidityTransfer
from corridor.codecs.iso20022.pacs009 import InstitutionTransfer
from corridor.domain.accounts import settlement_account_name
from corridor.domain.instants import Instant
from corridor.domain.money import Money


def defunding(
    profile: Profile, amount: Money, account: str, message_id: str, uetr: str, now: Instant
) -> LiquidityTransfer:
    """The camt.050 that sends money from the settlement account to an account at the central bank."""
    here = settlement_account_name(profile.bic, amount.currency)
    return _transfer(profile, amount, here, account, message_id, uetr, now)


def funding(
    profile: Profile, amount: Money, account: str, message_id: str, uetr: str, now: Instant
) -> LiquidityTransfer:
    """The camt.050 that asks for money from an account at the central bank."""
    here = settlement_account_name(profile.bic, amount.currency)
    return _transfer(profile, amount, account, here, message_id, uetr, now)


def credit(
    profile: Profile,
    participant: str,
    amount: Money,
    message_id: str,
    uetr: str,
    now: Instant,
    *,
    debtor_account: str | None = None,
    end_to_end_id: str | None = None,
) -> InstitutionTransfer:
    """The pacs.009 with which a central bank puts money into a settlement account.

    Under the UETR of a camt.050 that asked for it, it is the answer. `debtor_account` is the participant's account that
    the central bank has debited; without one the money is its own.
    """
    return InstitutionTransfer(
        message_id=message_id,
        created_at=now,
        settlement_method="CLRG",
        instruction_id=message_id,
        end_to_end_id=end_to_end_id or message_id,
        transaction_id=message_id,
        uetr=uetr,
        interbank_settlement_amount=amount,
        instructing_agent=profile.bic,
        instructed_agent=profile.hub,
        debtor=participant if debtor_account else profile.bic,
        debtor_account=debtor_account,
        creditor=participant,
        creditor_account=settlement_account_name(participant, amount.currency),
    )


def _transfer(
    profile: Profile, amount: Money, debtor: str, creditor: str, message_id: str, uetr: str, now: Instant
) -> LiquidityTransfer:
    return LiquidityTransfer(
        message_id=message_id,
        created_at=now,
        instruction_id=message_id,
        end_to_end_id=message_id,
        transaction_id=message_id,
        uetr=uetr,
        creditor=profile.bic,
        creditor_account=creditor,
        amount=amount,
        debtor=profile.bic,
        debtor_account=debtor,
    )
