"""Money from and to central banks, in any order of words: what was promised to the treasurer holds after every one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.domain.money import Money
from corridor.services.messaging.commands import SetFrozen, SetLimit
from corridor.services.settlement.commands import SetUrgentReserve
from corridor.services.settlement.funding.records import LIQUIDITY_TRANSFER
from tests.rig import answer_of
from tests.unit.services.settlement.funding.liquidity import Liquidity
from tests.unit.services.settlement.settling import BANKS, ZARA
from tests.world import CBRR, CBTJ, PAMR, SEVR

numbers = st.integers(1, 6)
amounts = st.integers(0, 400)
banks = st.sampled_from([SEVR, PAMR, ZARA])
steps = st.lists(
    st.one_of(
        st.tuples(st.just("defund"), numbers, amounts, banks),
        st.tuples(st.just("ask"), numbers, amounts, banks),
        st.tuples(st.just("credit"), numbers, amounts, banks, st.sampled_from([CBRR, CBRR, CBTJ])),
        st.tuples(
            st.just("answer"),
            numbers,
            st.sampled_from(["ACSC", "RJCT", "ACCP"]),
            st.sampled_from([CBRR, CBTJ]),
        ),
        st.tuples(st.just("pay"), amounts, banks, banks),
        st.tuples(st.just("line"), amounts, banks),
        st.tuples(st.just("keep"), amounts, banks),
        st.tuples(st.just("freeze"), st.booleans(), banks),
        st.tuples(st.just("restart")),
    ),
    max_size=14,
)


class Story:
    """A world, and what it must look like by the words that were accepted."""

    def __init__(self) -> None:
        self.world = Liquidity().found()
        for bank in BANKS.values():
            self.world.bring(bank, 500)
        self.paid = 0

    def do(self, what: str, *facts: Any) -> None:
        world = self.world
        match what:
            case "defund":
                world.defund(*facts)
            case "ask":
                world.ask_for(*facts)
            case "credit":
                world.credit(*facts)
            case "answer":
                world.answer(*facts)
            case "pay" if facts[1] != facts[2]:
                self.paid += 1
                amount = Money(facts[0], "RUB")
                order = world.order(
                    self.paid, *facts[1:], interbank_settlement_amount=amount, clearing_channel="RTGS"
                )
                world.pay(order)
            case "line":
                command = world.operation(SetLimit, participant=facts[1], currency="RUB", limit=facts[0])
                told = world.submit(command)
                if told.status == "accepted":
                    world.approve(answer_of(told))
            case "keep":
                world.operate(SetUrgentReserve, participant=facts[1], currency="RUB", amount=facts[0])
            case "freeze":
                frozen = {"participant": facts[1], "currency": "RUB", "frozen": facts[0]}
                world.operate(SetFrozen, **frozen)
            case "restart":
                world.restart()

    def transfers(self) -> dict[str, Any]:
        return dict(self.world.store.rows.get(LIQUIDITY_TRANSFER, {}))


@pytest.mark.timeout(300)
@settings(max_examples=60, deadline=None)
@given(steps)
def test_money_is_issued_by_central_banks_and_comes_back_to_them_and_none_is_made_or_lost(words):
    story = Story()
    world = story.world
    for word in words:
        before = story.transfers()
        own = {bank: world.purse(bank) for bank in BANKS.values()}
        story.do(*word)
        after = story.transfers()
        # What is issued is what banks hold, after every word.
        assert world.issued() == sum(world.purse(bank)[0] for bank in BANKS.values())
        settled = {key for key, each in after.items() if each.status == "ACSC"}
        moved = sum(
            each.amount if each.direction == "funding" else -each.amount
            for key, each in after.items()
            if key in settled
        )
        assert world.issued() == 500 * len(BANKS) + moved
        for key, each in after.items():
            known = before.get(key)
            # What has ended never changes, and who, how much and whither are fixed with the first word.
            if known is not None and not known.open:
                assert each == known
            if known is not None:
                fixed = ("number", "direction", "participant", "central_bank", "currency", "amount", "order")
                assert [getattr(each, name) for name in fixed] == [getattr(known, name) for name in fixed]
            # What leaves was the bank's own and free: not its credit line, not reserved before.
            if known is None and each.status == "ACSP":
                has, reserved = own[each.participant]
                assert 0 < each.amount <= has - reserved
        held = dict.fromkeys(BANKS.values(), 0)
        for each in after.values():
            if each.status == "ACSP":
                held[each.participant] += each.amount
        assert held == {bank: world.purse(bank)[1] for bank in BANKS.values()}
    world.watch()


@settings(max_examples=40, deadline=None)
@given(steps, st.data())
def test_any_message_sent_again_gets_its_answer_and_moves_nothing(words, data):
    story = Story()
    for word in words:
        story.do(*word)
    world = story.world
    known = [each for each in story.transfers().values() if each.order]
    if not known:
        return
    chosen = data.draw(st.sampled_from(sorted(known, key=lambda each: each.number)))
    wish = world.wish(
        1, chosen.amount, chosen.participant, inward=chosen.direction == "funding", uetr=chosen.uetr
    )
    purses, stands = {bank: world.purse(bank) for bank in BANKS.values()}, story.transfers()
    first = world.transfer(wish, chosen.participant, message_id="again")
    assert world.transfer(wish, chosen.participant, message_id="again").body == first.body
    assert ({bank: world.purse(bank) for bank in BANKS.values()}, story.transfers()) == (purses, stands)
    world.watch()
