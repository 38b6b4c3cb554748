"""A simulated central bank: it issues its currency, each sum once, and says what others cost in it.

It keeps an account for each participant, too, from which it funds settlement accounts and to which it takes money
back, when it is asked to.
"""

import sqlite3
from collections.abc import Iterable
from typing import Final

from corridor.client import liquidity
from corridor.client.frames import Frame
from corridor.client.messages import status_report
from corridor.client.participant import Participant
from corridor.client.store import Effect
from corridor.codecs.iso20022 import camt050
from corridor.codecs.iso20022.admi002 import MessageReject
from corridor.codecs.iso20022.camt050 import LiquidityTransfer
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.domain.instants import DAY, Instant, iso_date
from corridor.domain.money import Money, Rate

DAYS_AHEAD: Final = 9

_SCHEMA = """
CREATE TABLE IF NOT EXISTS issue (
    name TEXT PRIMARY KEY, participant TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reserve_account (
    number TEXT PRIMARY KEY, balance INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sent_credit (
    uetr TEXT PRIMARY KEY, message_id TEXT NOT NULL UNIQUE, number TEXT NOT NULL, amount INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
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


class Desk:
    """Where a central bank moves participants' money between their accounts with it and those at the hub.

    Each message of the mailbox is handled once: what follows is stored with its place in it.
    """

    def __init__(self, participant: Participant, database: sqlite3.Connection) -> None:
        self._participant = participant
        self._balances: dict[str, int] = dict(database.execute("SELECT number, balance FROM reserve_account"))
        rows = database.execute("SELECT uetr, message_id, number, amount FROM sent_credit")
        self._sent: dict[str, tuple[str, str, int]] = {uetr: (*sent,) for uetr, *sent in rows}

    async def run(self) -> None:
        """Handle the mailbox, for ever."""
        async for frame in self._participant.mail():
            with frame:
                self.handle(frame)

    def handle(self, frame: Frame) -> None:
        """Do what the messages of a frame ask for."""
        for delivery in frame.deliveries:
            match delivery.opened and delivery.opened.message:
                case LiquidityTransfer() as order:
                    move = self._take if _is_outward(order) else self._give
                    move(order, frame)
                case StatusReport(original_uetr=uetr, transaction_status="ACSC"):
                    self._forget(uetr, frame)
                case MessageReject(related_reference=message_id, reason=reason):
                    for uetr in [uetr for uetr, sent in self._sent.items() if sent[0] == message_id]:
                        self._take_back(uetr, reason, frame)

    def _take(self, order: LiquidityTransfer, frame: Frame) -> None:
        """Money comes back from the hub, to an account that is kept here."""
        if order.creditor_account not in self._balances:
            self._answer(order, "RJCT", "AC03", frame)
            return
        self._add(order.creditor_account, order.amount.minor, frame)
        self._answer(order, "ACSC", None, frame)

    def _give(self, order: LiquidityTransfer, frame: Frame) -> None:
        """Money is wanted at the hub, out of an account that is kept here."""
        number, amount = order.debtor_account, order.amount.minor
        if self._balances.get(number, 0) < amount:
            self._answer(order, "RJCT", "AM04" if number in self._balances else "AC02", frame)
            return
        message_id, now = self._participant.identify()
        self._add(number, -amount, frame)
        self._sent[order.uetr] = (message_id, number, amount)
        frame.write(_sent(order.uetr, message_id, number, amount))
        frame.send(
            liquidity.credit(
                self._participant.profile,
                order.creditor,
                order.amount,
                message_id,
                order.uetr,
                now,
                debtor_account=number,
                end_to_end_id=order.end_to_end_id,
            )
        )

    def _take_back(self, uetr: str, reason: str, frame: Frame) -> None:
        """The hub has refused a credit: the money is the participant's here again, and of its wish nothing comes."""
        _, number, amount = self._sent[uetr]
        self._add(number, amount, frame)
        self._forget(uetr, frame)
        message_id, now = self._participant.identify()
        frame.send(status_report(self._participant.profile, uetr, "RJCT", message_id, now, reason=reason))

    def _answer(self, order: LiquidityTransfer, status: str, reason: str | None, frame: Frame) -> None:
        message_id, now = self._participant.identify()
        frame.send(
            status_report(
                self._participant.profile,
                order.uetr,
                status,
                message_id,
                now,
                reason=reason,
                original_message_id=order.message_id,
                original_definition=camt050.CODEC.definition,
                end_to_end_id=order.end_to_end_id,
            )
        )

    def _add(self, number: str, amount: int, frame: Frame) -> None:
        self._balances[number] += amount
        frame.write(_balance(number, self._balances[number]))

    def _forget(self, uetr: str, frame: Frame) -> None:
        if self._sent.pop(uetr, None) is not None:
            frame.write(_ended(uetr))


def _is_outward(order: LiquidityTransfer) -> bool:
    return order.debtor_account == liquidity.account_name(order.debtor, order.amount.currency)


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


def _sent(uetr: str, message_id: str, number: str, amount: int) -> Effect:
    def write(database: sqlite3.Connection) -> None:
        database.execute("INSERT INTO sent_credit VALUES (?, ?, ?, ?)", (uetr, message_id, number, amount))

    return write


def _ended(uetr: str) -> Effect:
    def write(database: sqlite3.Connection) -> None:
        database.execute("DELETE FROM sent_credit WHERE uetr = ?", (uetr,))

    return write
