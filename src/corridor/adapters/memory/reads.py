"""What is durable in memory, as gateways ask for it, and a signer: for tests and simulation."""

import zlib
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from corridor.adapters.keys.software import PrivateKey
from corridor.adapters.memory.journal import MemoryStore
from corridor.codecs.jws import HubHeader, compose, signing_input
from corridor.decision import ACCOUNT, BALANCE, TRANSFER, Key, Table
from corridor.domain.errors import CorridorError
from corridor.ledger.transfers import TransferFlag
from corridor.ports import Post, Stated, Unstated
from corridor.reports.log import Runs
from corridor.reports.pages import ENTRIES, Page, Turnover, require_day, signed_parts
from corridor.reports.statements import Day, Moved, NoSuchAccount
from corridor.services.messaging.records import BLOB, MESSAGE, SETTLEMENT_ACCOUNT, Message
from corridor.services.messaging.records import OUT as OUTGOING
from corridor.services.messaging.rules import FUNDING
from corridor.services.settlement.funding.orders import OUT
from corridor.services.settlement.funding.records import LIQUIDITY_TRANSFER
from corridor.services.settlement.legs import FEE, PRINCIPAL
from corridor.services.settlement.payments import PAYMENT
from corridor.services.settlement.records import CUT_OFF
from corridor.services.settlement.returns.records import RETURNED_PAYMENT

R = TypeVar("R", bound=msgspec.Struct)
_runs = msgspec.msgpack.Decoder(Runs)


class MemoryReads:
    """Look-ups in a store."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    async def all(self, table: Table[R]) -> Sequence[R]:
        return [record for record in self._store.rows[table].values() if table.resident(record)]

    async def one(self, table: Table[R], key: Key) -> R | None:
        found: R | None = self._store.rows[table].get(key)
        return found


class MemoryMail:
    """Stored messages, signed again when they are asked for: the same bytes get the same signature."""

    def __init__(self, store: MemoryStore, key: PrivateKey) -> None:
        self._store = store
        self._key = key

    async def read(self, participant: str, after: int, limit: int) -> Sequence[Post]:
        lines: list[Message] = [
            line
            for line in self._store.rows[MESSAGE].values()
            if line.participant == participant and line.direction == OUTGOING and line.number > after
        ]
        return [self._post(line) for line in sorted(lines, key=lambda line: line.number)[:limit]]

    def _post(self, line: Message) -> Post:
        blob = self._store.rows[BLOB][line.month, line.batch]
        content: bytes = zlib.decompress(blob.content)[line.start : line.start + line.size]
        protected, _, payload = content.partition(b"\n")
        signature = self._key.sign(signing_input(protected, payload))
        return Post(
            participant=line.participant,
            number=line.number,
            signature=compose(protected, signature),
            payload=payload,
        )


class MemoryStatements:
    """Statements made of what a store holds, transfer by transfer, and signed."""

    def __init__(self, store: MemoryStore, key: PrivateKey, header: HubHeader, hub: str) -> None:
        self._store = store
        self._key = key
        self._header = header
        self._hub = hub

    async def read(self, participant: str, currency: str, day: str, page: int) -> Stated:
        try:
            protected, payload = signed_parts(self.page(participant, currency, day, page), self._header)
        except CorridorError as error:
            raise Unstated(error.reason, error.field or "", error.message) from None
        return Stated(compose(protected, self._key.sign(signing_input(protected, payload))), payload)

    def page(self, participant: str, currency: str, date: str, number: int) -> Page:
        """Return a page before it is signed. Raises: CorridorError."""
        store, rows = self._store, self._store.rows
        owned = rows[SETTLEMENT_ACCOUNT].get((participant, currency))
        if owned is None:
            raise NoSuchAccount(field="currency")
        cut_off = rows[CUT_OFF].get(currency)
        day = Day.of(date, store.at, cut_off.second if cut_off else 0)
        require_day(day, store.at)
        moved = self._moved(owned.account_id)
        of_day = [each for each in moved if day.begins <= each.at < day.ends]
        opening = sum(each.amount for each in moved if each.at < day.begins)
        turnover = Turnover.of(opening, [each.amount for each in of_day])
        turnover.require_page(number)
        balance = rows[BALANCE].get(owned.account_id)
        return Page(
            hub=self._hub,
            batch=store.batch,
            at=store.at,
            head=store.head,
            participant=participant,
            currency=currency,
            day=day,
            turnover=turnover,
            reserved=balance.debits_pending if balance else 0,
            number=number,
            entries=of_day[(number - 1) * ENTRIES : number * ENTRIES],
        )

    def _moved(self, account_id: int) -> list[Moved]:
        rows = self._store.rows
        decided = {
            number: blob.at
            for blob in rows[BLOB].values()
            for first, ids in _runs.decode(blob.transfers)
            for number in range(first, first + ids)
        }
        payments = {each.number: each for each in rows[PAYMENT].values()}
        liquidity = {each.number: each for each in rows[LIQUIDITY_TRANSFER].values()}
        returned = {each.number: each for each in rows[RETURNED_PAYMENT].values()}
        found = []
        for transfer in sorted(rows[TRANSFER].values(), key=lambda each: each.id):
            if account_id not in (transfer.debit_account_id, transfer.credit_account_id):
                continue
            if transfer.flags & (TransferFlag.PENDING | TransferFlag.VOID_PENDING):
                continue
            came = transfer.credit_account_id == account_id
            other = rows[ACCOUNT][transfer.debit_account_id if came else transfer.credit_account_id]
            posted = rows[TRANSFER].get(transfer.pending_id, transfer)
            payment = payments.get(transfer.reference) if posted.code in (PRINCIPAL, FEE) else None
            passed = liquidity.get(transfer.reference) if posted.code in (FUNDING, OUT) else None
            named = payment or passed or returned.get(transfer.reference)
            found.append(
                Moved(
                    transfer.id,
                    decided[transfer.id],
                    posted.code,
                    other.participant,
                    named.uetr if named else str(transfer.reference or ""),
                    transfer.amount if came else -transfer.amount,
                    payment.provider if payment else "",
                )
            )
        return found


class MemorySigner:
    """Signs with a key of this process."""

    def __init__(self, key: PrivateKey) -> None:
        self._key = key

    async def sign(self, inputs: Sequence[bytes]) -> Sequence[bytes]:
        return [self._key.sign(signing_input) for signing_input in inputs]
