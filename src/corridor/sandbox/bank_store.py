"""Where a simulated bank keeps its book: tables of its own in the file that holds its correspondence."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence

from corridor.client.store import Effect
from corridor.sandbox.bank import BankPayment, Turn
from corridor.sandbox.book import Account
from corridor.sandbox.mirror import SCHEMA as _MIRROR
from corridor.sandbox.people import Customer

_SCHEMA = """
CREATE TABLE IF NOT EXISTS customer_account (
    number TEXT PRIMARY KEY, currency TEXT NOT NULL, name TEXT NOT NULL, phone TEXT NOT NULL,
    balance INTEGER NOT NULL, reserved INTEGER NOT NULL, closed INTEGER NOT NULL, brought INTEGER NOT NULL,
    CHECK (0 <= reserved AND reserved <= balance)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS payment (
    uetr TEXT NOT NULL UNIQUE, direction TEXT NOT NULL, status TEXT NOT NULL, account TEXT NOT NULL,
    currency TEXT NOT NULL, amount INTEGER NOT NULL, agent TEXT NOT NULL, message_id TEXT NOT NULL,
    end_to_end_id TEXT NOT NULL, begun_at INTEGER NOT NULL, changed_at INTEGER NOT NULL, reason TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS open_payment ON payment (begun_at) WHERE status NOT IN ('RJCT', 'ACCC', 'returned');
CREATE TABLE IF NOT EXISTS announced (phone TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
"""
_ACCOUNT = "number, currency, name, phone, balance, reserved, closed, brought"


def prepare(database: sqlite3.Connection, customers: Iterable[Customer]) -> None:
    """Make the tables and open an account for each customer that has none."""
    database.executescript(f"BEGIN; {_SCHEMA} {_MIRROR} COMMIT;")
    database.execute("BEGIN")
    database.executemany(
        "INSERT OR IGNORE INTO customer_account VALUES (?1, ?2, ?3, ?4, ?5, 0, 0, ?5)",
        [(each.account, each.currency, each.name, each.phone, each.opening) for each in customers],
    )
    database.execute("COMMIT")


def accounts(database: sqlite3.Connection) -> list[Account]:
    """All customers' accounts."""
    rows = database.execute(f"SELECT {_ACCOUNT} FROM customer_account")  # noqa: S608  our own names
    return [Account(*row) for row in rows]


def open_payments(database: sqlite3.Connection) -> list[BankPayment]:
    """The payments of which something is still to come."""
    rows = database.execute("SELECT * FROM payment WHERE status NOT IN ('RJCT', 'ACCC', 'returned')")
    return [BankPayment(*row) for row in rows]


def recall(database: sqlite3.Connection) -> Callable[[str], BankPayment | None]:
    """What finds a payment by its UETR."""

    def find(uetr: str) -> BankPayment | None:
        row = database.execute("SELECT * FROM payment WHERE uetr = ?", (uetr,)).fetchone()
        return BankPayment(*row) if row else None

    return find


def effect(turn: Turn) -> Effect:
    """What stores the book's side of a turn."""
    changed = [
        (each.balance, each.reserved, each.closed, each.brought, each.number) for each in turn.accounts
    ]
    payments = [
        (
            each.uetr, each.direction, each.status, each.account, each.currency, each.amount, each.agent,
            each.message_id, each.end_to_end_id, each.begun_at, each.changed_at, each.reason,
        )
        for each in turn.payments
    ]  # fmt: skip

    bookings = [(each.number, each.account, each.day, each.amount) for each in turn.bookings]

    def write(database: sqlite3.Connection) -> None:
        database.executemany("INSERT OR IGNORE INTO mirror VALUES (?, ?, ?, ?)", bookings)
        database.executemany(
            "UPDATE customer_account SET balance = ?, reserved = ?, closed = ?, brought = ? WHERE number = ?",
            changed,
        )
        database.executemany(
            "INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uetr) DO UPDATE SET"
            " status = excluded.status, changed_at = excluded.changed_at, reason = excluded.reason,"
            " message_id = excluded.message_id",
            payments,
        )

    return write


def unannounced(database: sqlite3.Connection) -> Sequence[Account]:
    """The accounts whose phone numbers the directory has not been told of."""
    rows = database.execute(
        f"SELECT {_ACCOUNT} FROM customer_account"  # noqa: S608  our own names
        " WHERE phone <> '' AND phone NOT IN (SELECT phone FROM announced)"
    )
    return [Account(*row) for row in rows]


def announced(phone: str) -> Effect:
    """What remembers that the directory is being told of a phone number."""

    def write(database: sqlite3.Connection) -> None:
        database.execute("INSERT OR IGNORE INTO announced VALUES (?)", (phone,))

    return write
