"""Correspondent accounts in any order of events: both sides mirror each other, money is neither made nor lost."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.services.settlement.correspondents import commands
from corridor.services.settlement.correspondents.records import (
    CLOSED,
    CORRESPONDENT,
    CORRESPONDENT_ENTRY,
    OPEN,
    Correspondent,
)
from tests.rig import answer_of
from tests.unit.services.settlement.correspondents.corresponding import Corresponding
from tests.unit.services.settlement.settling import BANKS
from tests.world import PAMR, SEVR

NAMES = tuple(BANKS.values())
PAIRS = st.sampled_from([(one, other) for one in NAMES for other in NAMES if one != other])
AMOUNTS = st.integers(1, 6)
WHICH = st.integers(0, 5)
EVENTS = st.one_of(
    st.tuples(st.just("offer"), PAIRS, st.integers(0, 4), st.integers(0, 4), st.booleans()),
    st.tuples(st.just("accept"), WHICH),
    st.tuples(st.just("close"), WHICH, st.booleans()),
    st.tuples(st.just("bring"), st.sampled_from(NAMES), AMOUNTS),
    st.tuples(st.just("fund"), WHICH, AMOUNTS),
    st.tuples(st.just("withdraw"), WHICH, AMOUNTS),
    st.tuples(st.just("pay"), PAIRS, AMOUNTS, st.booleans()),
    st.tuples(st.just("reconcile"), WHICH, st.booleans()),
    st.tuples(st.just("wait"), st.sampled_from([1, 40_000, 700_000])),
    st.tuples(st.just("fall")),
)


class Town(Corresponding):
    def which(self, place: int) -> Correspondent | None:
        found = sorted(self.store.rows.get(CORRESPONDENT, {}).values(), key=lambda each: each.number)
        return found[place % len(found)] if found else None

    def stands(self, account: Correspondent) -> int:
        return self.net(account.nostro_account_id)


@settings(max_examples=60, deadline=None)
@given(st.lists(EVENTS, max_size=30))
def test_both_sides_mirror_each_other_in_any_interleaving(events: Sequence[tuple]) -> None:  # type: ignore[type-arg]
    world = Town().found()
    assert isinstance(world, Town)
    brought: Counter[str] = Counter()
    paid: Counter[str] = Counter()
    for n, event in enumerate(events, 1):
        match event:
            case ("offer", (servicer, owner), overdraft, ceiling, by_owner):
                facts = {"account_servicer": servicer, "account_owner": owner, "currency": "RUB"}
                limits = {"overdraft": overdraft, "ceiling": ceiling}
                world.told(commands.OfferCorrespondent, owner if by_owner else servicer, **facts, **limits)
            case ("bring", bank, amount):
                world.bring(bank, amount)
                brought[bank] += amount
            case ("pay", (debtor, creditor), amount, on_own):
                if (
                    world.book(n, amount, debtor, creditor, settlement_method="INDA" if on_own else "INGA")
                    == "ACSC"
                ):
                    paid[debtor] += amount
                    paid[creditor] -= amount
            case ("wait", seconds):
                world.advance(seconds)
            case ("fall",):
                world.restart()
            case (deed, place, *facts):
                account = world.which(place)
                if account is not None:
                    _do(world, account, deed, facts)
    world.watch()
    claims: Counter[str] = Counter()
    for account in world.store.rows.get(CORRESPONDENT, {}).values():
        standing = world.stands(account)
        assert standing == -world.net(account.vostro_account_id)
        assert -account.overdraft_amount <= standing <= (account.ceiling_amount or standing)
        assert account.state != CLOSED or standing == 0
        assert account.state in (OPEN, CLOSED) or not account.nostro_account_id
        claims[account.account_owner] += standing
        claims[account.account_servicer] -= standing
        entries = [
            e for e in world.store.rows.get(CORRESPONDENT_ENTRY, {}).values() if e.account == account.number
        ]
        assert sum(e.amount for e in entries) == standing
    for bank in NAMES:
        settled = world.balance(bank, "RUB")
        assert settled >= 0
        assert settled + claims[bank] == brought[bank] - paid[bank], (
            "what it has, wherever, is what it brought and got"
        )


def _do(world: Town, account: Correspondent, deed: str, facts: Sequence[object]) -> None:
    owner, servicer = account.account_owner, account.account_servicer
    world.number = account.number
    match deed, facts:
        case "accept", _:
            world.accept(servicer if account.offered_by == owner else owner)
        case "close", [by_owner]:
            world.close(owner if by_owner else servicer)
        case "fund", [int(amount)]:
            world.put(amount, owner)
        case "withdraw", [int(amount)]:
            world.take(amount, owner)
        case "reconcile", [by_owner] if account.accepted_at is not None:
            day = world.position.day if world.entries else world.today
            of_day = [(e.number, e.amount) for e in world.entries if e.day == day]
            told = world.reconcile(
                world.stands(account), *of_day, signer=owner if by_owner else servicer, day=day
            )
            assert told["agrees"], told


CHANGES = st.sampled_from(["amount", "lack", "invent", "closing"])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), AMOUNTS), min_size=1, max_size=6), CHANGES, st.data())
def test_no_mirror_that_differs_agrees(payments: list, change: str, data: st.DataObject) -> None:  # type: ignore[type-arg]
    world = Town().found()
    assert isinstance(world, Town)
    world.opened(100)
    for n, (by_owner, amount) in enumerate(payments, 1):
        sides = (SEVR, PAMR) if by_owner else (PAMR, SEVR)
        assert world.book(n, amount, *sides) == "ACSC"
    stated, closing = [(e.number, e.amount) for e in world.entries], world.standing
    assert world.reconcile(closing, *stated)["agrees"]
    place = data.draw(st.integers(0, len(stated) - 1))
    match change:
        case "amount":
            stated[place] = (stated[place][0], stated[place][1] + data.draw(st.sampled_from([-1, 1])))
        case "lack":
            del stated[place]
        case "invent":
            stated.append((data.draw(st.integers(1, 2**40)), data.draw(AMOUNTS)))
        case _:
            closing += data.draw(st.sampled_from([-1, 1]))
    told = world.reconcile(closing, *stated)
    assert told.get("reason") == "CH16" or not told["agrees"], "an entry that stands twice is refused"
    assert answer_of(world.say(commands.CloseCorrespondent, SEVR, account=world.number))["state"] == "open"
