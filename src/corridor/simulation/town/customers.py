"""The customers of a simulated town, and what each of them wants: payment after payment from the seed."""

from collections.abc import Iterator
from random import Random
from typing import Final

import msgspec

from corridor.client.correspondents import Method
from corridor.client.identifiers import random_uetrs
from corridor.client.messages import Gross, Order
from corridor.client.requests import Quote
from corridor.domain.instants import SECOND, Instant, iso_time
from corridor.domain.money import Money
from corridor.domain.parties import Party
from corridor.sandbox.book import Account
from corridor.sandbox.world import BANKS, BOTH, CENTRAL_BANKS, Institution

PEOPLE: Final = 6
"""Customers of each bank in each currency; the last has a closed account."""
ISSUERS: Final = {each.home: each.bic for each in CENTRAL_BANKS}
OPENING: Final = 5_000_000_00
INSTANT_SHARE: Final = 75
NETTED_SHARE: Final = 10
BOOKED_SHARE: Final = 5
"""Of a hundred that need no exchange; the others are settled gross."""
METHODS: Final[tuple[Method, ...]] = ("INDA", "INGA")
LISTED: Final = "Иван Разыскиваемый"
"""Whom the screening list names."""

ACCEPTS, REFUSES, SILENT, LATE, RACES = "accepts", "refuses", "silent", "late", "at the deadline"
INSTANT, GROSS, NETTED, BOOKED = "", "RTGS", "MPNS", "BOOK"


class Wish(msgspec.Struct, frozen=True):
    """A payment that somebody wants made, and what the creditor's bank will do."""

    number: int
    at: Instant
    uetr: str
    debtor_agent: str
    creditor_agent: str
    account: str
    amount: Money
    currency: str
    creditor: Party
    phone: str | None
    behaviour: str
    jitter: Instant
    channel: str = INSTANT
    priority: str | None = None
    begins_in: Instant = 0
    ends_in: Instant = 0
    """From the order on; 0 is at once, or with the business day."""
    category_purpose: str | None = None
    method: Method = "INDA"
    provider: str = ""
    """Who is to quote, if not the best: the central bank of the payer's currency, at the official rate."""
    second_thought: str = ""
    """What its bank does about it while it waits."""

    @property
    def quoted(self) -> bool:
        """The creditor is to get another currency."""
        return self.currency != self.amount.currency

    def order(self, quote: Quote | None, now: Instant) -> Order:
        """The order, as the debtor agent's counter writes it."""
        begins, ends = (iso_time(now + each) if each else None for each in (self.begins_in, self.ends_in))
        return Order(
            creditor_agent=self.creditor_agent,
            amount=self.amount,
            debtor=Party(name=LISTED if self.number % 97 == 5 else "Рустам Каримов", account=self.account),
            creditor=self.creditor,
            creditor_phone=self.phone,
            quote=quote,
            end_to_end_id=f"payment {self.number}",
            category_purpose=self.category_purpose,
            gross=Gross(priority=self.priority, from_time=begins, reject_time=ends)
            if self.channel == GROSS
            else None,
            netted=self.channel == NETTED,
            booked=self.method if self.channel == BOOKED else None,
        )


def accounts(bank: Institution) -> list[Account]:
    """The accounts of a bank's customers."""
    return [
        Account(
            number=account_number(bank.bic, currency, i),
            currency=currency,
            name=f"Мадина {i}",
            phone=phone_number(bank.bic, currency, i),
            balance=OPENING,
            closed=i == PEOPLE - 1,
        )
        for currency in BOTH
        for i in range(PEOPLE)
    ]


def account_number(bic: str, currency: str, i: int) -> str:
    """The number of an account in 20 digits."""
    return f"40817{810 if currency == 'RUB' else 972}{_bank(bic):06}{i:06}"


def phone_number(bic: str, currency: str, i: int) -> str:
    """The phone number that stands for the account."""
    return f"+7916{_bank(bic)}{BOTH.index(currency)}{i:05}"


def wishes(seed: int, payments: int, spacing: Instant, races: int) -> Iterator[Wish]:
    """Yield what customers want, each wish from dice of its own: leaving one out changes no other.

    `races` is the share, in thousandths, of banks that answer just when time is up.
    """
    at = 0
    for number in range(payments):
        dice = Random(f"{seed}/payment/{number}")
        at += dice.randrange(2 * spacing)
        debtor, creditor = dice.sample(BANKS, 2)
        source = dice.choice(BOTH)
        currency = dice.choice(BOTH) if dice.randrange(5) == 0 else source
        i = dice.randrange(PEOPLE - 1 if dice.randrange(20) else PEOPLE + 1)  # closed, or nobody's
        by_phone = dice.randrange(3) == 0
        party = Party(
            name="Далер Назаров", account=None if by_phone else account_number(creditor.bic, currency, i)
        )
        wish = Wish(
            number=number,
            at=at,
            uetr=random_uetrs(dice)(),
            debtor_agent=debtor.bic,
            creditor_agent=creditor.bic,
            account=account_number(debtor.bic, source, dice.randrange(PEOPLE - 1)),
            amount=Money(_amount(dice), source),
            currency=currency,
            creditor=party,
            phone=phone_number(creditor.bic, currency, i) if by_phone else None,
            behaviour=_behaviour(dice, races),
            jitter=dice.randrange(-54_000, 6_000),
        )
        if wish.quoted:
            official = Random(f"{seed}/provider/{number}").randrange(3) == 0
            yield msgspec.structs.replace(wish, provider=ISSUERS[source]) if official else wish
        else:
            yield _by_channel(wish, Random(f"{seed}/channel/{number}"))


def _by_channel(wish: Wish, dice: Random) -> Wish:
    """Let some of what needs no exchange be settled gross, netted or booked, to accounts that can take it."""
    drawn = dice.randrange(100)
    if drawn < INSTANT_SHARE:
        return wish
    i = dice.randrange(PEOPLE - 1)
    account = account_number(wish.creditor_agent, wish.currency, i)
    wish = msgspec.structs.replace(wish, creditor=Party(name="Далер Назаров", account=account), phone=None)
    purpose = dice.choice((None, "SUPP", "SALA", "TAXS"))
    if drawn < INSTANT_SHARE + NETTED_SHARE:
        return msgspec.structs.replace(wish, channel=NETTED, category_purpose=purpose)
    if drawn < INSTANT_SHARE + NETTED_SHARE + BOOKED_SHARE:
        method = dice.choice(METHODS)
        return msgspec.structs.replace(wish, channel=BOOKED, method=method, category_purpose=purpose)
    return msgspec.structs.replace(
        wish,
        channel=GROSS,
        amount=Money(dice.choice((wish.amount.minor, dice.randrange(1, 2_500_000_00))), wish.currency),
        priority=dice.choice((None, "URGT", "HIGH", "NORM")),
        begins_in=dice.choice((0, 0, 0, dice.randrange(1, 8) * SECOND)),
        ends_in=dice.choice((0, dice.randrange(9, 30) * SECOND)),
        category_purpose=purpose,
        second_thought=dice.choice(("", "", "", "first", "last", "URGT", "HIGH", "NORM", "cancel")),
    )


def _amount(dice: Random) -> int:
    # Now and then more than a bank has at the hub, or a single unit.
    return dice.choice((1, 100_00, 1_500_00, dice.randrange(1, 20_000_00), dice.randrange(1, 900_000_00)))


def _behaviour(dice: Random, races: int) -> str:
    if dice.randrange(1000) < races:
        return RACES
    drawn = dice.randrange(100)
    return REFUSES if drawn < 6 else SILENT if drawn < 9 else LATE if drawn < 11 else ACCEPTS


def _bank(bic: str) -> int:
    return [bank.bic for bank in BANKS].index(bic)
