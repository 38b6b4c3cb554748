"""Payments and their returns, in any order of words: what was promised holds after every one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.domain.money import Money
from corridor.services.messaging.commands import SetFrozen
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.returns.records import RETURNED_PAYMENT
from tests.unit.services.settlement.returns.giving_back import GivingBack
from tests.unit.services.settlement.settling import BANKS, ZARA
from tests.world import PAMR, SEVR

banks = st.sampled_from([SEVR, PAMR, ZARA])
numbers = st.integers(1, 5)
amounts = st.integers(0, 400)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("instant"), numbers, amounts, banks, banks),
        st.tuples(st.just("gross"), numbers, amounts, banks, banks),
        st.tuples(st.just("book"), numbers, amounts, st.booleans()),
        st.tuples(st.just("back"), numbers, st.sampled_from([0, 0, 0, 1, -1]), banks, st.booleans()),
        st.tuples(st.just("freeze"), st.booleans(), banks),
        st.tuples(st.just("day"), st.integers(1, 15)),
        st.tuples(st.just("restart")),
    ),
    max_size=16,
)


class Story:
    """A world, and the words that were said in it."""

    def __init__(self) -> None:
        self.world = GivingBack().found()
        for bank in BANKS.values():
            self.world.bring(bank, 500)
        self.world.opened(300)
        self.sent = 0

    def do(self, what: str, *facts: Any) -> None:
        world = self.world
        match what:
            case "instant" | "gross" if facts[2] != facts[3]:
                (world.instant if what == "instant" else world.gross)(*facts)
            case "book":
                n, amount, by_owner = facts
                debtor, creditor = (SEVR, PAMR) if by_owner else (PAMR, SEVR)
                world.book(n, amount, debtor, creditor)
            case "back":
                self.give_back(*facts)
            case "freeze":
                world.operate(SetFrozen, participant=facts[1], currency="RUB", frozen=facts[0])
            case "day":
                world.advance(facts[0] * 86_400)
            case "restart":
                world.restart()

    def give_back(self, n: int, more: int, signer: str, honest: bool) -> None:
        self.sent += 1
        payment = self.world.store.rows.get(PAYMENT, {}).get(self.world.order(n).uetr)
        received = 0 if payment is None else payment.destination_amount
        by = signer if payment is None or not honest else payment.creditor_agent
        facts = {"message_id": f"{by}-b{self.sent}", "returned_amount": Money(max(0, received + more), "RUB")}
        self.world.send_back(self.world.returning(n, 0, by, **facts), by)

    def returned(self) -> dict[str, Any]:
        return dict(self.world.store.rows.get(RETURNED_PAYMENT, {}))

    def money(self) -> dict[str, int]:
        return {bank: self.world.purse(bank) for bank in BANKS.values()}


@pytest.mark.timeout(300)
@settings(max_examples=80, deadline=None)
@given(steps)
def test_what_was_received_goes_back_once_and_whole_and_nothing_is_made_or_lost(words):
    story = Story()
    world = story.world
    whole = sum(story.money().values())
    for word in words:
        before, held, stood = story.returned(), story.money(), world.standing
        story.do(*word)
        after = story.returned()
        assert sum(story.money().values()) == whole
        assert {key: after[key] for key in before} == before
        new = [after[key] for key in after.keys() - before.keys()]
        if word[0] != "back":
            assert not new
            continue
        # A refused return moves nothing; one that was accepted moves its amount, and nothing else.
        moved = dict.fromkeys(BANKS.values(), 0)
        booked = 0
        for each in new:
            payment = world.store.rows[PAYMENT][each.uetr]
            assert payment.status in ("ACSC", "ACCC")
            assert (each.amount, each.currency) == (payment.destination_amount, payment.destination_currency)
            assert (each.final_at - payment.final_at) // (86_400 * 1_000_000) <= 14
            if any(entry.number == each.number for entry in world.entries):
                booked += each.amount if payment.debtor_agent == SEVR else -each.amount
            else:
                moved[payment.creditor_agent] -= each.amount
                moved[payment.debtor_agent] += each.amount
        assert {bank: story.money()[bank] - held[bank] for bank in held} == moved
        assert world.standing - stood == booked
    world.watch()
