"""A hub's memory with banks, two providers and two central banks, driven by the rules themselves."""

from collections import defaultdict
from decimal import Decimal

from corridor.decision import Accepted, Answer, Step
from corridor.domain.instants import SECOND
from corridor.hub.memory import Memory
from corridor.ports import Snapshot
from corridor.services.credit import rules as credit
from corridor.services.fx import rules as fx
from corridor.services.fx.commands import PostRates, RequestQuote, SetFxPair, Tier
from corridor.services.fx.records import FX_EXPOSURE, OPEN_QUOTES, QUOTE, FxExposure, OpenQuotes
from corridor.services.messaging import records as messaging
from corridor.services.messaging import rules as messaging_rules
from corridor.services.messaging.admission import entitle
from corridor.services.messaging.commands import (
    AddParticipant,
    Command,
    FundAccount,
    Origin,
    SetParticipantState,
)
from corridor.services.messaging.records import (
    ACTIVE,
    OPERATOR_ROLES,
    OPERATORS,
    SIGNING_KEY,
    Operator,
    SigningKey,
)
from tests.rig import RULES

HUB = "CORRXXM0"
SEVERNY, VOLGA, PAMIR, ZARAFSHAN = "SEVRRUM0", "VOLGRUM0", "PAMRTJ20", "ZARFTJ20"
ALFA, SUGD = "ALFXRUM0", "SUGDTJ20"
ROUBLE_ISSUER, SOMONI_ISSUER = "CBRRRUM0", "CBTJTJ20"
OPERATOR = "operator:test"
START = 1_800_000_000 * SECOND

# Role, and in which of the pair's currencies it settles: base, quote or both.
PARTICIPANTS = {
    SEVERNY: ("bank", "b"),
    VOLGA: ("bank", "bq"),
    PAMIR: ("bank", "q"),
    ZARAFSHAN: ("bank", "q"),
    ALFA: ("fx_provider", "bq"),
    SUGD: ("fx_provider", "bq"),
    ROUBLE_ISSUER: ("central_bank", "b"),
    SOMONI_ISSUER: ("central_bank", "q"),
}


def tier(from_amount: int, bid: str, ask: str) -> Tier:
    return Tier(from_amount, Decimal(bid), Decimal(ask))


class Market:
    """Commands are decided one by one, each on its step; what is refused leaves no trace."""

    TABLES = (*messaging.TABLES, *fx.TABLES, *credit.TABLES)
    HANDLERS = {**messaging_rules.HANDLERS, **fx.HANDLERS, **credit.HANDLERS}  # noqa: RUF012  never changed

    def __init__(self, base: str = "RUB", quote: str = "TJS", *, funds: int = 10_000_000_00) -> None:
        self.base, self.quote = base, quote
        self.memory = Memory(HUB, self.TABLES, Snapshot(1, 0, START, 0, 0, bytes(32), {}))
        self.now = START
        self.messages = 0
        self.durable = {}
        step = self.step()
        step.put(OPERATORS, Operator(OPERATOR, " ".join(OPERATOR_ROLES), ACTIVE))
        self.apply(step)
        for bic, (role, sides) in PARTICIPANTS.items():
            currencies = tuple({"b": base, "q": quote}[side] for side in sides)
            self.must(AddParticipant(self.origin(OPERATOR), bic, bic, role, currencies))
            self.must(SetParticipantState(self.origin(OPERATOR), bic, "certified"))
            self.must(SetParticipantState(self.origin(OPERATOR), bic, "active"))
        for provider in (ALFA, SUGD):
            self.fund(provider, base, funds)
            self.fund(provider, quote, funds)
        self.must(SetFxPair(self.origin(OPERATOR), base, quote))

    def origin(self, signer: str) -> Origin:
        self.messages += 1
        step = self.step()
        step.put(SIGNING_KEY, SigningKey(f"{signer}-1", signer, "EdDSA", b"", 0, 2**62))
        self.apply(step)
        return Origin(signer, f"M{self.messages}", "json", b"", self.now, key_id=f"{signer}-1")

    def decide(self, command: Command) -> Answer:
        step = Step(self.memory, self.now)
        origin, right = command.origin, RULES.rights[type(command)]
        refused = entitle(step, origin.signer, origin.key_id, right)
        answer = refused or self.HANDLERS[type(command)].decide(step, command)
        if isinstance(answer, Accepted):
            self.apply(step)
        return answer

    def must(self, command: Command) -> Accepted:
        answer = self.decide(command)
        assert isinstance(answer, Accepted), answer
        return answer

    def apply(self, step: Step) -> None:
        """As the hub does: take the step over, and let go of what need not stay once it is durable."""
        rows = defaultdict(dict)
        self.memory.apply(step, rows)
        for table, records in rows.items():
            self.durable.update({(table, key): record for key, record in records.items()})
        self.memory.settle({table: tuple(records.values()) for table, records in rows.items()})

    def step(self) -> Step:
        return Step(self.memory, self.now)

    def load(self, table, key) -> None:
        """Lend the memory what it let go of, for the next decision."""
        self.memory.lend({(table, key): self.durable.get((table, key))})

    def wait(self, seconds: int) -> None:
        """Let time pass, and run the timers that it makes due."""
        self.now += seconds * SECOND
        for table, key in self.memory.due(self.now):
            step = self.step()
            fx.TIMERS[table](step, self.memory.find(table, key))
            self.apply(step)

    def fund(self, bic: str, currency: str, amount: int) -> None:
        issuer = ROUBLE_ISSUER if currency == self.base else SOMONI_ISSUER
        self.must(FundAccount(self.origin(issuer), bic, currency, amount))

    def post(self, provider: str, *tiers: Tier) -> Answer:
        return self.decide(PostRates(self.origin(provider), self.base, self.quote, tiers))

    def ask(
        self,
        amount: int,
        *,
        fixed: str = "source",
        signer: str = SEVERNY,
        creditor_agent: str = PAMIR,
        source: str = "",
        destination: str = "",
        provider: str = "",
    ) -> Answer:
        source, destination = source or self.base, destination or self.quote
        return self.decide(
            RequestQuote(self.origin(signer), creditor_agent, source, destination, fixed, amount, provider)
        )

    def exposure(self, provider: str, currency: str) -> int:
        key = (provider, currency)
        return (self.memory.find(FX_EXPOSURE, key) or FxExposure(*key)).amount

    def open_quotes(self, bank: str) -> int:
        return (self.memory.find(OPEN_QUOTES, bank) or OpenQuotes(bank)).quotes

    def quotes(self) -> list:
        """The open quotes: memory holds no other."""
        return list(self.memory.records(QUOTE))
