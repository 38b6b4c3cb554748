"""A simulated central bank: it issues its currency, each sum once, and says what others cost in it.

It keeps an account for each participant, too, from which it funds settlement accounts and to which it takes money
back, when it is asked to.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

import msgspec

from corridor.client import liquidity
from corridor.client.mailbox import Delivery
from corridor.client.messages import status_report
from corridor.client.participant import Participant
from corridor.client.profile import Profile
from corridor.client.store import Effect
from corridor.codecs.iso20022 import camt050
from corridor.codecs.iso20022.admi002 import MessageReject
from corridor.codecs.iso20022.camt050 import LiquidityTransfer
from corridor.codecs.iso20022.messages import Message
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.domain.accounts import settlement_account_name
from corridor.domain.instants import DAY, SECOND, Instant, iso_date
from corridor.domain.money import Money, Rate

DAYS_AHEAD: Final = 9
REMIND_EVERY: Final = 30 * SECOND
CREDIT: Final = "CREDIT"
_UNTIMELY: Final = frozenset({"DT01", "DU02"})
"""Why a message was turned away that may be said again: signed at a wrong time, or under a number used before."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS issue (
    name TEXT PRIMARY KEY, participant TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reserve_account (
    number TEXT PRIMARY KEY, balance INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS owed_answer (uetr TEXT PRIMARY KEY, answer BLOB NOT NULL) STRICT, WITHOUT ROWID;
"""


def prepare(database: sqlite3.Connection, balances: Iterable[tuple[str, int]] = ()) -> None:
    """Make the tables of what was issued and of the participants' accounts, which begin with these balances."""
    database.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
    database.execute("BEGIN")
    database.executemany("INSERT OR IGNORE INTO reserve_account VALUES (?, ?)", list(balances))
    database.execute("COMMIT")


def reserve_account(central_bank: str, participant: str) -> str:
    """The number of a participant's account at a simulated central bank.

    >>> reserve_account("CBRRRUM0", "SEVRRUM0")
    'CBRRRUM0-SEVRRUM0'
    """
    return f"{central_bank}-{participant}"


async def issue(
    issuer: Participant, database: sqlite3.Connection, name: str, sums: Iterable[tuple[str, Money]]
) -> None:
    """Fund each participant with its sum, unless that was done before under this name.

    Raises: Refused.
    """
    for participant, amount in sums:
        key = f"{name}/{participant}"
        if database.execute("SELECT 1 FROM issue WHERE name = ?", (key,)).fetchone() is None:
            await issuer.fund(participant, amount, _issued(key, participant, amount))


async def fix(issuer: Participant, rate: Rate, now: Instant) -> None:
    """Set the official rate of today and of the days to come, as many as may be set. Raises: Refused."""
    for day in range(DAYS_AHEAD + 1):
        await issuer.fix(iso_date(now + day * DAY), rate)


class Answer(msgspec.Struct, frozen=True):
    """What a central bank says to what it was asked: CREDIT by a pacs.009, ACSC or RJCT by a pacs.002."""

    order: LiquidityTransfer
    said: str
    reason: str
    message_id: str


class Turn(NamedTuple):
    """What follows from one event: all of it is stored in one transaction, then the messages are sent."""

    messages: list[Message]
    effects: list[Effect]


async def handle_mail(issuer: Participant, desk: "Desk") -> None:
    """Do what a central bank's mailbox asks for, for ever."""
    async for frame in issuer.mail():
        with frame:
            turn = desk.handle(frame.deliveries)
            for message in turn.messages:
                frame.send(message)
            for effect in turn.effects:
                frame.write(effect)


async def keep_reminding(issuer: Participant, desk: "Desk") -> None:
    """Say again now and then what the hub has not taken in, for ever; what is on its way may still be."""
    while True:
        await asyncio.sleep(REMIND_EVERY / SECOND)
        if issuer.on_the_way:
            continue
        turn = desk.remind()
        if turn.messages:
            issuer.send(turn.messages, *turn.effects)


class Desk:
    """Where a central bank moves participants' money between their accounts with it and those at the hub.

    What it was asked it does once, whatever comes twice. Its answer it owes until the hub has told how the transfer
    ended: one that was turned away (a clock was wrong) is said again.
    """

    def __init__(
        self, profile: Profile, identify: Callable[[], tuple[str, Instant]], database: sqlite3.Connection
    ) -> None:
        """`identify` gives an id for a message, and the time; the database is the one that effects are written to."""
        self._profile = profile
        self._identify = identify
        self._balances: dict[str, int] = dict(database.execute("SELECT number, balance FROM reserve_account"))
        answers = (_answers.decode(row[0]) for row in database.execute("SELECT answer FROM owed_answer"))
        self._owed = {answer.order.uetr: answer for answer in answers}
        self._turn = Turn([], [])

    def handle(self, deliveries: Iterable[Delivery]) -> Turn:
        """Do what messages ask for."""
        for delivery in deliveries:
            match delivery.opened and delivery.opened.message:
                case LiquidityTransfer() as order:
                    self._decide(order)
                case StatusReport(original_uetr=uetr, transaction_status="ACSC" | "RJCT"):
                    self._forget(uetr)
                case MessageReject(related_reference=message_id, reason=reason):
                    self._refused(message_id, reason)
        return self._taken()

    def remind(self) -> Turn:
        """Say once more what the hub has not taken in: each time under another id, or it would be known as refused."""
        for answer in list(self._owed.values()):
            self._say(answer.order, answer.said, answer.reason)
        return self._taken()

    def _decide(self, order: LiquidityTransfer) -> None:
        amount = order.amount.minor
        if order.debtor_account == settlement_account_name(order.debtor, order.amount.currency):
            if order.creditor_account not in self._balances:
                self._say(order, "RJCT", "AC03")
                return
            self._add(order.creditor_account, amount)
            self._say(order, "ACSC")
        elif self._balances.get(order.debtor_account, 0) < amount:
            self._say(order, "RJCT", "AM04" if order.debtor_account in self._balances else "AC02")
        else:
            self._add(order.debtor_account, -amount)
            self._say(order, CREDIT)

    def _refused(self, message_id: str, reason: str) -> None:
        """The hub has not taken an answer: what it will not credit is the participant's here again."""
        for answer in list(self._owed.values()):
            if answer.message_id == message_id and answer.said == CREDIT and reason not in _UNTIMELY:
                self._add(answer.order.debtor_account, answer.order.amount.minor)
                self._say(answer.order, "RJCT", reason)

    def _say(self, order: LiquidityTransfer, said: str, reason: str = "") -> None:
        message_id, now = self._identify()
        answer = self._owed[order.uetr] = Answer(order, said, reason, message_id)
        self._turn.effects.append(_owes(answer))
        if said == CREDIT:
            message: Message = liquidity.credit(
                self._profile,
                order.creditor,
                order.amount,
                message_id,
                order.uetr,
                now,
                debtor_account=order.debtor_account,
                end_to_end_id=order.end_to_end_id,
            )
        else:
            message = status_report(
                self._profile,
                order.uetr,
                said,
                message_id,
                now,
                reason=reason or None,
                original_message_id=order.message_id,
                original_definition=camt050.CODEC.definition,
                end_to_end_id=order.end_to_end_id,
            )
        self._turn.messages.append(message)

    def _add(self, number: str, amount: int) -> None:
        self._balances[number] += amount
        self._turn.effects.append(_balance(number, self._balances[number]))

    def _forget(self, uetr: str) -> None:
        if self._owed.pop(uetr, None) is not None:
            self._turn.effects.append(_told(uetr))

    def _taken(self) -> Turn:
        turn, self._turn = self._turn, Turn([], [])
        return turn


def _issued(key: str, participant: str, amount: Money) -> Effect:
    def write(database: sqlite3.Connection) -> None:
        database.execute(
            "INSERT INTO issue VALUES (?, ?, ?, ?)", (key, participant, amount.currency, amount.minor)
        )

    return write


def _balance(number: str, balance: int) -> Effect:
    def write(database: sqlite3.Connection) -> None:
        database.execute("UPDATE reserve_account SET balance = ? WHERE number = ?", (balance, number))

    return write


def _owes(answer: Answer) -> Effect:
    def write(database: sqlite3.Connection) -> None:
        encoded = msgspec.msgpack.encode(answer)
        database.execute("INSERT OR REPLACE INTO owed_answer VALUES (?, ?)", (answer.order.uetr, encoded))

    return write


def _told(uetr: str) -> Effect:
    def write(database: sqlite3.Connection) -> None:
        database.execute("DELETE FROM owed_answer WHERE uetr = ?", (uetr,))

    return write


_answers: Final = msgspec.msgpack.Decoder(Answer)
