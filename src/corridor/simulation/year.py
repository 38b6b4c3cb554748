"""Years of trade through one hub and a real journal, in a time that is handed in: what reports are shown on.

Banks sign real messages, operators sign and approve, the hub decides every command and PostgreSQL holds each batch;
there is no front door between them, so schemas and screening are not asked, and names are taken as clean.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from corridor.client.events import Draft
from corridor.client.messages import PACS_008, Order, credit_transfer, envelope, status_report
from corridor.client.profile import PrivateKey, Profile
from corridor.client.requests import amount_members, fixing_members, request
from corridor.client.signing import Pen
from corridor.codecs.iso20022.pacs002 import StatusReport as Report
from corridor.codecs.iso20022.pacs008 import CreditTransfer as Credit
from corridor.codecs.jws import HubHeader
from corridor.domain.instants import HOUR, MILLISECOND, SECOND, Instant, parse
from corridor.domain.money import Money
from corridor.hub import events
from corridor.hub.lists import RULES, TABLES
from corridor.hub.machine import Hub
from corridor.ports import Journal
from corridor.sandbox.trade import CURRENCIES, ISSUERS, Day, days
from corridor.sandbox.world import BANKS, BOTH, ROUBLE, Institution
from corridor.services.compliance.commands import ActivateList
from corridor.services.compliance.screening import Screening
from corridor.services.fx.commands import PostFixing
from corridor.services.instant.commands import CreditTransfer, StatusReport
from corridor.services.messaging.commands import (
    AddParticipant,
    Command,
    FundAccount,
    NewKey,
    Origin,
    SetParticipantState,
)
from corridor.simulation.staff import FOREVER, Ordered, Staff

AT_ONCE: Final = 2_000
"""So many payments of a day are given to the hub in one frame."""
FUNDS: Final = 10**16
"""What each bank is given in each currency, in minor units: a year's trade goes one way."""
LIST: Final = "nobody"
_REPORTS: Final = "pacs.002.001.10"


class Passed(msgspec.Struct, frozen=True):
    """What went through: payments that the creditor agents have confirmed, and the days on which they were made."""

    payments: int
    days: int
    batches: int


class Year:
    """A hub on its first morning, and then day after day."""

    def __init__(
        self, hub: str, environment: str, journal: Journal, key: Callable[[str], PrivateKey]
    ) -> None:
        """`key` gives the private key of an institution's BIC or of a person's name."""
        self._bic = hub
        self._environment = environment
        self._journal = journal
        self._key = key
        self._pens = {each.bic: self._pen(each) for each in (*BANKS, *ISSUERS)}
        self._named: Counter[str] = Counter()
        self._numbers: Counter[str] = Counter()
        self.batches = 0

    async def pass_by(self, seed: int, year: int, scale: Decimal, tell: Callable[[str], None]) -> Passed:
        """Found the corridor at the beginning of the year before, and let both years pass."""
        self._uetrs = random.Random(f"{seed}/uetr")
        await self._found(parse(f"{year - 1}-01-01T00:00:00Z"))
        payments = passed = 0
        for day in days(seed, year, scale):
            await self._fix(day)
            for first in range(0, len(day.orders), AT_ONCE):
                payments += await self._settle(day.orders[first : first + AT_ONCE])
            passed += 1
            tell(day.date)
        return Passed(payments, passed, self.batches)

    async def _found(self, now: Instant) -> None:
        self.now = now
        snapshot = await self._journal.open(TABLES, self._bic, now)
        header = HubHeader(self._bic, self._environment, f"{self._bic}-1")
        self._hub = Hub(self._bic, header, RULES, snapshot, now)
        staff = Staff(f"{self._bic}/{self._environment}", self._key)
        await self._give([staff.founding(now)])
        for orders in self._registrations(staff):
            told = await self._give([staff.sign(order, self.now) for order in orders])
            approvals = [approval for each in told if (approval := staff.approval(each.body))]
            await self._give([staff.sign(approval, self.now) for approval in approvals])
        await self._give([self._funding(issuer, bank) for issuer in ISSUERS for bank in BANKS])

    def _registrations(self, staff: Staff) -> Iterator[list[Ordered]]:
        house = Institution(self._bic, "Corridor", "hub", BOTH, ROUBLE)
        banks = [msgspec.structs.replace(bank, currencies=CURRENCIES) for bank in BANKS]
        everyone = (house, *ISSUERS, *banks)
        yield [
            staff.order(
                AddParticipant,
                bic=each.bic,
                name=each.name,
                role=each.role,
                currencies=each.currencies,
                key=self._new_key(each.bic),
            )
            for each in everyone
        ]
        for state in ("certified", "active"):
            yield [staff.order(SetParticipantState, bic=each.bic, state=state) for each in everyone]
        yield [staff.order(ActivateList, version=LIST, entries=1)]

    def _funding(self, issuer: Institution, bank: Institution) -> Command:
        money = Money(FUNDS, issuer.home)
        members = {"participant": bank.bic, "amount": amount_members(money)}
        origin = self._request(issuer.bic, "funding", members)
        return FundAccount(origin, bank.bic, money.currency, money.minor)

    async def _fix(self, day: Day) -> None:
        """Let the central banks post the day's official rates, in the morning."""
        self.now = max(self.now, parse(f"{day.date}T06:00:00Z"))
        commands: list[Command] = []
        for issuer, rate in zip(ISSUERS, day.rates, strict=True):
            assert issuer.home == rate.quote, (
                "each central bank fixes what the dollar costs in its own currency"
            )
            origin = self._request(issuer.bic, "fixings", fixing_members(day.date, rate))
            commands.append(PostFixing(origin, day.date, rate.base, rate.quote, rate.value))
        await self._give(commands)
        self.now += 4 * HOUR

    async def _settle(self, orders: Sequence[tuple[Institution, Order]]) -> int:
        """Take payments from order to credit: pacs.008, ACCP, ACCC; return how many."""
        messages = [self._message(bank.bic, order) for bank, order in orders]
        await self._give([self._order(message) for message in messages])
        for status in ("ACCP", "ACCC"):
            self.now += SECOND
            await self._give([self._report(message, status) for message in messages])
        return len(messages)

    def _message(self, bic: str, order: Order) -> Credit:
        uetr = str(UUID(int=self._uetrs.getrandbits(128), version=4))
        return credit_transfer(self._pens[bic][0], order, self._message_id(bic), uetr, self.now)

    def _order(self, message: Credit) -> Command:
        bic = message.debtor_agent
        origin = self._signed(bic, PACS_008, envelope(self._pens[bic][0], message, self.now))
        return CreditTransfer(origin, message, Screening(LIST))

    def _report(self, order: Credit, status: str) -> Command:
        bic = order.creditor_agent
        profile = self._pens[bic][0]
        message: Report = status_report(profile, order.uetr, status, self._message_id(bic), self.now)
        return StatusReport(self._signed(bic, _REPORTS, envelope(profile, message, self.now)), message)

    def _message_id(self, bic: str) -> str:
        self._named[bic] += 1
        return f"{bic}-{self._named[bic]}"

    def _request(self, bic: str, path: str, members: dict[str, Any]) -> Origin:
        draft = request(path, self._message_id(bic), members, kept=True)
        return self._signed(bic, f"json/{path}", draft)

    def _signed(self, bic: str, definition: str, draft: Draft) -> Origin:
        self._numbers[bic] += 1
        number, (_, pen) = self._numbers[bic], self._pens[bic]
        signature = pen.sign(draft.body, number, self.now)
        return Origin(
            bic,
            draft.message_id,
            definition,
            bytes.fromhex(draft.digest),
            self.now,
            self.now // SECOND * SECOND,
            number,
            f"{bic}-1",
            signature,
            draft.body,
        )

    def _pen(self, each: Institution) -> tuple[Profile, Pen]:
        profile = Profile(
            bic=each.bic,
            hub=self._bic,
            environment=self._environment,
            url="",
            key_id=f"{each.bic}-1",
            hub_keys={},
        )
        return profile, Pen(profile, self._key(each.bic))

    def _new_key(self, bic: str) -> NewKey:
        key: Any = self._key(bic)
        return NewKey(f"{bic}-1", key.algorithm, key.public, 0, FOREVER)

    async def _give(self, commands: Iterable[Command]) -> list[events.Answered]:
        """Let the hub decide and PostgreSQL keep these; return the answers, in their order. All are accepted."""
        frame = list(enumerate(commands))
        answers: dict[int, events.Answered] = {}
        wake = self.now
        todo: list[events.Event] = [events.Submitted(1, frame)]
        while todo:
            for action in self._hub.receive(todo.pop(0), self.now):
                match action:
                    case events.Load():
                        todo.append(events.Loaded(await self._journal.load(action.keys)))
                    case events.Commit():
                        await self._journal.commit(action.batch.writes)
                        self.batches += 1
                        todo.append(events.Committed(action.batch.writes.number))
                    case events.Release():
                        answers |= {answer.ticket: answer for answer in action.answers}
                    case events.WakeAt():
                        wake = action.at
            if not todo and len(answers) < len(frame):
                self.now = max(self.now + MILLISECOND, wake)
                todo.append(events.Woken())
        for answer in answers.values():
            assert answer.status == "accepted", answer.body
        return [answers[ticket] for ticket, _ in frame]
