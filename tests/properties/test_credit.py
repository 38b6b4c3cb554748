"""Whatever is drawn, repaid, paid and waited for, in any order: nothing is lost, nothing passes a limit."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from corridor.decision import ACCOUNT, BALANCE
from corridor.domain.dates import next_date
from corridor.domain.day_counts import DAY_COUNTS
from corridor.domain.instants import DAY, iso_date
from corridor.domain.money import Money, interest
from corridor.ledger.chart import AccountCode
from corridor.services.messaging.commands import SetParticipantState
from tests.unit.services.credit.lending import FIRST, LIMIT, Lending
from tests.world import CBRR, PAMR, SEVR

percents = st.decimals(0, 100, allow_nan=False, allow_infinity=False, places=10).map(lambda value: +value)
LAST = "2026-12-10"


@given(
    amount=st.integers(0, 10**15),
    rate=percents,
    periods=st.lists(st.integers(0, 400), min_size=1, max_size=20),
    year=st.sampled_from([360, 365]),
)
def test_interest_over_split_periods_is_that_of_the_whole(amount, rate, periods, year):
    money, left, paid = Money(amount, "RUB"), 0, 0
    for days in periods:
        part, left = interest(money, rate, days, year, left)
        paid += part.minor
    assert (Money(paid, "RUB"), left) == interest(money, rate, sum(periods), year)
    exact = Fraction(amount) * Fraction(rate) / 100 * sum(periods) / year
    assert paid == exact.__floor__()
    assert exact - paid == Fraction(left, 10**12 * year)


class Lent(RuleBasedStateMachine):
    """A facility from its first date to its end and beyond; the model knows what was drawn each midnight."""

    @initialize(
        rate=percents,
        fee_rate=percents,
        day_count=st.sampled_from(list(DAY_COUNTS)),
        automatic=st.booleans(),
    )
    def lend(self, rate, fee_rate, day_count, automatic):
        self.world = Lending().found()
        self.terms = {"rate": rate, "fee_rate": fee_rate, "day_count": day_count, "automatic": automatic}
        self.world.lent(**self.terms, ends_on=LAST)
        self.money = self.total()
        self.orders = 0
        self.midnights: dict[str, int] = {}

    @rule(amount=st.integers(0, LIMIT + LIMIT // 4))
    def draw(self, amount):
        world, before = self.world, self.world.drawn
        state, today = world.facility.state, world.today
        reason = world.draw(amount)
        if reason == "":
            assert state == "active"
            assert today < LAST
            assert world.drawn == before + amount
        else:
            assert reason in {"AM01", "AM14", "AM04", "TM01", "CH20", "AG10"}
            assert world.drawn == before

    @rule(amount=st.integers(0, LIMIT), all_of_it=st.booleans())
    def repay(self, amount, all_of_it):
        facility = self.world.facility
        if all_of_it:
            amount = facility.fee_due + facility.interest_due + self.world.drawn
        before = self.world.drawn
        reason = self.world.repay(amount)
        assert reason in {"", "AM01", "AM09", "AM04", "CH20"}
        due = facility.fee_due + facility.interest_due
        assert self.world.drawn == (before - max(0, amount - due) if reason == "" else before)

    @rule(amount=st.integers(1, 3 * LIMIT), accept=st.booleans(), back=st.booleans())
    def pay(self, amount, accept, back):
        self.orders += 1
        debtor, creditor = (SEVR, PAMR) if back else (PAMR, SEVR)
        order = self.world.order(
            self.orders, debtor, creditor, interbank_settlement_amount=Money(amount, "RUB")
        )
        self.world.pay(order)
        if accept:
            self.world.report(order.uetr, "ACCP", creditor)

    @rule(hours=st.integers(1, 23))
    def wait(self, hours):
        self.pass_time(hours)

    @rule(days=st.integers(1, 5))
    def wait_for_days(self, days):
        self.pass_time(24 * days)

    @rule(days=st.integers(1, 5))
    def be_away(self, days):
        """The hub stands still: no timer fires before the first command."""
        self.note(self.world.now + days * DAY)
        self.world.now += days * DAY
        self.world.draw(1)  # it comes before the timers
        self.world.advance(10)

    @rule(bic=st.sampled_from([SEVR, PAMR]))
    def suspend_for_a_moment(self, bic):
        for state in ("suspended", "active"):
            self.world.operate(SetParticipantState, bic=bic, state=state)
            assert state == "active" or self.world.draw(1) in {"AG01", "AG10", "CH20"}

    @rule(amount=st.integers(1, LIMIT))
    def fund(self, amount):
        self.world.fund(CBRR, PAMR, "RUB", amount)

    def pass_time(self, hours):
        """Hour by hour, because at the end of a tenor money moves at midnight."""
        for _ in range(hours):
            self.note(self.world.now + DAY // 24)
            self.world.advance(3_600)

    def note(self, until):
        """Write down what is drawn at each midnight until a time: only this test moves it, and the end at one."""
        for midnight in range(self.world.now // DAY + 1, until // DAY + 1):
            self.midnights[iso_date(midnight * DAY - 1)] = self.world.drawn

    @invariant()
    def debt_and_claim_are_the_same_and_within_the_limit(self):
        world, facility = self.world, self.world.facility
        assert 0 <= world.drawn <= LIMIT
        assert world.owed(facility.claim_account_id) == -world.drawn
        due = facility.interest_due + facility.fee_due
        assert world.owed(facility.charges_account_id) == due == -world.owed(facility.income_account_id)
        assert facility.interest_due >= 0
        assert facility.fee_due >= 0

    @invariant()
    def every_currency_adds_up_to_nothing(self):
        assert self.total() == 0 == self.money

    @invariant()
    def what_fell_due_is_what_the_midnights_give(self):
        rows = self.world.days
        assert [row.day for row in rows] == [*self.days_until(self.world.facility.open_day)]
        counted = DAY_COUNTS[self.terms["day_count"]]
        owed = fees = Fraction(0)
        for row in rows:
            nights = counted.days(row.day, next_date(row.day))
            assert row.drawn_amount == self.midnights[row.day]
            owed += Fraction(row.drawn_amount) * nights
            fees += Fraction(LIMIT - row.drawn_amount if row.day < LAST else 0) * nights
        for name, principal, rate in (
            ("interest_amount", owed, self.terms["rate"]),
            ("fee_amount", fees, self.terms["fee_rate"]),
        ):
            exact = principal * Fraction(rate) / 100 / counted.year
            assert sum(getattr(row, name) for row in rows) == exact.__floor__()

    @invariant()
    def an_ended_facility_owes_nothing(self):
        facility = self.world.facility
        if facility.state == "ended":
            assert (self.world.drawn, facility.interest_due, facility.fee_due) == (0, 0, 0)
            assert facility.due_at is None
        if self.world.today >= LAST:
            assert facility.state in {"overdue", "ended"}

    def days_until(self, last):
        day = FIRST
        while day < last:
            yield day
            day = next_date(day)

    def total(self):
        accounts = self.world.store.rows[ACCOUNT]
        sums = dict.fromkeys(AccountCode, 0)
        for account_id, balance in self.world.store.rows[BALANCE].items():
            if accounts[account_id].currency == "RUB":
                sums[accounts[account_id].code] += balance.credits_posted - balance.debits_posted
        assert sums[AccountCode.CREDIT] == 0
        return sum(sums.values())


Lent.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
test_lent = Lent.TestCase
