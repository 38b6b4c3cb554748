"""The end of a run: whether everything came to its end, everybody knows it, and all money is where it belongs."""

from collections import Counter
from typing import TYPE_CHECKING

from corridor.decision import TRANSFER
from corridor.domain.instants import SECOND, Instant
from corridor.sandbox.bank import IN, RETURNED
from corridor.services.messaging.rules import FUNDING
from corridor.services.settlement.funding.records import FUNDING as DIRECTION_IN
from corridor.services.settlement.payments import CLEARED, CREDITED, SETTLED, Payment
from corridor.simulation.town import correspondents, dealings, statements
from corridor.simulation.town.banks import BankHouse
from corridor.simulation.town.customers import OPENING
from corridor.simulation.town.institutions import IssuerHouse, ProviderHouse
from corridor.simulation.town.treasury import settleable_now, waiting

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

FINAL_WITHIN: Instant = 60 * SECOND
LEFT_ALONE: Instant = 15 * SECOND
RELIEVED_EVERY: Instant = 4 * SECOND
"""So long what waits may still wait for money; then there is enough of it, and every few seconds it is seen to."""
SETTLES_WITHIN: Instant = 2 * SECOND
"""What can settle, and still can after so long, has been overlooked by the settler."""
KNOWN_WITHIN: Instant = 150 * SECOND
"""A participant that was turned away often tries again every half minute."""


def wait(town: "Town") -> None:
    """Let time pass until nothing is left to do, or it should long be done. I17."""
    healed = town.timeline.now
    _pass(town, healed + LEFT_ALONE)
    _ask_settler(town)
    while town.timeline.now < healed + FINAL_WITHIN and not _final(town):
        town.treasury.relieve()
        dealings.wind_up(town)
        _pass(town, town.timeline.now + RELIEVED_EVERY)
    opened = [payment for payment in town.watching.payments.values() if _under_way(payment)]
    town.checked["liveness"] += len(town.watching.payments)
    for payment in opened:
        since = (town.timeline.now - healed) // SECOND
        town.break_("liveness", f"{_name(town, payment)} is {payment.status} {since} s after all was well")
    for sentence in (*waiting(town), *dealings.open_trades(town)):
        town.break_("liveness", sentence)
    while town.timeline.now < healed + KNOWN_WITHIN and _untold(town):
        town.timeline.run(town.timeline.now + SECOND)
    for sentence in _untold(town):
        town.break_("liveness", sentence)


def reckon(town: "Town") -> None:
    """Compare the hub's books, the banks' and the customers'. I6, I7, I10."""
    for broken in town.watching.finish():
        town.break_(*broken)
    money: Counter[tuple[str, str]] = Counter()
    exchanged: Counter[tuple[str, str]] = Counter()
    for payment in town.watching.payments.values():
        settled = payment.status in (SETTLED, CREDITED)
        if settled:
            debit = payment.source_amount + payment.fee_amount
            money[payment.debtor_agent, payment.source_currency] -= debit
            money[payment.creditor_agent, payment.destination_currency] += payment.destination_amount
            if payment.provider:
                exchanged[payment.provider, payment.source_currency] += payment.source_amount
                exchanged[payment.provider, payment.destination_currency] -= payment.destination_amount
        _compare(town, payment, settled)
    for returned in town.watching.returned.values():
        money[returned.creditor_agent, returned.currency] -= returned.amount
        if town.watching.payments[returned.uetr].source_currency == returned.currency:
            money[returned.debtor_agent, returned.currency] += returned.amount
    for bank in town.banks.values():
        _ask_money(town, bank, money)
    for house in town.houses:
        if isinstance(house, ProviderHouse):
            due = {currency: sum_ for (bic, currency), sum_ in exchanged.items() if bic == house.name}
            held = {
                currency: sum_ for currency, sum_ in house.store.positions.items() if sum_ or currency in due
            }
            town.ask("banks", held == due, lambda: f"{house.name} has booked {held}, the hub {due}")  # noqa: B023
    _ask_funding(town)
    for sentence in (*correspondents.mirrors(town), *statements.wrong(town)):
        town.break_("banks", sentence)


def _pass(town: "Town", until: Instant) -> None:
    """Let time pass, but no longer than until everything is final."""
    while town.timeline.now < until and not _final(town):
        town.timeline.run(town.timeline.now + SECOND)


def _ask_settler(town: "Town") -> None:
    """What can settle does. I17.

    While a hub rests after its start, what should have ended may still stand in front of others.
    """
    _pass(town, town.hub.rests_until)
    before = settleable_now(town)
    town.timeline.run(town.timeline.now + SETTLES_WITHIN)
    left = before & settleable_now(town)
    town.ask("liveness", not left, lambda: f"these could settle, and do not: {sorted(left)}")


def _final(town: "Town") -> bool:
    return (
        all(house.up and house.quiet for house in town.houses)
        and not any(_under_way(payment) for payment in town.watching.payments.values())
        and not waiting(town)
        and not dealings.open_trades(town)
    )


def _under_way(payment: Payment) -> bool:
    return payment.open or payment.status == CLEARED


def _untold(town: "Town") -> list[str]:
    """What is still on its way to somebody, or waits for a central bank's word: no deadline ends that."""
    sentences = [
        f"{transfer.direction} {transfer.uetr} still waits for {transfer.central_bank}"
        for transfer in town.watching.liquidity.values()
        if transfer.open
    ]
    for house in town.houses:
        last, read = len(town.disk.mail[house.name]), house.store.place.mailbox
        if read != last:
            sentences.append(f"{house.name} has done {read} of {last} messages in its mailbox")
        if not house.quiet:
            sentences.append(f"{house.name} has {house.machine.on_the_way} messages on the way")
        if isinstance(house, BankHouse):
            sentences += [
                f"{house.name} does not know what became of {town.story.name(payment.uetr)}: {payment.status}"
                for payment in house.store.payments.values()
                if payment.status not in ("RJCT", "ACCC", RETURNED)
                and (payment.direction == IN or payment.status != "ACSC")
            ]
    return sentences


def _compare(town: "Town", payment: Payment, settled: bool) -> None:
    debtor = town.banks[payment.debtor_agent].store.payments.get(payment.uetr)
    creditor = town.banks[payment.creditor_agent].store.payments.get(payment.uetr)
    returned = payment.uetr in town.watching.returned
    ends = (RETURNED,) if returned else ("ACSC", "ACCC")
    knows = debtor is not None and (debtor.status in ends) == settled
    town.ask(
        "banks", knows, lambda: f"{_name(town, payment)} is {payment.status}, its debtor agent has {debtor}"
    )
    if payment.forwarded_at is not None:
        due = RETURNED if returned else "ACCC" if settled else "RJCT"
        credits_ = creditor is not None and creditor.direction == IN
        knows = credits_ and creditor is not None and creditor.status == due
        town.ask(
            "banks",
            knows,
            lambda: f"{_name(town, payment)} is {payment.status}, its creditor agent has {creditor}",
        )


def _ask_money(town: "Town", bank: BankHouse, money: Counter[tuple[str, str]]) -> None:
    held: Counter[str] = Counter()
    opened: Counter[str] = Counter()
    for account in bank.store.accounts.values():
        held[account.currency] += account.balance
        opened[account.currency] += OPENING
        town.ask(
            "banks",
            account.reserved == 0,
            lambda: f"{bank.name} still reserves {account.reserved} on {account.number}",  # noqa: B023
        )
    for currency, balance in held.items():
        due = opened[currency] + money[bank.name, currency]
        town.ask(
            "banks",
            balance == due,
            lambda: f"customers of {bank.name} hold {balance} {currency}, settled was {due}",  # noqa: B023
        )


def _ask_funding(town: "Town") -> None:
    """Each sum that a central bank says it issued was issued once."""
    issued = sum(
        amount for issuer in town.issuers for message_id, amount in issuer.issued.items()
        if message_id in issuer.store.receipts
    )  # fmt: skip
    funded = sum(
        each.amount
        for each in town.disk.rows[TRANSFER].values()
        if each.code == FUNDING and not each.reference
    )
    due = town.founded_with + issued
    town.ask("banks", funded == due, lambda: f"central banks issued {due}, the hub booked {funded}")
    for issuer in town.issuers:
        _ask_reserves(town, issuer)


def _ask_reserves(town: "Town", issuer: IssuerHouse) -> None:
    """What participants no longer have at a central bank has come to the hub, and the other way round."""
    moved = sum(
        each.amount if each.direction == DIRECTION_IN else -each.amount
        for each in town.watching.liquidity.values()
        if each.central_bank == issuer.name and each.status == SETTLED
    )
    due = issuer.store.began_with - moved
    town.ask("banks", issuer.store.held == due, lambda: f"{issuer.name} keeps {issuer.store.held}, not {due}")


def _name(town: "Town", payment: Payment) -> str:
    return town.story.name(payment.uetr)
