"""The client of a participant, for the engineers of a bank.

async with Participant.open(profile, key, store, clock=clock, dice=dice, uetr=uetr) as bank:
quote = await bank.quote("PAMRTJ20", "RUB", "TJS", Money(1_500_000, "RUB"))
payment = await bank.pay(Order(creditor_agent="PAMRTJ20", quote=quote, ...), reserve)
async for frame in bank.mail():
with frame:
for delivery in frame.deliveries:
...
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any, Final, Literal, Self

from corridor.client import (
    arrangements,
    correspondents,
    facilities,
    liquidity,
    messages,
    requests,
    statements,
)
from corridor.client.arrangements import Arrangement
from corridor.client.correspondents import AccountTerms, BookDay, CorrespondentAccount, Reconciled
from corridor.client.errors import Lost, Refused
from corridor.client.events import Receipt
from corridor.client.facilities import Facility, Terms
from corridor.client.frames import Frame, Payment
from corridor.client.http import Http
from corridor.client.identifiers import MakeUETR
from corridor.client.machine import Correspondence
from corridor.client.messages import Order
from corridor.client.profile import PrivateKey, Profile
from corridor.client.receipts import read_problem
from corridor.client.requests import Payee, Quote, Tier
from corridor.client.retries import Retries
from corridor.client.session import Session
from corridor.client.signing import HubSeal
from corridor.client.statements import AccountPage
from corridor.client.store import Store
from corridor.codecs.iso20022.admi002 import MessageReject
from corridor.codecs.iso20022.messages import Message
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.domain.instants import MILLISECOND, SECOND, Instant, iso
from corridor.domain.money import Money, Rate

LOOK_UPS: Final = 4
ENDED: Final = frozenset({"ACSC", "ACCC", "RJCT"})


class Participant:
    """One institution at the hub's front door.

    Whatever it sends is stored first and sent until the hub has vouched for it. The messages of its mailbox
    come in frames, in order, each verified; what follows from a frame is stored together with the place in
    the mailbox. Once the store has failed every method raises its error: open the participant anew.
    """

    def __init__(self, profile: Profile, session: Session, dice: random.Random, uetr: MakeUETR) -> None:
        """`open` is the way to make one."""
        self.profile = profile
        self.make_uetr = uetr
        self._session = session
        self._dice = dice
        self._ends: dict[str, asyncio.Future[StatusReport]] = {}
        self._reading = False

    @classmethod
    @contextlib.asynccontextmanager
    async def open(
        cls,
        profile: Profile,
        key: PrivateKey,
        store: Store,
        *,
        clock: Callable[[], Instant],
        dice: random.Random,
        uetr: MakeUETR,
        spacing: Instant = 4 * MILLISECOND,
        http: Http | None = None,
    ) -> AsyncIterator[Self]:
        """Take up the correspondence where the store has it: send what waits, follow the mailbox.

        `clock` gives the time, `dice` spread out retries, `uetr` names payments. Transactions of the store
        are at least `spacing` microseconds apart. The store stays open, for whoever opened it.
        """
        place, letters = store.load()
        machine = Correspondence(profile, key, place, letters, dice, spacing=spacing)
        session = Session(
            profile.bic, machine, store, http or Http(profile.url, tls=profile.certificate), clock
        )
        session.open()
        try:
            yield cls(profile, session, dice, uetr)
        finally:
            await session.close()

    def time(self, timed: Callable[[str, Instant, Instant], None]) -> None:
        """Tell of each message that is answered from now on: id, when it was sent, when answered."""
        self._session.timed = timed

    async def pay(self, order: Order, *effects: Any) -> Payment:
        """Order a payment; return when the hub has stored the order. The mailbox tells what becomes of it.

        `effects` (the reservation on the customer's account) are stored together with the order. If this is
        cancelled or the process ends, the order still is on its way.
        """
        uetr = self.make_uetr()
        message_id, now = self.identify()
        message = messages.credit_transfer(self.profile, order, message_id, uetr, now)
        return await self._order(message, uetr, now, effects)

    async def defund(self, amount: Money, account: str, *effects: Any) -> Payment:
        """Send money of this institution's own to its account at the central bank; as `pay`.

        It is reserved until the central bank has said that it is there (ACSC), or will not be (RJCT).
        """
        uetr = self.make_uetr()
        message_id, now = self.identify()
        message = liquidity.defunding(self.profile, amount, account, message_id, uetr, now)
        return await self._order(message, uetr, now, effects)

    async def ask_for_funds(self, amount: Money, account: str, *effects: Any) -> Payment:
        """Ask the central bank for money from this institution's account there; as `pay`."""
        uetr = self.make_uetr()
        message_id, now = self.identify()
        message = liquidity.funding(self.profile, amount, account, message_id, uetr, now)
        return await self._order(message, uetr, now, effects)

    async def credit(self, participant: str, amount: Money, *effects: Any) -> Payment:
        """As a currency's central bank, put money into a participant's account; as `pay`."""
        uetr = self.make_uetr()
        message_id, now = self.identify()
        message = liquidity.credit(self.profile, participant, amount, message_id, uetr, now)
        return await self._order(message, uetr, now, effects)

    async def give_back(
        self, uetr: str, received: Money, reason: str, *effects: Any, text: str = ""
    ) -> Payment:
        """Return a payment that this bank was the creditor agent of, whole: `received` is what it got; as `pay`.

        The outcome is ACSC. It raises Refused with the hub's reason (AM04 there is too little, DU03 it was returned
        before, TM01 it is too late): then nothing has moved.
        """
        message_id, now = self.identify()
        message = messages.payment_return(self.profile, uetr, received, reason, message_id, now, text)
        return await self._order(message, uetr, now, effects, key=message_id)

    async def ask_status(self, uetr: str) -> None:
        """Ask where a payment stands; the mailbox tells."""
        message_id, now = self.identify()
        message = messages.status_request(self.profile, uetr, message_id, now)
        await self._session.ask(messages.envelope(self.profile, message, now))

    async def quote(
        self,
        creditor_agent: str,
        source_currency: str,
        destination_currency: str,
        amount: Money,
        provider: str = "",
    ) -> Quote:
        """What a payment into another currency costs; `amount` is fixed on the side whose currency it has.

        Raises: Refused with ISO's reason, TurnedAway, Lost.
        """
        members = requests.quote_members(
            creditor_agent, source_currency, destination_currency, amount, provider
        )
        return requests.read_quote((await self._request("quotes", members, kept=False)).answer)

    async def inquire(
        self,
        creditor_agent: str,
        source_currency: str,
        destination_currency: str,
        amount: Money,
        within_s: int = 10,
    ) -> int:
        """Ask all providers of a pair for their best rate; return the number of the inquiry.

        The mailbox tells when it has ended, `inquiries` with which quote. Raises: Refused, TurnedAway, Lost.
        """
        members = requests.quote_members(creditor_agent, source_currency, destination_currency, amount, "")
        receipt = await self._request("inquiries", {**members, "within_s": within_s}, kept=False)
        return requests.read_number(receipt.answer)

    async def reply(self, inquiry: int, rate: Rate) -> Receipt:
        """As a provider, reply to an inquiry. Raises: Refused: TM01 too late, AM02 or AM23 beyond its limits."""
        return await self._request("inquiries/reply", {"inquiry": inquiry, "rate": rate.text()}, kept=False)

    async def inquiries(self, number: int | None = None) -> list[requests.Inquiry]:
        """What this participant asks or is asked, and is open; or one by its number. Raises: TurnedAway, Lost."""
        query = "" if number is None else f"?inquiry={number}"
        response = await self._session.get(f"/v1/inquiries{query}")
        if response.status != 200:
            raise read_problem(response.status, response.body)
        return [requests.read_inquiry(line) for line in response.body.splitlines()]

    async def look_up(self, phone: str, name: str = "") -> Payee:
        """Whom a phone number reaches, and if that is the name given. Raises: TurnedAway (BE23), Lost."""
        target = requests.look_up_target(phone, name)
        for attempt in range(1, LOOK_UPS + 1):
            response = await self._session.get(target)
            if response.status == 200:
                return requests.read_payee(response.body)
            if response.status not in (429, 503):
                raise read_problem(response.status, response.body)
            delay = Retries().delay(attempt, self._dice, response.retry_after_s * SECOND)
            await asyncio.sleep(delay / SECOND)
        raise Lost("The look-up was put off too often.")

    async def register_alias(
        self, phone: str, currency: str, account: str, name: str, *effects: Any
    ) -> Receipt:
        """Let a phone number stand for an account of this bank's customer. Raises: Refused."""
        members = {"phone": phone, "currency": currency, "account": account, "name": name}
        return await self._request("aliases", members, *effects)

    async def remove_alias(self, phone: str, *effects: Any) -> Receipt:
        """Let a phone number stand for nothing. Raises: Refused."""
        return await self._request("aliases/remove", {"phone": phone}, *effects)

    async def post_rates(self, base_currency: str, quote_currency: str, tiers: Sequence[Tier]) -> Receipt:
        """Replace this provider's rates of a pair. Raises: Refused, TurnedAway, Lost."""
        members = requests.rates_members(base_currency, quote_currency, tiers)
        return await self._request("rates", members, kept=False)

    async def fix(self, day: str, rate: Rate, *effects: Any) -> Receipt:
        """As the central bank of a rate's quote currency, set the official rate of a day. Raises: Refused."""
        return await self._request("fixings", requests.fixing_members(day, rate), *effects)

    async def fund(self, participant: str, amount: Money, *effects: Any) -> Receipt:
        """As a currency's central bank, issue money into a participant's account. Raises: Refused."""
        members = {"participant": participant, "amount": requests.amount_members(amount)}
        return await self._request("funding", members, *effects)

    async def move(self, uetr: str, to: Literal["first", "last"]) -> Receipt:
        """Put a payment that waits before or behind the others of its priority. Raises: Refused (NOOR)."""
        return await self._request("queue/move", {"uetr": uetr, "to": to}, kept=False)

    async def prioritise(self, uetr: str, priority: Literal["URGT", "HIGH", "NORM"]) -> Receipt:
        """Give a payment that waits another priority, behind the others of that. Raises: Refused (NOOR)."""
        return await self._request("queue/priority", {"uetr": uetr, "priority": priority}, kept=False)

    async def cancel(self, uetr: str) -> Receipt:
        """Take back a payment that waits; the mailbox says RJCT (DS02). Raises: Refused (NOOR)."""
        return await self._request("queue/cancel", {"uetr": uetr}, kept=False)

    async def offer_facility(self, terms: Terms) -> Facility:
        """As a lender, offer a bank a facility. Raises: Refused."""
        return await self._facility("facilities", facilities.terms_members(terms))

    async def accept_facility(self, number: int) -> Facility:
        """As its borrower, take an offered facility. Raises: Refused."""
        return await self._facility("facilities/accept", {"facility": number})

    async def cancel_facility(self, number: int) -> Facility:
        """Take an offer back, decline it, or give up a facility of which nothing is drawn. Raises: Refused."""
        return await self._facility("facilities/cancel", {"facility": number})

    async def draw(self, number: int, amount: Money, *effects: Any) -> Facility:
        """As the borrower, have so much of the lender's money. Raises: Refused."""
        members = {"facility": number, "amount": requests.amount_members(amount)}
        return await self._facility("facilities/draw", members, *effects)

    async def repay(self, number: int, amount: Money, *effects: Any) -> Facility:
        """As the borrower, pay what is owed: fees and interest first. Raises: Refused."""
        members = {"facility": number, "amount": requests.amount_members(amount)}
        return await self._facility("facilities/repay", members, *effects)

    async def set_credit_line(self, participant: str, line: Money) -> Receipt:
        """As a currency's central bank, let an account go so far below zero against collateral. Raises: Refused."""
        members = {"participant": participant, "line": requests.amount_members(line)}
        return await self._request("credit-lines", members)

    async def take_pledge(
        self,
        pledge_id: str,
        pledger: str,
        value: Money,
        haircut_bps: int,
        valid_until: Instant,
        facility: int = 0,
    ) -> Receipt:
        """Count collateral that this institution holds: for a line, or for a facility. Raises: Refused."""
        members = {
            "pledge_id": pledge_id,
            "pledger": pledger,
            "value": requests.amount_members(value),
            "haircut_bps": haircut_bps,
            "valid_until": iso(valid_until),
            "facility": facility,
        }
        return await self._request("pledges", members)

    async def release_pledge(self, pledge_id: str) -> Receipt:
        """Give back collateral that nothing in use needs. Raises: Refused."""
        return await self._request("pledges/release", {"pledge_id": pledge_id})

    async def capture_trade(self, trade: requests.Trade) -> Receipt:
        """State a trade; the other side states the same, mirrored. Raises: Refused, naming the field at fault."""
        return await self._request("trades", requests.trade_members(trade))

    async def cancel_trade(self, counterparty: str, reference: str) -> Receipt:
        """Undo a trade that is not matched, or ask the other side to undo it. Raises: Refused (NOOR)."""
        members = {"counterparty_side": counterparty, "common_reference": reference}
        return await self._request("trades/cancel", members)

    async def offer_account(self, terms: AccountTerms) -> CorrespondentAccount:
        """As one of two banks, offer the other a correspondent account. Raises: Refused."""
        return await self._account("correspondents", correspondents.account_members(terms))

    async def accept_account(self, number: int) -> CorrespondentAccount:
        """As the other bank, take an offered correspondent account. Raises: Refused."""
        return await self._account("correspondents/accept", {"account": number})

    async def close_account(self, number: int) -> CorrespondentAccount:
        """End an offer; ask for the end of a correspondent account, or agree to it at zero. Raises: Refused."""
        return await self._account("correspondents/close", {"account": number})

    async def fund_account(self, number: int, amount: Money, *effects: Any) -> CorrespondentAccount:
        """As its owner, bring settlement money to a correspondent account. Raises: Refused."""
        members = {"account": number, "amount": requests.amount_members(amount)}
        return await self._account("correspondents/fund", members, *effects)

    async def withdraw(self, number: int, amount: Money, *effects: Any) -> CorrespondentAccount:
        """As its owner, take settlement money back from a correspondent account. Raises: Refused."""
        members = {"account": number, "amount": requests.amount_members(amount)}
        return await self._account("correspondents/withdraw", members, *effects)

    async def offer_arrangement(self, central_bank: str, swing: Money, other_swing: Money) -> Arrangement:
        """As a central bank, offer another that payers of both pay in their own currency. Raises: Refused.

        `swing`, in one's own currency, is how far the other may owe; `other_swing`, in the other's, how far one may.
        """
        return await self._arrangement(
            "arrangements", arrangements.offer_members(central_bank, swing, other_swing)
        )

    async def accept_arrangement(self, number: int) -> Arrangement:
        """As the other central bank, take an offered arrangement. Raises: Refused."""
        return await self._arrangement("arrangements/accept", {"arrangement": number})

    async def end_arrangement(self, number: int) -> Arrangement:
        """End an offer, or let an arrangement end with its next netting. Raises: Refused."""
        return await self._arrangement("arrangements/end", {"arrangement": number})

    async def reconcile(self, day: BookDay) -> Reconciled:
        """Say what this bank's own book has of a day of a correspondent account; hear what differs. Raises: Refused."""
        receipt = await self._request("correspondents/reconcile", correspondents.book_members(day))
        return correspondents.read_reconciled(receipt.answer)

    async def statement(self, currency: str, day: str = "", page: int = 1) -> AsyncIterator[AccountPage]:
        """The pages of this participant's statement of a business day, from one on to the last, each verified.

        A day that has ended is told by camt.053. Without a day it is the one that runs, as far as it has come, by
        camt.052. Raises: TurnedAway (AC01 no such account, DT01 no such day, CH16 no such page), Forged, Lost.
        """
        seal = HubSeal(self.profile)
        while True:
            response = await self._session.get(statements.target(currency, day, page))
            if response.status != 200:
                raise read_problem(response.status, response.body)
            account = f"{self.profile.bic}-{currency}"
            read = statements.read_page(seal, account, day, page, response.headers, response.body)
            yield read
            if read.message.is_last_page:
                return
            page += 1

    async def mail(self) -> AsyncIterator[Frame]:
        """The messages of the mailbox, frame by frame, for one reader that handles each before the next."""
        assert not self._reading, "a mailbox has one reader"
        self._reading = True
        try:
            while True:
                frame = Frame(self._handle, await self._session.frame())
                yield frame
                assert frame.handled, "handle each frame in a `with` block: without it the next never comes"
        finally:
            self._reading = False

    def identify(self) -> tuple[str, Instant]:
        """An id for a message, never used before, and the time."""
        return self._session.identify()

    def send(self, written: Sequence[Message], *effects: Any) -> None:
        """Store messages and effects together, then send."""
        now = self._session.clock()
        drafts = [messages.envelope(self.profile, message, now) for message in written]
        self._session.submit(drafts, effects)

    @property
    def on_the_way(self) -> int:
        """How many messages the hub has not vouched for yet."""
        return self._session.on_the_way

    async def _order(
        self, message: Message, uetr: str, now: Instant, effects: Sequence[Any], key: str = ""
    ) -> Payment:
        """Send it; `key` is by what its end is known, the UETR if nothing is said."""
        ended = self._ends[key or uetr] = asyncio.get_running_loop().create_future()
        try:
            receipt = await self._session.ask(messages.envelope(self.profile, message, now), effects)
        except BaseException:
            self._ends.pop(key or uetr, None)
            raise
        return Payment(uetr, receipt, ended)

    async def _facility(self, path: str, members: Mapping[str, Any], *effects: Any) -> Facility:
        return facilities.read_facility((await self._request(path, members, *effects)).answer)

    async def _arrangement(self, path: str, members: Mapping[str, Any]) -> Arrangement:
        return arrangements.read_arrangement((await self._request(path, members)).answer)

    async def _account(self, path: str, members: Mapping[str, Any], *effects: Any) -> CorrespondentAccount:
        return correspondents.read_account((await self._request(path, members, *effects)).answer)

    async def _request(
        self, path: str, members: Mapping[str, Any], *effects: Any, kept: bool = True
    ) -> Receipt:
        message_id, _ = self.identify()
        return await self._session.ask(requests.request(path, message_id, members, kept=kept), effects)

    def _handle(self, frame: Frame) -> None:
        now = self._session.clock()
        drafts = [messages.envelope(self.profile, message, now) for message in frame.messages]
        told = [
            delivery.opened.message
            for delivery in frame.deliveries
            if delivery.opened is not None
            and isinstance(delivery.opened.message, StatusReport | MessageReject)
        ]
        frame.then(lambda: self._tell(told))
        last = frame.deliveries[-1].number
        self._session.submit(drafts, frame.effects, handled=last, then=frame.after)

    def _tell(self, told: Sequence[StatusReport | MessageReject]) -> None:
        for report in told:
            if isinstance(report, MessageReject):
                waiting = self._ends.pop(report.related_reference, None)
                if waiting is not None and not waiting.done():
                    waiting.set_exception(Refused(report.description, reason=report.reason))
                    waiting.exception()  # whoever does not ask is not to be told by a log
            elif report.transaction_status in ENDED:
                waiting = self._ends.pop(_known_by(report), None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(report)


def _known_by(report: StatusReport) -> str:
    """Return by what the end of a payment is known, or that of a return: its message, for the UETR is the payment's."""
    is_return = report.original_message_definition_id == messages.PACS_004
    return (report.original_message_id or "") if is_return else report.original_uetr
