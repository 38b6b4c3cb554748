"""All institutions of the sandbox in one asyncio process, talking to the hub through the front door only."""

import asyncio
import contextlib
import random
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Final, Self

from corridor.client.identifiers import MakeUETR
from corridor.client.participant import Participant
from corridor.client.profile import PrivateKey, Profile
from corridor.client.store import SqliteStore
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.domain.errors import CorridorError
from corridor.domain.instants import MILLISECOND, Instant
from corridor.domain.money import Money, Rate
from corridor.sandbox import bank_store, central_bank, provider
from corridor.sandbox.bank import Bank, Behaviour
from corridor.sandbox.book import Book
from corridor.sandbox.corridor import Intent, intents
from corridor.sandbox.dealing import Dealing
from corridor.sandbox.offices import BankOffice, Notice, Observe, ProviderOffice
from corridor.sandbox.people import Customer, make_customers
from corridor.sandbox.world import (
    BANKS,
    CENTRAL_BANKS,
    FIXINGS,
    FUNDING,
    FX_PROVIDERS,
    INSTITUTIONS,
    MID,
    RESERVES,
)

SPACING: Final = 10 * MILLISECOND
"""Between two transactions of one institution: the load then shares them."""


class NobodyThere(CorridorError):
    """The sandbox has nobody of this name."""

    reason = "RC01"


class Sandbox:
    """The institutions at work; `open` makes one."""

    def __init__(
        self, customers: tuple[Customer, ...], wants: random.Random, clock: Callable[[], Instant]
    ) -> None:
        self.customers = customers
        self._clock = clock
        self.participants: dict[str, Participant] = {}
        self.stores: dict[str, SqliteStore] = {}
        self.banks: dict[str, BankOffice] = {}
        self._providers: list[ProviderOffice] = []
        self._dealings: list[Dealing] = []
        self._intents = intents(wants, customers)

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls,
        profiles: Mapping[str, Profile],
        keys: Mapping[str, PrivateKey],
        directory: Path,
        *,
        clock: Callable[[], Instant],
        uetr: MakeUETR,
        seed: int = 1,
        behaviours: Mapping[str, Behaviour] | None = None,
    ) -> AsyncIterator[Self]:
        """Open every institution on its own file in a directory that exists, and keep it at work.

        Customers and what they want follow from the seed; `uetr` should not, for UETRs are unique for ever.
        """
        sandbox = cls(make_customers(_dice(seed, "customers")), _dice(seed, "wants"), clock)
        async with _the_one_error(), contextlib.AsyncExitStack() as stack:
            for each in INSTITUTIONS:
                store = sandbox.stores[each.bic] = SqliteStore(
                    directory / f"{each.bic}.db", power_cut_safe=False
                )
                stack.callback(store.close)
                sandbox.participants[each.bic] = await stack.enter_async_context(
                    Participant.open(
                        profiles[each.bic],
                        keys[each.bic],
                        store,
                        clock=clock,
                        dice=_dice(seed, f"retries of {each.bic}"),
                        uetr=uetr,
                        spacing=SPACING,
                    )
                )
            sandbox._staff(seed, behaviours or {})
            group = await stack.enter_async_context(asyncio.TaskGroup())
            tasks = sandbox._start(group)
            try:
                yield sandbox
            finally:
                for task in tasks:
                    task.cancel()

    async def found(self) -> None:
        """What was not done before: money from the central banks, the first rates, the customers' phones.

        The official rates are set anew, of today and the days after.
        """
        async with asyncio.TaskGroup() as group:
            for issuer in CENTRAL_BANKS:
                sums = [
                    (each.bic, Money(amount, currency))
                    for each, currency, amount in FUNDING
                    if currency == issuer.home
                ]
                participant, store = self.participants[issuer.bic], self.stores[issuer.bic]
                group.create_task(central_bank.issue(participant, store.connection, "first day", sums))
            for issuer, currency, rate in FIXINGS:
                fixing = Rate(rate, currency, issuer.home)
                group.create_task(central_bank.fix(self.participants[issuer.bic], fixing, self._clock()))
            for office in self._providers:
                group.create_task(office.open_market())
            for bank in self.banks.values():
                group.create_task(bank.announce_customers())

    async def offer(
        self,
        per_s: float,
        count: int,
        observe: Observe,
        *,
        look_up: bool = True,
        under_way_max: int = sys.maxsize,
    ) -> None:
        """Let so many payments begin at an even rate, whatever becomes of them; return when all have ended.

        The observer is told of every change of each. Customers queue while `under_way_max` payments have not ended.
        """
        under_way = 0
        one_ended = asyncio.Event()

        def watch(notice: Notice) -> None:
            nonlocal under_way
            observe(notice)
            if notice.status in ("ACCC", "RJCT"):
                under_way -= 1
                one_ended.set()

        async def wait_below(most: int) -> None:
            while under_way >= most:
                one_ended.clear()
                await one_ended.wait()

        loop = asyncio.get_running_loop()
        start = loop.time()
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                delay_s = start + number / per_s - loop.time()
                if delay_s > 0:
                    await asyncio.sleep(delay_s)
                elif number % 8 == 0:
                    await asyncio.sleep(0)  # late, but answers must come in, too
                await wait_below(under_way_max)
                under_way += 1
                intent = next(self._intents)
                office = self.banks[intent.debtor.bank]
                if intent.quoted or (look_up and intent.by_phone):
                    group.create_task(office.pay(intent, watch, look_up=look_up))
                else:
                    office.pay_at_once(intent, watch)
        await wait_below(1)

    async def pay(self, intent: Intent, observe: Observe) -> str:
        """Let one customer pay; return the UETR."""
        return await self.banks[intent.debtor.bank].pay(intent, observe)

    async def move_liquidity(self, bic: str, amount: Money, *, inward: bool) -> StatusReport:
        """Let an institution ask its central bank for money, or send it some back; return how that ended.

        Raises: NobodyThere.
        """
        participant = self.participants.get(bic)
        issuer = next((each for each in CENTRAL_BANKS if each.home == amount.currency), None)
        if issuer is None:
            raise NobodyThere(f"No central bank here issues {amount.currency}.")
        if participant is None or participant.profile.bic in {each.bic for each in CENTRAL_BANKS}:
            raise NobodyThere(f"The sandbox has no institution {bic} with a settlement account.")
        account = central_bank.reserve_account(issuer.bic, bic)
        move = participant.ask_for_funds if inward else participant.defund
        return await (await move(amount, account)).outcome()

    def _staff(self, seed: int, behaviours: Mapping[str, Behaviour]) -> None:
        for each in CENTRAL_BANKS:
            database = self.stores[each.bic].connection
            central_bank.prepare(
                database,
                [
                    (central_bank.reserve_account(each.bic, of.bic), amount)
                    for of, currency, amount in RESERVES
                    if currency == each.home
                ],
            )
        for each in FX_PROVIDERS:
            provider.prepare(self.stores[each.bic].connection)
            trader = provider.Provider(MID, _dice(seed, f"rates of {each.bic}"))
            self._providers.append(ProviderOffice(self.participants[each.bic], trader))
        one, other = (self.participants[each.bic] for each in FX_PROVIDERS)
        self._dealings.append(Dealing(one, other, _dice(seed, "dealings"), self._clock))
        for each in BANKS:
            database = self.stores[each.bic].connection
            bank_store.prepare(database, [c for c in self.customers if c.bank == each.bic])
            participant = self.participants[each.bic]
            bank = Bank(
                participant.profile,
                Book(bank_store.accounts(database)),
                bank_store.open_payments(database),
                identify=participant.identify,
                recall=bank_store.recall(database),
                dice=_dice(seed, f"answers of {each.bic}"),
                behaviour=behaviours.get(each.bic),
            )
            self.banks[each.bic] = BankOffice(participant, bank, database, self._clock)

    def _start(self, group: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
        work = [office.run() for office in self.banks.values()]
        for office in self._providers:
            work += [office.run(), office.keep_posting()]
        work += [dealing.run() for dealing in self._dealings]
        for each in CENTRAL_BANKS:
            issuer = self.participants[each.bic]
            desk = central_bank.Desk(issuer.profile, issuer.identify, self.stores[each.bic].connection)
            work += [central_bank.handle_mail(issuer, desk), central_bank.keep_reminding(issuer, desk)]
        return [group.create_task(each) for each in work]


@contextlib.asynccontextmanager
async def _the_one_error() -> AsyncIterator[None]:
    """Let a group of one error be that error, whoever raised it."""
    try:
        yield
    except BaseExceptionGroup as group:
        if len(group.exceptions) > 1:
            raise
        raise group.exceptions[0] from None


def _dice(seed: int, purpose: str) -> random.Random:
    """A source of its own for each purpose, so that more draws here change nothing there."""
    return random.Random(f"{seed}/{purpose}")  # noqa: S311  play, not secrets
