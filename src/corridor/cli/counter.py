"""The counter of the simulated banks: where the person at the terminal has them pay, lend, trade and ask.

`request` is the terminal's side of it.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any, Literal, TypeAlias

import msgspec

from corridor.adapters.stream import frames
from corridor.client import (
    AccountTerms,
    Arrangement,
    CorrespondentAccount,
    Facility,
    Inquiry,
    Lost,
    Participant,
    Quote,
    Reconciled,
    Terms,
)
from corridor.client.correspondents import Method
from corridor.client.messages import Gross
from corridor.client.requests import Trade
from corridor.domain.errors import CorridorError
from corridor.domain.money import Money
from corridor.sandbox import mirror
from corridor.sandbox.bank import BankPayment
from corridor.sandbox.corridor import Intent
from corridor.sandbox.offices import Notice
from corridor.sandbox.people import PERSON, Customer
from corridor.sandbox.process import Sandbox
from corridor.sandbox.world import CENTRAL_BANKS

PATIENCE_S = 30.0
LOOK_AGAIN_S = 0.05
ENDS = ("ACCC", "RJCT")
OFFICIAL = {each.home: each.bic for each in CENTRAL_BANKS}
"""By currency, who quotes at the official rate: its central bank."""
PRIORITIES = {"urgent": "URGT", "high": "HIGH", "normal": "NORM"}


class Wish(msgspec.Struct, frozen=True, tag=True):
    """A customer of one bank pays a customer of another, or whoever has a phone number.

    `to` is a BIC or a phone number in E.164; `amount` in minor units of `currency`, which is debited; `into`
    is the currency that is credited, on `quote` if there is one already. With `gross` it need not be instant;
    `netted`, it is final with its cycle; `booked`, it settles on a correspondent account; `official`, it is quoted at
    the official rate, by an arrangement of two central banks.
    """

    debtor_agent: str
    to: str
    amount: int
    currency: str
    into: str
    gross: Gross | None = None
    netted: bool = False
    booked: Method | None = None
    quote: Quote | None = None
    official: bool = False

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


class ArrangementDeed(msgspec.Struct, frozen=True, tag=True):
    """A central bank offers another an arrangement; or does something with one."""

    bank: str
    what: Literal["offer", "accept", "end"]
    arrangement: int = 0
    other: str = ""
    swing: Money | None = None
    other_swing: Money | None = None


class TradeDeed(msgspec.Struct, frozen=True, tag=True):
    """A bank or provider states a trade; or wants the trade of a reference with another undone."""

    bank: str
    stated: Trade | None = None
    counterparty: str = ""
    reference: str = ""


class TradeTold(msgspec.Struct, frozen=True):
    """What the hub answers of a trade: its number, and its state now."""

    trade: int
    state: str


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


Asked: TypeAlias = Wish | Change | Deed | AccountDeed | ArrangementDeed | TradeDeed | Asking | Move | GiveBack


class NoSuchBank(Lost):
    """It is none of the simulated banks."""


class NotReceived(Lost):
    """No bank of the sandbox has received such a payment."""


class NoSuchCustomer(Lost):
    """No customer of the sandbox fits."""


async def serve(path: Path, sandbox: Sandbox) -> asyncio.Server:
    """Take wishes, and tell what becomes of each, notice by notice; whatever else is asked has one answer."""
    decoder: msgspec.msgpack.Decoder[Asked] = msgspec.msgpack.Decoder(Asked)
    dice = Random()  # noqa: S311  which customer it is does not matter

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (asked := await frames.read(reader, decoder)) is not None:
                if isinstance(asked, Wish):
                    await _pay(sandbox, asked, dice, writer)
                else:
                    writer.write(frames.encode(await _answer(sandbox, asked)))
        except (frames.FrameError, ConnectionError, TimeoutError):
            pass
        finally:
            writer.close()

    return await frames.listen(path, handle)


async def _pay(sandbox: Sandbox, wish: Wish, dice: Random, writer: asyncio.StreamWriter) -> None:
    notices: asyncio.Queue[Notice] = asyncio.Queue()
    try:
        await sandbox.pay(intent(wish, sandbox.customers, dice), notices.put_nowait)
    except NoSuchCustomer as error:
        writer.write(frames.encode(_words(error)))
        return
    while True:
        notice = await asyncio.wait_for(notices.get(), PATIENCE_S)
        writer.write(frames.encode(notice))
        if wish.ends(notice.status):
            break


async def _answer(sandbox: Sandbox, asked: Asked) -> Any:
    """Let it be done; return what came of it, or why it was refused."""
    more_s = asked.within_s if isinstance(asked, Asking) else 0
    try:
        async with asyncio.timeout(PATIENCE_S + more_s):
            match asked:
                case Move():
                    return await sandbox.move_liquidity(asked.bank, asked.amount, inward=asked.inward)
                case Asking():
                    return await _inquire(_bank(sandbox, asked.bank), asked)
                case Deed():
                    return await _lend(_bank(sandbox, asked.bank), asked)
                case AccountDeed():
                    return await _correspond(sandbox, _bank(sandbox, asked.bank), asked)
                case ArrangementDeed():
                    return await _arrange(_institution(sandbox, asked.bank), asked)
                case TradeDeed():
                    return await _trade(_institution(sandbox, asked.bank), asked)
                case GiveBack():
                    return await _give_back(sandbox, asked)
                case Change():
                    return await _change(_institution(sandbox, asked.bank), asked)
                case Wish():
                    raise AssertionError(asked)  # it has more than one answer
    except TimeoutError:
        if isinstance(asked, Move):
            return "the central bank has not answered yet; `corridor account transfers` shows it"
        return f"nobody has answered for {PATIENCE_S + more_s:.0f} s; look what has become of it before you ask again"
    except CorridorError as error:
        return _words(error)


async def _give_back(sandbox: Sandbox, back: GiveBack) -> BankPayment:
    """Let the creditor's bank do it; return the payment as it then stands."""
    for office in sandbox.banks.values():
        if office.has_received(back.uetr):
            return await office.give_back(back.uetr, back.reason, back.text)
    raise NotReceived


def _words(error: CorridorError) -> str:
    """Return why it was refused, as an operator is told it: reason, text, and the field at fault."""
    return f"{error.reason}: {error.message}" + (f" ({error.field})" if error.field else "")


def _bank(sandbox: Sandbox, bic: str) -> Participant:
    if bic not in sandbox.banks:
        raise NoSuchBank(f"{bic} is none of the simulated banks")
    return sandbox.participants[bic]


def _institution(sandbox: Sandbox, bic: str) -> Participant:
    """Return a bank, a provider or a central bank of the sandbox."""
    participant = sandbox.participants.get(bic)
    if participant is None:
        raise NoSuchBank(f"{bic} is none of the simulated institutions")
    return participant


async def _inquire(bank: Participant, asked: Asking) -> Inquiry:
    """Let a bank ask; return the inquiry once it has ended."""
    number = await bank.inquire(
        asked.to, asked.source_currency, asked.destination_currency, asked.amount, asked.within_s
    )
    while True:
        for inquiry in await bank.inquiries(number):
            if inquiry.state != "asked":
                return inquiry
        await asyncio.sleep(LOOK_AGAIN_S)


async def _lend(bank: Participant, deed: Deed) -> Facility:
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


async def _correspond(
    sandbox: Sandbox, bank: Participant, deed: AccountDeed
) -> CorrespondentAccount | Reconciled:
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


async def _arrange(bank: Participant, deed: ArrangementDeed) -> Arrangement:
    match deed:
        case ArrangementDeed(what="offer", swing=Money() as swing, other_swing=Money() as other_swing):
            return await bank.offer_arrangement(deed.other, swing, other_swing)
        case ArrangementDeed(what="accept"):
            return await bank.accept_arrangement(deed.arrangement)
        case _:
            return await bank.end_arrangement(deed.arrangement)


async def _trade(side: Participant, deed: TradeDeed) -> TradeTold:
    if deed.stated is not None:
        receipt = await side.capture_trade(deed.stated)
    else:
        receipt = await side.cancel_trade(deed.counterparty, deed.reference)
    return msgspec.json.decode(receipt.answer, type=TradeTold)


async def _change(owner: Participant, change: Change) -> bool:
    match change.to:
        case "cancel":
            await owner.cancel(change.uetr)
        case "first" | "last" as place:
            await owner.move(change.uetr, place)
        case priority:
            await owner.prioritise(change.uetr, priority)
    return True


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
        quote=wish.quote,
        provider=OFFICIAL[wish.currency] if wish.official else "",
    )
