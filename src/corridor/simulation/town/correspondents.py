"""Accounts that banks keep for each other: opened by both, funded, emptied, compared; customers pay on them."""

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING, Final

from corridor.client.correspondents import AccountTerms, BookDay, account_members, book_members, read_account
from corridor.client.requests import amount_members
from corridor.domain.instants import SECOND, Instant
from corridor.domain.money import Money
from corridor.sandbox.world import BANKS, BOTH
from corridor.services.settlement.correspondents.records import CORRESPONDENT, CORRESPONDENT_ENTRY
from corridor.simulation.town.dealings import ASK_EVERY, say
from corridor.simulation.town.faults import every

if TYPE_CHECKING:
    from corridor.simulation.town.town import Town

CORRESPONDENTS: Final = "correspondents"
ACCOUNTS: Final = 10
BRINGS_EVERY: Instant = 2 * SECOND


def keep(town: "Town", dice: Random) -> None:
    """Let banks offer each other accounts, take the offers, and bring and take money; some want an end of it."""
    for servicer, owner in (dice.sample(BANKS, 2) for _ in range(ACCOUNTS)):
        currency = dice.choice(BOTH)
        terms = AccountTerms(
            account_servicer=servicer.bic,
            account_owner=owner.bic,
            overdraft=Money(dice.choice((0, dice.randrange(1, 4_000_000_00))), currency),
            ceiling=dice.choice((None, Money(dice.randrange(1, 9_000_000_00), currency))),
        )
        offers, takes = (servicer, owner) if dice.randrange(2) else (owner, servicer)
        wait = dice.randrange(2 * SECOND)
        town.timeline.after(wait, _offer, town, dice, terms, (offers.bic, takes.bic))


def _offer(town: "Town", dice: Random, terms: AccountTerms, sides: tuple[str, str]) -> None:
    offers, takes = sides
    town.tell(f"{offers} offers {takes} an account of {terms.account_owner} with {terms.account_servicer}")
    said = say(town, offers, "correspondents", account_members(terms))
    if said:
        _hear(town, dice, terms, sides, said)


def _hear(town: "Town", dice: Random, terms: AccountTerms, sides: tuple[str, str], said: str) -> None:
    """Wait for the answer as long as the storm lasts; where two banks have such an account already there is none."""
    receipt = town.banks[sides[0]].store.receipts.get(said)
    if receipt is None:
        if town.timeline.now < town.storm_ends:
            town.timeline.after(ASK_EVERY, _hear, town, dice, terms, sides, said)
        return
    if not receipt.answer:  # as in dealings.hear
        return
    number = read_account(receipt.answer).account
    town.tell(f"{sides[0]} has offered correspondent account {number}")
    say(town, sides[1], "correspondents/accept", {"account": number})
    every(town, dice, BRINGS_EVERY, lambda: _use(town, dice, terms, number))
    if dice.randrange(4) == 0:
        for bank in sides:
            town.timeline.after(dice.randrange(6 * SECOND), _close, town, bank, number)


def _use(town: "Town", dice: Random, terms: AccountTerms, number: int) -> None:
    """The owner brings money or takes it back; either bank says what its mirror has, which may lag behind."""
    currency = terms.overdraft.currency
    if dice.randrange(3) == 0:
        bank = dice.choice((terms.account_servicer, terms.account_owner))
        booked = [each for each in town.banks[bank].store.mirror.values() if each.account == number]
        if booked:
            day = max(each.day for each in booked)
            stated = BookDay(number, day, currency, sum(each.amount for each in booked), len(booked))
            say(town, bank, "correspondents/reconcile", book_members(stated))
        return
    path = dice.choice(("correspondents/fund", "correspondents/fund", "correspondents/withdraw"))
    amount = Money(dice.randrange(1, 2_000_000_00), currency)
    say(town, terms.account_owner, path, {"account": number, "amount": amount_members(amount)})


def _close(town: "Town", bank: str, number: int) -> None:
    say(town, bank, "correspondents/close", {"account": number})


def mirrors(town: "Town") -> Iterator[str]:
    """Say where a bank's mirror, made of what it was told, is not what the hub has booked."""
    due: dict[str, dict[int, tuple[int, str, int]]] = {bank: {} for bank in town.banks}
    accounts = town.disk.rows[CORRESPONDENT]
    for entry in town.disk.rows[CORRESPONDENT_ENTRY].values():
        for bank in accounts[entry.account].sides:
            due[bank][entry.number] = (entry.account, entry.day, entry.amount)
    for name, bank in town.banks.items():
        held = {each.number: (each.account, each.day, each.amount) for each in bank.store.mirror.values()}
        if held != due[name]:
            wrong = sorted(set(held.items()) ^ set(due[name].items()))
            yield f"{name} and the hub have booked otherwise on correspondent accounts: {wrong[:3]}"
