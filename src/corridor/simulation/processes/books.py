"""What the simulated banks hold at one instant, read from their own stores: evidence that no hub can change."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from corridor.sandbox.bank import OUT, BankPayment
from corridor.sandbox.book import Account
from corridor.sandbox.world import BANKS, INSTITUTIONS


class Holding(msgspec.Struct, frozen=True):
    """One participant's store. `batch` and `head` are the latest state of the log that the hub has signed."""

    bic: str
    batch: int
    head: str
    mailbox: int
    unanswered: frozenset[str]
    payments: tuple[BankPayment, ...] = ()
    accounts: tuple[Account, ...] = ()

    @property
    def acknowledged(self) -> list[str]:
        """The orders that this bank no longer sends, because it has got the hub's signed receipt for them."""
        return [
            each.message_id
            for each in self.payments
            if each.direction == OUT and each.message_id not in self.unanswered
        ]

    @property
    def open(self) -> list[BankPayment]:
        """The payments that have not ended."""
        return [each for each in self.payments if each.open]


def read(state: Path) -> list[Holding]:
    """All stores of a sandbox that stands still or has ended: what a crash at this instant would leave."""
    with TemporaryDirectory(prefix="corridor-books-") as name:
        for file in (state / "sandbox").glob("*.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, name)
        return list(_holdings(Path(name)))


def _holdings(stores: Path) -> Iterator[Holding]:
    banks = {each.bic for each in BANKS}
    for bic in (each.bic for each in INSTITUTIONS):
        if not (stores / f"{bic}.db").exists():
            continue
        with closing(sqlite3.connect(stores / f"{bic}.db")) as database:
            place = database.execute("SELECT batch, head, mailbox FROM corridor_place").fetchone()
            unanswered = frozenset(
                row[0] for row in database.execute("SELECT message_id FROM corridor_outbox")
            )
            batch, head, mailbox = place or (0, "", 0)
            holding = Holding(bic, batch, head, mailbox, unanswered)
            if bic in banks:
                holding = msgspec.structs.replace(
                    holding,
                    payments=tuple(BankPayment(*row) for row in database.execute("SELECT * FROM payment")),
                    accounts=tuple(
                        Account(*row)
                        for row in database.execute(
                            "SELECT number, currency, name, phone, balance, reserved, closed, brought"
                            " FROM customer_account"
                        )
                    ),
                )
            yield holding
