"""Statements as messages: a page of a settlement account's business day, as camt.053 or camt.052.

A day that has ended is told as a statement, always in the same bytes; the day that runs as a report of what there is
so far. Time is the hub's: a day has ended once a batch of a later one is durable, for only then nothing can be added.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, Self

import msgspec

from corridor.codecs.iso20022.account_report import Balance, Summary
from corridor.codecs.iso20022.camt052 import CODEC as REPORT
from corridor.codecs.iso20022.camt052 import Report
from corridor.codecs.iso20022.camt053 import CODEC as STATEMENT
from corridor.codecs.iso20022.camt053 import Statement
from corridor.codecs.iso20022.camt054 import Entry
from corridor.codecs.iso20022.envelope import seal_envelope
from corridor.codecs.iso20022.head001 import Header
from corridor.codecs.jws import HubHeader
from corridor.domain.errors import CorridorError
from corridor.domain.instants import DAY, Instant
from corridor.domain.money import Money, amount_text, decimal_text
from corridor.reports.statements import KINDS, Day, Moved, NotBegun, Unbalanced
from corridor.services.credit.records import CREDIT_FEE, DRAWDOWN, INTEREST, REPAYMENT
from corridor.services.messaging.rules import FUNDING
from corridor.services.settlement.cycles import NET
from corridor.services.settlement.funding.orders import OUT
from corridor.services.settlement.legs import FEE, PRINCIPAL
from corridor.services.settlement.pvp.settling import PVP
from corridor.services.settlement.returns.records import RETURN

ENTRIES: Final = 256
"""Of one page; the last one has fewer."""
DAYS: Final = 31
"""How far back a statement can be asked for at the door: its opening balance is reckoned back from today's."""
_TRANSFERS: Final = {True: "RCDT", False: "ICDT"}
"""Credit transfers, received and issued: the families of most entries, by whether they are credits."""
_MISCELLANEOUS: Final = {True: "MCOP", False: "MDOP"}
_CASH: Final = {True: "FCDP", False: "FCWD"}
_SUB_FAMILIES: Final[Mapping[int, str]] = {FUNDING: "FICT", OUT: "FICT", NET: "ASET", RETURN: "RRTN"}
"""Financial institution credit transfers, the settlement of a clearing, and returns of payments."""
_WHOLE: Final[Mapping[int, tuple[str, str, str]]] = {
    PVP: ("FORX", "SPOT", "OTHR"),
    DRAWDOWN: ("LDAS", "FTLN", "DDWN"),
    REPAYMENT: ("LDAS", "FTLN", "PPAY"),
    INTEREST: ("LDAS", "FTLN", "INTR"),
    CREDIT_FEE: ("LDAS", "FTLN", "FEES"),
}


class TooOld(CorridorError):
    """Statements are given for the last 31 days; the operator has those before."""

    reason = "DT01"


class NoSuchPage(CorridorError):
    """The statement has fewer pages."""

    reason = "CH16"


class Turnover(msgspec.Struct, frozen=True):
    """What a whole day adds up to, in minor units."""

    opening: int
    credits: int
    credit_entries: int
    debits: int
    debit_entries: int

    @classmethod
    def of(cls, opening: int, amounts: Sequence[int]) -> Self:
        """Return what amounts add up to, positive ones being credits."""
        credits_, debits = [each for each in amounts if each > 0], [-each for each in amounts if each < 0]
        return cls(opening, sum(credits_), len(credits_), sum(debits), len(debits))

    @property
    def closing(self) -> int:
        """What there is at its end, or so far."""
        return self.opening + self.credits - self.debits

    @property
    def pages(self) -> int:
        """How many there are; a day without entries has one, too."""
        return max(1, -(-(self.credit_entries + self.debit_entries) // ENTRIES))

    def require_page(self, number: int) -> None:
        """Raises: NoSuchPage."""
        if number > self.pages:
            raise NoSuchPage(f"the last page is {self.pages}", field="page")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page of an account's day, and the moment of it: all that the hub had decided up to a batch."""

    hub: str
    batch: int
    at: Instant
    head: bytes
    participant: str
    currency: str
    day: Day
    turnover: Turnover
    reserved: int
    number: int
    entries: Sequence[Moved]

    @property
    def has_ended(self) -> bool:
        """Whether nothing can be added to the day."""
        return self.at >= self.day.ends


def require_day(day: Day, now: Instant) -> None:
    """Raises: NotBegun, TooOld."""
    if day.begins > now:
        raise NotBegun(field="day")
    if day.ends + DAYS * DAY <= now:
        raise TooOld(field="day")


def signed_parts(page: Page, header: HubHeader) -> tuple[bytes, bytes]:
    """Return the protected header and the envelope, for the signer to sign for the participant.

    Raises: Unbalanced, if the entries of a day on one page are not what it adds up to.
    """
    message = render(page)
    envelope = Header(
        from_bic=page.hub,
        to_bic=page.participant,
        business_message_id=message.message_id,
        message_definition_id=(STATEMENT if isinstance(message, Statement) else REPORT).definition,
        created_at=message.created_at,
    )
    protected = header.receipt(page.participant, page.at, page.batch, page.head)
    return protected, seal_envelope(envelope, message)


def render(page: Page) -> Statement | Report:
    """Return the page as a message. Raises: Unbalanced."""
    turnover, day, currency = page.turnover, page.day, page.currency
    if (
        turnover.pages == 1
        and sum(each.amount for each in page.entries) != turnover.credits - turnover.debits
    ):
        raise Unbalanced("its entries are not what its day adds up to", field=page.participant)
    count = turnover.credit_entries + turnover.debit_entries
    net = turnover.credits - turnover.debits
    facts: dict[str, Any] = {
        "page": page.number,
        "is_last_page": page.number == turnover.pages,
        "begins_at": day.begins,
        "account": f"{page.participant}-{currency}",
        "account_currency": currency,
        "account_owner": page.participant,
        "account_servicer": page.hub,
        "summary": Summary(
            entries=count,
            turnover=_decimal(turnover.credits + turnover.debits, currency),
            net=_decimal(abs(net), currency),
            net_credit_debit=_side(net),
            credit_entries=turnover.credit_entries,
            credits=_decimal(turnover.credits, currency),
            debit_entries=turnover.debit_entries,
            debits=_decimal(turnover.debits, currency),
        ),
        "entries": tuple(
            _entry(page, each, place)
            for place, each in enumerate(page.entries, (page.number - 1) * ENTRIES + 1)
        ),
    }
    if page.has_ended:
        compact = day.date.replace("-", "")
        return Statement(
            **facts,
            message_id=f"{page.participant}{currency}{compact}-{page.number}",
            created_at=day.ends,
            report_id=f"{page.participant}-{currency}-{day.date}",
            sequence=(day.ends - 1) // DAY,
            ends_at=day.ends,
            balances=_balances(page, OPBD=turnover.opening, CLBD=turnover.closing),
        )
    free = turnover.closing - page.reserved
    return Report(
        **facts,
        message_id=f"{currency}{page.batch}-{page.number}",
        created_at=page.at,
        report_id=f"{currency}{page.batch}",
        sequence=page.batch,
        ends_at=page.at,
        balances=_balances(page, OPBD=turnover.opening, ITBD=turnover.closing, ITAV=free),
        additional_information=f"reserved {amount_text(page.reserved, currency)}",
    )


def _balances(page: Page, **balances: int) -> tuple[Balance, ...]:
    return tuple(
        Balance(
            type=type_,
            amount=Money(abs(balance), page.currency),
            credit_debit=_side(balance),
            date=page.day.date,
        )
        for type_, balance in balances.items()
    )


def _entry(page: Page, moved: Moved, place: int) -> Entry:
    domain, family, sub_family = bank_transaction_code(page.participant, moved)
    is_credit, is_uetr = moved.amount > 0, "-" in moved.reference
    # A clearing account is the participant's own: with whom a cycle is settled nobody can say.
    other = None if moved.counterparty == page.participant else moved.counterparty
    return Entry(
        reference=str(place),
        amount=Money(abs(moved.amount), page.currency),
        credit_debit=_side(moved.amount),
        status="BOOK",
        booked_at=moved.at,
        value_date=page.day.date,
        servicer_reference=str(moved.transfer),
        domain=domain,
        family=family,
        sub_family=sub_family,
        uetr=moved.reference if is_uetr else None,
        clearing_system_reference=None if is_uetr else moved.reference or None,
        debtor_agent=other if is_credit else None,
        creditor_agent=None if is_credit else other,
        additional_information=KINDS.get(moved.code, f"code {moved.code}"),
    )


def bank_transaction_code(participant: str, moved: Moved) -> tuple[str, str, str]:
    """Return domain, family and sub-family of an entry: as in the camt.054 that told of it, where one did.

    Source: ExternalBankTransactionDomain1Code, -Family1Code and -SubFamily1Code.
    """
    is_credit = moved.amount > 0
    if moved.code in _WHOLE:
        return _WHOLE[moved.code]
    if moved.code == FEE:
        return "PMNT", _MISCELLANEOUS[is_credit], "FEES"
    if moved.code == PRINCIPAL and participant == moved.provider:
        return "PMNT", "CNTR", _CASH[is_credit]
    sub_family = _SUB_FAMILIES.get(moved.code, "OTHR")
    if moved.code == PRINCIPAL:
        at_home = participant[4:6] == moved.counterparty[4:6] and not moved.provider
        sub_family = "DMCT" if at_home else "XBCT"
    return "PMNT", _TRANSFERS[is_credit], sub_family


def _side(amount: int) -> str:
    return "DBIT" if amount < 0 else "CRDT"


def _decimal(minor: int, currency: str) -> Decimal:
    return Decimal(decimal_text(minor, currency))
