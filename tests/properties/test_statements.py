"""Statements over random days of a corridor: what the ledger decided, to the minor unit, day after day."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corridor.adapters.keys.software import Ed25519Key
from corridor.adapters.memory.reads import MemoryStatements
from corridor.codecs.iso20022.account_report import Balance
from corridor.codecs.iso20022.camt053 import Statement
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.jws import HubHeader
from corridor.domain.instants import DAY, HOUR, SECOND, iso_date
from corridor.domain.money import decimal_text
from corridor.reports import pages
from corridor.services.settlement.commands import SetCutOff
from tests.rig import HUB
from tests.unit.services.settlement.funding.liquidity import Liquidity
from tests.unit.services.settlement.settling import ZARA
from tests.world import CBRR, PAMR, SEVR

BANKS = (SEVR, PAMR, ZARA)
banks = st.sampled_from(BANKS)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("credit"), st.integers(1, 900), banks),
        st.tuples(st.just("pay"), st.integers(1, 400), banks, banks),
        st.tuples(st.just("defund"), st.integers(1, 300), banks),
        st.tuples(st.just("answer"), st.sampled_from(["ACSC", "RJCT"])),
        st.tuples(st.just("wait"), st.sampled_from([3, 11, 24, 49])),
    ),
    max_size=16,
)


class Story:
    """A world in which things happen, and its statements."""

    def __init__(self, cut_off: str) -> None:
        self.world = Liquidity().found()
        if cut_off:
            self.world.operate(SetCutOff, currency="RUB", time=cut_off)
        for bank in BANKS:
            self.world.bring(bank, 500)
        header = HubHeader(HUB, "sandbox", "hub-1")
        self.statements = MemoryStatements(self.world.store, Ed25519Key(bytes(32)), header, HUB)
        self.begun = self.world.now
        self.number = 0
        self.waiting: list[int] = []

    def do(self, what: str, *facts: Any) -> None:
        world, self.number = self.world, self.number + 1
        match what:
            case "credit":
                world.credit(self.number, *facts)
            case "pay" if facts[1] != facts[2]:
                world.gross(self.number, *facts)
            case "defund":
                world.defund(self.number, *facts)
                self.waiting.append(self.number)
            case "answer" if self.waiting:
                world.answer(self.waiting.pop(0), *facts)
            case "wait":
                world.advance(facts[0] * HOUR // SECOND)

    def read(self, bank: str, day: str = "") -> list[Any]:
        """Every page."""
        found: list[Any] = []
        while not found or not found[-1].is_last_page:
            stated = asyncio.run(self.statements.read(bank, "RUB", day, len(found) + 1))
            found.append(open_envelope(stated.payload).message)
        return found

    def days(self) -> list[str]:
        return [iso_date(each) for each in range(self.begun - DAY, self.world.store.at + 2 * DAY, DAY)]


def decimal(balance: Balance) -> Decimal:
    amount = Decimal(balance.amount.text())
    return amount if balance.credit_debit == "CRDT" else -amount


@settings(max_examples=25, deadline=None)
@given(steps, st.sampled_from(["", "18:00:00Z", "03:30:00Z"]))
def test_what_is_told_is_what_was_decided(story_steps, cut_off):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "ENTRIES", 2)
        patch.setattr("corridor.adapters.memory.reads.ENTRIES", 2)
        story = Story(cut_off)
        for step in story_steps:
            story.do(*step)
            for bank in BANKS:
                has, reserved = story.world.purse(bank)
                opening, booked, free = map(decimal, story.read(bank)[0].balances)
                summary = story.read(bank)[-1].summary
                assert (
                    booked == Decimal(decimal_text(has, "RUB")) == opening + summary.credits - summary.debits
                )
                assert free == Decimal(decimal_text(has - reserved, "RUB"))
        for bank in BANKS:
            balance, told = Decimal(0), set()
            running = story.read(bank)[0].balances[0].date
            for day in story.days():
                if day > running:
                    break
                whole = story.read(bank, day)
                assert isinstance(whole[0], Statement) == (day != running)
                first, last = map(decimal, whole[0].balances[:2])
                entries = [entry for page in whole for entry in page.entries]
                assert first == balance
                assert last == first + sum(map(decimal, entries))
                assert not told & {entry.servicer_reference for entry in entries}, "an entry is of one day"
                told |= {entry.servicer_reference for entry in entries}
                balance = last
            assert balance == Decimal(decimal_text(story.world.purse(bank)[0], "RUB"))
        assert decimal(story.read(CBRR)[0].balances[1]) == -Decimal(decimal_text(story.world.issued(), "RUB"))
