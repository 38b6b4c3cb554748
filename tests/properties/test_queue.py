"""Whatever banks order, move, hurry and take back: nothing that waits is lost or doubled, and no money is made."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corridor.services.settlement.commands import CancelObligation, MoveObligation, SetObligationPriority
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.records import OBLIGATION, QUEUED
from tests.unit.services.settlement.settling import BANKS, Settling

bics = sorted(BANKS.values())
number = st.integers(1, 8)
events = st.lists(
    st.one_of(
        st.tuples(
            st.just("order"),
            st.permutations(bics),
            st.integers(1, 20),
            st.sampled_from([None, "HIGH", "URGT"]),
        ),
        st.tuples(st.just("bring"), st.sampled_from(bics), st.integers(1, 20)),
        st.tuples(st.just("move"), number, st.sampled_from(["first", "last"])),
        st.tuples(st.just("hurry"), number, st.sampled_from(["URGT", "HIGH", "NORM"])),
        st.tuples(st.just("cancel"), number),
        st.tuples(st.just("settle"), st.lists(number, min_size=1, max_size=4)),
        st.tuples(st.just("work")),
    ),
    min_size=5,
    max_size=25,
)


@given(events)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_is_lost_or_doubled(story):
    world, brought, ordered = Settling().found(), 0, 0
    for event in story:
        match event:
            case "order", (debtor, creditor, _), amount, priority:
                ordered += 1
                world.gross(ordered, amount, debtor, creditor, settlement_priority=priority)
            case "bring", bank, amount:
                brought += amount
                world.bring(bank, amount)
            case "settle", ns if max(ns) <= ordered:
                world.settle(*ns)
            case ("work",):
                world.propose()
            case word, n, *more if word != "settle" and n <= ordered:
                own(world, word, n, *more)
    assert len(world.store.rows[PAYMENT]) == len(world.store.rows[OBLIGATION]) == ordered
    have = {bank: world.balance(bank, "RUB") for bank in bics}
    assert min(have.values()) >= 0
    assert sum(have.values()) == brought
    moved = dict.fromkeys(bics, 0)
    for each in world.store.rows[OBLIGATION].values():
        if each.state == "settled":
            moved[each.debtor] -= each.amount
            moved[each.creditor] += each.amount
    assert sum(moved.values()) == 0
    waits = {each.uetr for each in world.store.rows[OBLIGATION].values() if each.state == QUEUED}
    assert waits == {each.uetr for each in world.store.rows[PAYMENT].values() if each.status == "PDNG"}
    world.queue_is_counted()
    world.watch()


def own(world: Settling, word: str, n: int, *more: str) -> None:
    signer = world.payment(n).debtor_agent
    match word, more:
        case "move", (to,):
            world.own(MoveObligation, n, signer, to=to)
        case "hurry", (priority,):
            world.own(SetObligationPriority, n, signer, priority=priority)
        case _:
            world.own(CancelObligation, n, signer)
