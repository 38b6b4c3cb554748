"""What must hold of an arrangement of two central banks, and of each netting: pure, each answer a sentence."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from corridor.domain.money import Money, Rate
from corridor.ledger.accounts import Account, AccountFlag
from corridor.ledger.chart import AccountCode
from corridor.ledger.transfers import Transfer
from corridor.reports.books import Books
from corridor.services.fx.arrangements.netting import net
from corridor.services.fx.arrangements.records import (
    CANCELLED,
    ENDING,
    NETTED,
    OFFERED,
    OPEN,
    Arrangement,
    ArrangementNetting,
)


def arrangement(a: Arrangement) -> Iterator[str]:
    """It waits with a timer or has ended, and has accounts if both have agreed."""
    name = f"arrangement {a.number} is {a.state}"
    live = a.state in (OFFERED, OPEN, ENDING)
    if (a.live, a.due_at is not None, a.ended_at is None) != (live,) * 3:
        yield f"{name}, but live: {a.live}, with the timer {a.due_at} and the end {a.ended_at}"
    agreed = a.accepted_at is not None
    if agreed != bool(a.base_account_id and a.quote_account_id and a.nets_on):
        yield f"{name}, accepted at {a.accepted_at}, with the accounts {a.base_account_id}, {a.quote_account_id}"
    if agreed == (a.state in (OFFERED, CANCELLED)):
        yield f"{name}, accepted at {a.accepted_at}"


def swings(
    arrangements: Iterable[Arrangement],
    accounts: Mapping[int, Account],
    central_banks: Collection[str],
    touched: Iterable[int],
) -> Iterator[str]:
    """What a central bank may owe in another's currency is the swing of the arrangement that runs, else nothing.

    Of accounts it asks those that were `touched`, and of them the ones of central banks that do not issue.
    """
    due = {}
    for a in arrangements:
        if a.state in (OPEN, ENDING):
            due[a.base_account_id] = (a.quote_bank, a.base_currency, a.base_swing_amount)
            due[a.quote_account_id] = (a.base_bank, a.quote_currency, a.quote_swing_amount)
    for account_id in sorted(touched):
        account = accounts.get(account_id)
        if account is None:
            if account_id in due:
                yield f"account {account_id}, on which {due[account_id][0]} may owe, is not there"
            continue
        if account_id not in due and (
            account.code != AccountCode.SETTLEMENT or account.participant not in central_banks
        ):
            continue
        bank, currency, swing = due.get(account_id, (account.participant, account.currency, 0))
        limited = bool(account.flags & AccountFlag.DEBITS_MUST_NOT_EXCEED_CREDITS)
        may = (account.participant, account.currency, account.credit_limit if limited else "anything")
        if may != (bank, currency, swing):
            yield f"account {account_id}: {may} is who may owe what, by the arrangements {(bank, currency, swing)}"


def netting(
    number: int, n: ArrangementNetting | None, transfers: Sequence[Transfer], books: Books
) -> Iterator[str]:
    """A netting follows from what was owed and the rate, and moved that, each bank in its own currency.

    What was owed the books say, too, if they were kept up to the netting.
    """
    due: list[tuple[int, str, str, int, str, int]] = []
    if n is not None:
        base, quote = n.base_currency, n.quote_currency
        netted = net(Money(n.base_owed, base), Money(n.quote_owed, quote), Rate(n.rate, base, quote))
        more = n.base_bank if netted.base_owes_more else n.quote_bank
        by_rule = (netted.base_paid, netted.quote_paid, more, netted.remainder)
        if by_rule != (n.base_paid, n.quote_paid, n.net_debtor, n.remainder):
            yield f"netting {number} is {n}, by the rule {by_rule}"
        legs = (
            (n.base_bank, n.quote_bank, n.base_paid, base, NETTED),
            (n.quote_bank, n.base_bank, n.quote_paid, quote, NETTED),
        )
        due = [(n.first_transfer + place, *leg) for place, leg in enumerate(each for each in legs if each[2])]
        for each in transfers:
            stated = n.base_owed if each.currency == base else n.quote_owed
            owed = books.owed.pop(each.id, stated)
            if owed != stated:
                yield f"netting {number} says that {stated} {each.currency} was owed, but it was {owed}"
    moved = [
        (
            each.id,
            books.owner(each.debit_account_id),
            books.owner(each.credit_account_id),
            each.amount,
            each.currency,
            each.code,
        )
        for each in transfers
    ]
    if moved != due:
        yield f"netting {number} moved {moved}, not {due}"
