"""The counter of the simulated banks: where the person at the terminal orders a payment, or sees to credit."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Literal

import msgspec

from corridor.adapters.stream import frames
from corridor.client import (
    AccountTerms,
    CorrespondentAccount,
    Facility,
    Inquiry,
    Lost,
    Reconciled,
    Refused,
    Terms,
    TurnedAway,
)
from corridor.client.correspondents import Method
from corridor.client.messages import Gross
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.domain.errors import CorridorError
from corridor.domain.money import Money
from corridor.sandbox import mirror
from corridor.sandbox.bank import BankPayment
from corridor.sandbox.corridor import Intent
from corridor.sandbox.offices import Notice
from corridor.sandbox.people import PERSON, Customer
from corridor.sandbox.process import Sandbox

PATIENCE_S = 30.0
LOOK_AGAIN_S = 0.05
ENDS = ("ACCC", "RJCT")
PRIORITIES = {"urgent": "URGT", "high": "HIGH", "normal": "NORM"}


class Wish(msgspec.Struct, frozen=True, tag=True):
    """A customer of one bank pays a customer of another, or whoever has a phone number.

    `to` is a BIC or a phone number in E.164; `amount` in minor units of `currency`, which is debited; `into`
    is the currency that is credited. With `gross` it need not be instant; `netted`, it is final with its cycle;
    `booked`, it settles on a correspondent account.
    """

    debtor_agent: str
    to: str
    amount: int
    currency: str
    into: str
    gross: Gross | None = None
    netted: bool = False
    booked: Method | None = None

    def ends(self, status: str) -> bool:
        """Nothing more comes of it soon."""
        return (
            status in ENDS
            or (self.gross is not None and status == "PDNG")
            or (self.netted and status == "ACPD")
        )


class Change(msgspec.Struct, frozen=True, tag=True):
    """A bank changes what becomes of a payment of its own that waits: `to` first, last, a priority, or cancel."""

    bank: str
    uetr: str
    to: Literal["first", "last", "URGT", "HIGH", "NORM", "cancel"]


class Deed(msgspec.Struct, frozen=True, tag=True):
    """A bank offers a facility on these terms; or does something with one: accept, cancel, draw, repay."""

    bank: str
    what: Literal["offer", "accept", "cancel", "draw", "repay"]
    facility: int = 0
    amount: Money | None = None
    terms: Terms | None = None


class AccountDeed(msgspec.Struct, frozen=True, tag=True):
    """A bank offers a correspondent account on these terms; or does something with one; or compares a day of it."""

    bank: str
    what: Literal["offer", "accept", "close", "fund", "withdraw", "reconcile"]
    account: int = 0
    amount: Money | None = None
    terms: AccountTerms | None = None
    day: str = ""
    currency: str = ""


class Asking(msgspec.Struct, frozen=True, tag=True):
    """A bank asks all providers for their best rate; `amount` is fixed on the side whose currency it has."""

    bank: str
    to: str
    source_currency: str
    destination_currency: str
    amount: Money
    within_s: int


class Move(msgspec.Struct, frozen=True, tag=True):
    """An institution asks its central bank for money (`inward`), or sends it some back."""

    bank: str
    amount: Money
    inward: bool


class GiveBack(msgspec.Struct, frozen=True, tag=True):
    """The bank whose customer has received a payment returns it."""

    uetr: str
    reason: str
    text: str = ""


class NoSuchBank(Lost):
    """The sandbox has no bank of this name."""


class NotReceived(Lost):
    """No bank of the sandbox has received such a payment."""


class NoSuchCustomer(Lost):
    """No customer of the sandbox fits."""


async def serve(path: Path, sandbox: Sandbox) -> asyncio.Server:
    """Take wishes, and tell what becomes of each, notice by notice."""
    decoder: msgspec.msgpack.Decoder[Wish | Change | Deed | AccountDeed | Asking | Move | GiveBack] = (
        msgspec.msgpack.Decoder(Wish | Change | Deed | AccountDeed | Asking | Move | GiveBack)
    )
    dice = Random()  # noqa: S311  which customer it is does not matter

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (wish := await frames.read(reader, decoder)) is not None:
                if isinstance(wish, Change):
                    writer.write(frames.encode(await _change(sandbox, wish)))
                    continue
                if isinstance(wish, Asking):
                    writer.write(frames.encode(await _inquire(sandbox, wish)))
                    continue
                if isinstance(wish, Deed):
                    writer.write(frames.encode(await _lend(sandbox, wish)))
                    continue
                if isinstance(wish, Move):
                    writer.write(frames.encode(await _move(sandbox, wish)))
                    continue
                if isinstance(wish, GiveBack):
                    writer.write(frames.encode(await _give_back(sandbox, wish)))
                    continue
                if isinstance(wish, AccountDeed):
                    writer.write(frames.encode(await _correspond(sandbox, wish)))
                    continue
                notices: asyncio.Queue[Notice] = asyncio.Queue()
                try:
                    await sandbox.pay(intent(wish, sandbox.customers, dice), notices.put_nowait)
                except NoSuchCustomer as error:
                    writer.write(frames.encode(str(error)))
                    continue
                while True:
                    notice = await asyncio.wait_for(notices.get(), PATIENCE_S)
                    writer.write(frames.encode(notice))
                    if wish.ends(notice.status):
                        break
        except (frames.FrameError, ConnectionError, TimeoutError):
            pass
        finally:
            writer.close()

    return await frames.listen(path, handle)


async def _move(sandbox: Sandbox, move: Move) -> StatusReport | str:
    """Let it move; return how that ended, or why nobody knows yet."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await sandbox.move_liquidity(move.bank, move.amount, inward=move.inward)
    except TimeoutError:
        return "the central bank has not answered yet; `corridor account transfers` shows it"
    except CorridorError as error:
        return str(error)


async def _give_back(sandbox: Sandbox, back: GiveBack) -> BankPayment | str:
    """Let the creditor's bank do it; return the payment as it then stands, or why it did not."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            for office in sandbox.banks.values():
                if office.has_received(back.uetr):
                    return await office.give_back(back.uetr, back.reason, back.text)
            raise NotReceived
    except TimeoutError:
        return "the hub has not answered yet; `corridor status` shows what becomes of it"
    except CorridorError as error:
        return str(error)


async def _lend(sandbox: Sandbox, deed: Deed) -> Facility | str:
    """Let a bank do it; return the facility, or why it was refused."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await _done(sandbox, deed)
    except CorridorError as error:
        return str(error)


async def _inquire(sandbox: Sandbox, asked: Asking) -> Inquiry | str:
    """Let a bank ask; return the inquiry once it has ended, or why it was refused."""
    try:
        async with asyncio.timeout(asked.within_s + PATIENCE_S):
            if asked.bank not in sandbox.banks:
                raise NoSuchBank(f"the sandbox has no bank {asked.bank}")
            bank = sandbox.participants[asked.bank]
            number = await bank.inquire(
                asked.to, asked.source_currency, asked.destination_currency, asked.amount, asked.within_s
            )
            while True:
                for inquiry in await bank.inquiries(number):
                    if inquiry.state != "asked":
                        return inquiry
                await asyncio.sleep(LOOK_AGAIN_S)
    except CorridorError as error:
        return str(error)


async def _done(sandbox: Sandbox, deed: Deed) -> Facility:
    if deed.bank not in sandbox.banks:
        raise NoSuchBank(f"the sandbox has no bank {deed.bank}")
    bank = sandbox.participants[deed.bank]
    match deed:
        case Deed(what="offer", terms=Terms() as terms):
            return await bank.offer_facility(terms)
        case Deed(what="accept"):
            return await bank.accept_facility(deed.facility)
        case Deed(what="draw", amount=Money() as amount):
            return await bank.draw(deed.facility, amount)
        case Deed(what="repay", amount=Money() as amount):
            return await bank.repay(deed.facility, amount)
        case _:
            return await bank.cancel_facility(deed.facility)


async def _correspond(sandbox: Sandbox, deed: AccountDeed) -> CorrespondentAccount | Reconciled | str:
    """Let a bank do it; return the account, or what was compared, or why it was refused."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            return await _corresponded(sandbox, deed)
    except CorridorError as error:
        return str(error)


async def _corresponded(sandbox: Sandbox, deed: AccountDeed) -> CorrespondentAccount | Reconciled:
    if deed.bank not in sandbox.banks:
        raise NoSuchBank(f"the sandbox has no bank {deed.bank}")
    bank = sandbox.participants[deed.bank]
    match deed:
        case AccountDeed(what="offer", terms=AccountTerms() as terms):
            return await bank.offer_account(terms)
        case AccountDeed(what="accept"):
            return await bank.accept_account(deed.account)
        case AccountDeed(what="fund", amount=Money() as amount):
            return await bank.fund_account(deed.account, amount)
        case AccountDeed(what="withdraw", amount=Money() as amount):
            return await bank.withdraw(deed.account, amount)
        case AccountDeed(what="reconcile"):
            own = sandbox.stores[deed.bank].connection
            return await bank.reconcile(mirror.book_day(own, deed.account, deed.currency, deed.day))
        case _:
            return await bank.close_account(deed.account)


def intent(wish: Wish, customers: Sequence[Customer], dice: Random) -> Intent:
    """Return the wish as one between two customers.

    Raises: NoSuchCustomer.
    """
    debtors = [c for c in customers if c.bank == wish.debtor_agent and c.currency == wish.currency]
    if wish.to.startswith("+"):
        creditors = [c for c in customers if c.phone == wish.to]
    else:
        creditors = [c for c in customers if c.bank == wish.to and c.currency == wish.into]
    debtors = [c for c in debtors if c.kind == PERSON]
    creditors = [c for c in creditors if c.kind == PERSON]
    if not debtors:
        raise NoSuchCustomer(f"{wish.debtor_agent} has no customer with an account in {wish.currency}")
    if not creditors:
        raise NoSuchCustomer(f"nobody at {wish.to} has an account in {wish.into}")
    creditor = dice.choice(creditors)
    by_phone = wish.to.startswith("+")
    return Intent(
        "at the counter",
        dice.choice(debtors),
        creditor,
        wish.amount,
        "FAMI",
        by_phone=by_phone,
        gross=wish.gross,
        netted=wish.netted,
        booked=wish.booked,
    )


async def _change(sandbox: Sandbox, change: Change) -> str:
    """Return what the hub says against it, "" if nothing."""
    participant = sandbox.participants.get(change.bank)
    if participant is None:
        return f"there is no bank {change.bank} in this sandbox"
    try:
        match change.to:
            case "cancel":
                await participant.cancel(change.uetr)
            case "first" | "last" as place:
                await participant.move(change.uetr, place)
            case priority:
                await participant.prioritise(change.uetr, priority)
    except (Refused, TurnedAway, Lost) as refusal:
        return str(refusal)
    return ""
