"""Small queues with everything that can forbid a settlement, and the best set of each by trying all."""

from itertools import combinations

from hypothesis import strategies as st

from corridor.services.settlement.waiting import Room, Waiting, verify_selection

BANKS = ("A", "B", "C", "D")
CURRENCIES = ("RUB", "TJS")
amounts = st.one_of(st.integers(1, 12), st.integers(1, 10**12))


@st.composite
def queues(draw, most=9, priorities=(0, 1, 2)):
    waiting = []
    for number in range(draw(st.integers(0, most))):
        debtor, creditor = draw(st.permutations(BANKS))[:2]
        currency = draw(st.sampled_from(CURRENCIES)) if draw(st.integers(0, 4)) == 0 else "RUB"
        priority = draw(st.sampled_from(priorities))
        waiting.append(Waiting(number, debtor, creditor, currency, draw(amounts), priority, number))
    accounts = [(bank, currency) for bank in BANKS for currency in CURRENCIES]
    some = st.dictionaries(st.sampled_from(accounts), st.integers(-5, 20))
    pairs = [(a, b, "RUB") for a in BANKS for b in BANKS if a != b]
    limits = st.dictionaries(st.sampled_from(pairs), st.integers(-5, 20), max_size=3)
    return waiting, Room(draw(some), draw(limits), draw(some) if draw(st.booleans()) else {})


def best_value(waiting, room):
    """The greatest value of any set, by trying all of them."""
    numbers = [payment.number for payment in waiting]
    amount = {payment.number: payment.amount for payment in waiting}
    return max(
        sum(map(amount.__getitem__, chosen))
        for size in range(len(numbers) + 1)
        for chosen in combinations(numbers, size)
        if not verify_selection(waiting, room, chosen)
    )
