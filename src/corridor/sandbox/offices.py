"""The institutions of the sandbox at work: each a machine, a store of its own and a client."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any, Final, TypeAlias

import msgspec

from corridor.client.errors import Lost, Refused, TurnedAway
from corridor.client.frames import Frame
from corridor.client.messages import Order
from corridor.client.participant import Participant
from corridor.client.requests import Quote
from corridor.domain.errors import CorridorError
from corridor.domain.instants import SECOND, Instant
from corridor.domain.money import Money, Rate
from corridor.domain.parties import Party
from corridor.sandbox import bank_store, provider
from corridor.sandbox.bank import IN, OUT, RETURNING, Bank, BankPayment, Turn
from corridor.sandbox.corridor import Intent
from corridor.sandbox.people import Customer
from corridor.sandbox.world import PAIR

POST_RATES_EVERY_S: Final = 20.0
OPEN_AGAIN_S: Final = 1.0
ALIASES_AT_ONCE: Final = 16


class Notice(msgspec.Struct, frozen=True):
    """What an observer is told of a payment: `status` is `ordered` or ISO's.

    RJCT may come without `ordered`: no quote, no such phone. `at` is the debtor agent's time of this status,
    `ordered_at` that of the order. `total_cost` is the fee and the spread to the middle of the market, in
    minor units of the source.
    """

    uetr: str
    flow: str
    status: str
    reason: str
    debtor_agent: str
    creditor_agent: str
    source: Money
    destination: Money
    fee: Money
    total_cost: int
    total_cost_bps: int
    ordered_at: Instant
    at: Instant
    quote_id: str = ""


Observe: TypeAlias = Callable[[Notice], None]


class BankOffice:
    """A bank that serves customers."""

    def __init__(
        self, participant: Participant, bank: Bank, database: sqlite3.Connection, clock: Callable[[], Instant]
    ) -> None:
        self.bank = bank
        self._participant = participant
        self._database = database
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._due_at: Instant | None = None
        self._observed: dict[str, tuple[Notice, Observe]] = {}
        self._returns: dict[str, asyncio.Future[BankPayment]] = {}

    async def run(self) -> None:
        """Handle the mailbox, for ever."""
        self._set_timer()
        try:
            async for frame in self._participant.mail():
                turn = self.bank.handle(frame.deliveries, self._clock())
                with frame:
                    for message in turn.messages:
                        frame.send(message)
                    _write(frame, turn)
                    frame.then(partial(self._tell, turn))
                self._set_timer()
        finally:
            if self._timer is not None:
                self._timer.cancel()

    async def announce_customers(self) -> None:
        """Tell the directory the phone numbers that it has not been told."""
        limit = asyncio.Semaphore(ALIASES_AT_ONCE)

        async def announce(account: Any) -> None:
            async with limit:
                await self._participant.register_alias(
                    account.phone,
                    account.currency,
                    account.number,
                    account.name,
                    bank_store.announced(account.phone),
                )

        async with asyncio.TaskGroup() as group:
            for account in bank_store.unannounced(self._database):
                group.create_task(announce(account))

    async def pay(self, intent: Intent, observe: Observe, *, look_up: bool = True) -> str:
        """Do what a customer wants, with whatever look-up and quote it takes; return the UETR.

        Raises nothing that a peer caused: the observer hears of it as RJCT.
        """
        uetr = self._participant.make_uetr()
        source = Money(intent.amount, intent.debtor.currency)
        quote = intent.quote
        try:
            if look_up and intent.by_phone:
                await self._participant.look_up(intent.creditor.phone, intent.creditor.name)
            if intent.quoted and quote is None:
                quote = await self._participant.quote(
                    intent.creditor.bank, source.currency, intent.creditor.currency, source, intent.provider
                )
        except CorridorError as error:
            now = self._clock()
            notice = _notice(intent, uetr, None, now)
            observe(msgspec.structs.replace(notice, status="RJCT", reason=error.reason))
            return uetr
        self.order(intent, uetr, quote, observe)
        return uetr

    def pay_at_once(self, intent: Intent, observe: Observe) -> str:
        """As `pay`, for what takes neither look-up nor quote."""
        uetr = self._participant.make_uetr()
        self.order(intent, uetr, None, observe)
        return uetr

    def has_received(self, uetr: str) -> bool:
        """Say whether it is the creditor agent of this payment."""
        payment = self.bank.find(uetr)
        return payment is not None and payment.direction == IN

    async def give_back(self, uetr: str, reason: str, text: str = "") -> BankPayment:
        """Give back what a customer has received; return how it stands then: returned, or ACCC with a reason.

        Raises: NotReturnable (FF12), AccountClosed (AC05), NotCovered (AM04).
        """
        turn = self.bank.give_back(uetr, reason, text)
        ended: asyncio.Future[BankPayment] = self._loop.create_future()
        self._returns[uetr] = ended
        self._participant.send(turn.messages, bank_store.effect(turn))
        return await ended

    def order(self, intent: Intent, uetr: str, quote: Quote | None, observe: Observe) -> None:
        """Order the payment; if the customer has too little, it first brings cash."""
        self._bring_cash(intent, quote)
        turn = self.bank.order(_order(intent, uetr, quote), uetr)
        (payment,) = turn.payments
        notice = _notice(intent, uetr, quote, payment.begun_at)
        self._observed[uetr] = (notice, observe)
        self._participant.send(turn.messages, bank_store.effect(turn))
        observe(notice)

    def _bring_cash(self, intent: Intent, quote: Quote | None) -> None:
        # Wages are paid in cash and firms have other banks: what they bring has no end.
        account = self.bank.book.accounts[intent.debtor.account]
        needed = quote.debit.minor if quote else intent.amount
        if account.available < needed:
            turn = self.bank.deposit(account.number, 10 * needed)
            self._participant.send((), bank_store.effect(turn))

    def _wake(self) -> None:
        self._due_at = None
        turn = self.bank.wake(self._clock())
        if turn.messages or turn.payments:
            self._participant.send(turn.messages, bank_store.effect(turn))
        self._set_timer()

    def _set_timer(self) -> None:
        due_at = self.bank.due_at
        if due_at == self._due_at:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._due_at = due_at
        if due_at is not None:
            delay_s = max(0, due_at - self._clock()) / SECOND
            self._timer = self._loop.call_later(delay_s, self._wake)

    def _tell(self, turn: Turn) -> None:
        for payment in turn.steps:
            if payment.direction == OUT:
                self._tell_one(payment)
            elif payment.status != RETURNING:
                ended = self._returns.pop(payment.uetr, None)
                if ended is not None and not ended.done():
                    ended.set_result(payment)

    def _tell_one(self, payment: BankPayment) -> None:
        observed = self._observed.get(payment.uetr)
        if observed is None:
            return
        if not payment.open:
            del self._observed[payment.uetr]
        notice, observe = observed
        observe(
            msgspec.structs.replace(
                notice, status=payment.status, reason=payment.reason, at=payment.changed_at
            )
        )


class ProviderOffice:
    """An FX provider that trades."""

    def __init__(self, participant: Participant, trader: provider.Provider) -> None:
        self._participant = participant
        self._trader = trader

    async def post_rates(self) -> None:
        """Post the next rates."""
        await self._participant.post_rates(*PAIR, self._trader.next_rates())

    async def open_market(self) -> None:
        """Post the first rates, however long the hub is away or closed: without them nobody gets a quote."""
        while True:
            try:
                return await self.post_rates()
            except Lost:
                await asyncio.sleep(OPEN_AGAIN_S)

    async def keep_posting(self) -> None:
        """Post rates, for ever."""
        while True:
            await asyncio.sleep(POST_RATES_EVERY_S)
            # Where the hub is away, the next rates are as good; those before go stale meanwhile, as they must.
            with contextlib.suppress(Lost, TurnedAway):
                await self.post_rates()

    async def run(self) -> None:
        """Book what the mailbox says, and reply to what it asks, for ever."""
        async for frame in self._participant.mail():
            with frame:
                frame.write(provider.effect(provider.movements(frame.deliveries)))
            for number in provider.asked(frame.deliveries):
                # Where the hub is away, or time is over, another provider gets the business.
                with contextlib.suppress(Lost, Refused, TurnedAway):
                    await self._reply(number)

    async def _reply(self, number: int) -> None:
        for inquiry in await self._participant.inquiries(number):
            if inquiry.state == "asked" and inquiry.reply is None:
                sells_base = inquiry.destination_currency == inquiry.unit_currency
                rate = self._trader.firm_rate(sells_base=sells_base)
                await self._participant.reply(
                    number, Rate(rate, inquiry.unit_currency, inquiry.quoted_currency)
                )


def _write(frame: Frame, turn: Turn) -> None:
    if turn.accounts or turn.payments or turn.bookings:
        frame.write(bank_store.effect(turn))


def _order(intent: Intent, uetr: str, quote: Quote | None) -> Order:
    creditor = intent.creditor
    return Order(
        creditor_agent=creditor.bank,
        amount=Money(intent.amount, intent.debtor.currency),
        debtor=_party(intent.debtor),
        creditor=_party(creditor, by_phone=intent.by_phone),
        creditor_phone=creditor.phone if intent.by_phone else None,
        quote=quote,
        end_to_end_id=intent.document.number if intent.document else uetr.replace("-", ""),
        purpose=intent.purpose,
        remittance=(intent.remittance,) if intent.remittance else (),
        documents=(intent.document,) if intent.document else (),
        tax=intent.tax,
        gross=intent.gross,
        netted=intent.netted,
        booked=intent.booked,
    )


def _party(customer: Customer, *, by_phone: bool = False) -> Party:
    return Party(
        name=customer.name,
        account=None if by_phone else customer.account,
        town=customer.town or None,
        country=customer.country or None,
    )


def _notice(intent: Intent, uetr: str, quote: Quote | None, at: Instant) -> Notice:
    source = quote.source if quote else Money(intent.amount, intent.debtor.currency)
    return Notice(
        uetr=uetr,
        flow=intent.flow,
        status="ordered",
        reason="",
        debtor_agent=intent.debtor.bank,
        creditor_agent=intent.creditor.bank,
        source=source,
        destination=quote.destination if quote else source,
        fee=quote.fee if quote else Money(0, source.currency),
        total_cost=quote.total_cost if quote else 0,
        total_cost_bps=quote.total_cost_bps if quote else 0,
        ordered_at=at,
        at=at,
        quote_id=quote.quote_id if quote else "",
    )
