"""What the hub would tell each participant of its accounts at the end, against what became of everything."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from corridor.adapters.memory.reads import MemoryStatements
from corridor.codecs.iso20022.account_report import SIZE_BYTES_MAX
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.jws import HubHeader
from corridor.decision import BALANCE
from corridor.domain.instants import DAY, iso_date
from corridor.reports.pages import Page, signed_parts
from corridor.services.messaging.records import SETTLEMENT_ACCOUNT
from corridor.services.settlement.legs import PRINCIPAL
from corridor.services.settlement.payments import CREDITED, SETTLED

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town


def wrong(town: "Town") -> Iterator[str]:
    """Yield what is wrong: days that do not follow from each other, money that nobody paid, what cannot be read."""
    header = HubHeader(town.hub_bic, town.environment, f"{town.hub_bic}-1")
    statements = MemoryStatements(town.disk, town.hub_key, header, town.hub_bic)
    for account in list(town.disk.rows[SETTLEMENT_ACCOUNT].values()):
        owner, currency = account.participant, account.currency
        name, stated = f"the statement of {owner} {currency}", 0
        running = statements.page(owner, currency, "", 1).day
        days = [iso_date(each) for each in range(town.founded_at - DAY, running.ends, DAY)]
        for day in [each for each in days if each < running.date] + [running.date]:
            pages = list(_pages(statements, owner, currency, day))
            turnover = pages[0].turnover
            if turnover.opening != stated:
                yield f"{name} opens {day} with {turnover.opening}, not {stated}"
            stated = turnover.closing
            for page in pages:
                open_envelope(signed_parts(page, header)[1], size_bytes_max=SIZE_BYTES_MAX)
                yield from _unpaid(town, page)
            if sum(entry.amount for page in pages for entry in page.entries) != stated - turnover.opening:
                yield f"{name} has other entries on {day} than it adds up to"
        balance = town.disk.rows[BALANCE].get(account.account_id)
        stored = balance.credits_posted - balance.debits_posted if balance else 0
        if stated != stored:
            yield f"{name} ends with {stated}, stored is {stored}"


def _pages(statements: MemoryStatements, owner: str, currency: str, day: str) -> Iterator[Page]:
    page = statements.page(owner, currency, day, 1)
    yield page
    for number in range(2, page.turnover.pages + 1):
        yield statements.page(owner, currency, day, number)


def _unpaid(town: "Town", page: Page) -> Iterator[str]:
    for entry in page.entries:
        if entry.code != PRINCIPAL:
            continue
        payment = town.watching.payments.get(entry.reference)
        if payment is None or payment.status not in (SETTLED, CREDITED):
            yield f"{page.participant} is told of {entry.reference}, which has not settled"
        elif abs(entry.amount) not in (payment.source_amount, payment.destination_amount):
            yield f"{page.participant} is told another amount of {entry.reference}: {entry.amount}"
