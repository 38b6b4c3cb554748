"""Signed requests about correspondent accounts: what the bank that keeps one says, and the bank that owns it."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from corridor.codecs.errors import DecodeError
from corridor.gateway.forms import Amount, Bic, CurrencyCode, IsoDate, MinorUnits, Request
from corridor.services.messaging.commands import Command, Origin
from corridor.services.settlement.correspondents import commands
from corridor.services.settlement.correspondents.reconciliation import ENTRIES_MAX

AccountNumber = Annotated[int, msgspec.Meta(ge=1, le=2**48, description="As the answer to the offer says.")]
EntryNumber = Annotated[
    int, msgspec.Meta(ge=1, le=2**48, description="ClrSysRef of the payment, or of the notification.")
]
CreditDebit = Annotated[
    Literal["CRDT", "DBIT"],
    msgspec.Meta(description="As the servicer's book has it: CRDT is owed to the owner."),
]


class CorrespondentOfferRequest(Request, frozen=True, kw_only=True):
    """Offer, as one of the two banks, that the servicer keeps an account for the owner.

    `overdraft`: how far the owner may owe. `ceiling`: how much the servicer may owe; without one there is no limit.
    """

    account_servicer: Bic
    account_owner: Bic
    currency: CurrencyCode
    overdraft: Amount | None = None
    ceiling: Amount | None = None

    def command(self, origin: Origin) -> Command:
        return commands.OfferCorrespondent(
            origin,
            self.account_servicer,
            self.account_owner,
            self.currency,
            self._minor(self.overdraft, "overdraft"),
            self._minor(self.ceiling, "ceiling"),
        )

    def _minor(self, amount: Amount | None, field: str) -> int:
        if amount is None:
            return 0
        if amount.currency != self.currency:
            raise DecodeError("The account is in another currency.", field=f"{field}.currency", reason="CURR")
        return amount.money(field).minor


class CorrespondentAcceptanceRequest(Request, frozen=True, kw_only=True):
    """Take an offered correspondent account as it stands, as the other bank."""

    account: AccountNumber

    def command(self, origin: Origin) -> Command:
        return commands.AcceptCorrespondent(origin, self.account)


class CorrespondentClosureRequest(Request, frozen=True, kw_only=True):
    """Take an offer back, decline it, want an account closed, or agree to that once nothing is on it."""

    account: AccountNumber

    def command(self, origin: Origin) -> Command:
        return commands.CloseCorrespondent(origin, self.account)


class CorrespondentFundingRequest(Request, frozen=True, kw_only=True):
    """Bring settlement money to an account, as its owner."""

    account: AccountNumber
    amount: Amount

    def command(self, origin: Origin) -> Command:
        money = self.amount.money("amount")
        return commands.FundCorrespondent(origin, self.account, money.minor, money.currency)


class CorrespondentWithdrawalRequest(Request, frozen=True, kw_only=True):
    """Take back settlement money from an account, as its owner."""

    account: AccountNumber
    amount: Amount

    def command(self, origin: Origin) -> Command:
        money = self.amount.money("amount")
        return commands.WithdrawCorrespondent(origin, self.account, money.minor, money.currency)


class StatedEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of your own book, under the hub's number."""

    number: EntryNumber
    amount: MinorUnits
    credit_debit: CreditDebit


class ReconciliationRequest(Request, frozen=True, kw_only=True):
    """Say what your own book has of a business day of an account, to hear what differs; entries may be left out."""

    account: AccountNumber
    day: IsoDate
    closing_balance: Amount
    credit_debit: CreditDebit
    count: Annotated[int, msgspec.Meta(ge=0, le=2**48)]
    entries: Annotated[tuple[StatedEntry, ...], msgspec.Meta(max_length=ENTRIES_MAX)] = ()

    def command(self, origin: Origin) -> Command:
        closing = self.closing_balance.money("closing_balance")
        return commands.ReconcileCorrespondent(
            origin,
            account=self.account,
            day=self.day,
            currency=closing.currency,
            closing=_signed(closing.minor, self.credit_debit),
            count=self.count,
            entries=tuple(
                commands.MirrorEntry(each.number, _signed(int(each.amount), each.credit_debit))
                for each in self.entries
            ),
        )


def _signed(amount: int, credit_debit: str) -> int:
    return amount if credit_debit == "CRDT" else -amount


CORRESPONDENT_REQUESTS: Final[Mapping[str, type[Request]]] = {
    "/v1/correspondents": CorrespondentOfferRequest,
    "/v1/correspondents/accept": CorrespondentAcceptanceRequest,
    "/v1/correspondents/close": CorrespondentClosureRequest,
    "/v1/correspondents/fund": CorrespondentFundingRequest,
    "/v1/correspondents/withdraw": CorrespondentWithdrawalRequest,
    "/v1/correspondents/reconcile": ReconciliationRequest,
}
