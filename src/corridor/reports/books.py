"""A ledger of one's own, made from transfers alone: the hub's balances are compared with it, never believed."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from corridor.ledger.accounts import Account, Balance
from corridor.ledger.transfers import Pending, PendingStatus, Transfer, TransferFlag
from corridor.services.fx.arrangements.records import NETTED

RESERVES = int(TransferFlag.PENDING)
ENDS = int(TransferFlag.POST_PENDING | TransferFlag.VOID_PENDING)
_POSTS = int(TransferFlag.POST_PENDING)


class Sides:
    """What an account's transfers add up to."""

    __slots__ = ("credits_pending", "credits_posted", "debits_pending", "debits_posted")

    def __init__(self, start: Balance | None = None) -> None:
        begin = start or Balance(0)
        self.debits_pending, self.debits_posted = begin.debits_pending, begin.debits_posted
        self.credits_pending, self.credits_posted = begin.credits_pending, begin.credits_posted

    def balance(self, account_id: int) -> Balance:
        """Return them as the hub would write them."""
        return Balance(
            account_id, self.debits_pending, self.debits_posted, self.credits_pending, self.credits_posted
        )


class Books:
    """Takes in transfers, and says what is wrong with them and with the records that they should have led to."""

    def __init__(self) -> None:
        self.accounts: dict[int, Account] = {}
        self.sides: defaultdict[int, Sides] = defaultdict(Sides)
        self.reserved: dict[int, Transfer] = {}
        self.ended: dict[int, int] = {}
        self.stored: dict[int, Balance] = {}
        self.owed: dict[int, int] = {}
        """Of each netting's transfer that nobody has judged yet, how much its receiver owed before it."""
        self._sums: Counter[tuple[str, str]] = Counter()

    def transfer(self, transfer: Transfer) -> Iterator[str]:
        """Move what it moves, between two accounts that share its currency; a reservation ends once at most."""
        debit = self.accounts.get(transfer.debit_account_id)
        credit = self.accounts.get(transfer.credit_account_id)
        if debit is None or credit is None or debit is credit:
            yield f"transfer {transfer.id} moves money between no two accounts"
            return
        if not debit.currency == credit.currency == transfer.currency or transfer.amount <= 0:
            yield f"transfer {transfer.id}: {transfer.amount} {transfer.currency} between other currencies"
        amount, flags = transfer.amount, transfer.flags
        debits, credits_ = self.sides[debit.id], self.sides[credit.id]
        if flags & RESERVES:
            if transfer.id in self.reserved:
                yield f"transfer {transfer.id} reserves a second time"
            self.reserved[transfer.id] = transfer
            debits.debits_pending += amount
            credits_.credits_pending += amount
        elif flags & ENDS:
            reserved = self.reserved.get(transfer.pending_id)
            if reserved is None or transfer.pending_id in self.ended:
                yield f"transfer {transfer.id} ends {transfer.pending_id}, which is not reserved (any more)"
                return
            posted = bool(flags & _POSTS)
            self._end(reserved, PendingStatus.POSTED if posted else PendingStatus.VOIDED)
            if posted:
                debits.debits_posted += amount
                credits_.credits_posted += amount
        else:
            if transfer.code == NETTED:
                self.owed[transfer.id] = max(0, credits_.debits_posted - credits_.credits_posted)
            debits.debits_posted += amount
            credits_.credits_posted += amount

    def pending(self, pending: Pending, *, ahead: bool = False) -> Iterator[str]:
        """The row says how its reservation ended. One that is `ahead` may know of an end that is still to come."""
        reserved = self.reserved.get(pending.id)
        if reserved is None:
            yield f"pending {pending.id} has no transfer that reserved it"
            return
        due = self.ended.get(pending.id, PendingStatus.PENDING)
        if pending.status == PendingStatus.EXPIRED and due == PendingStatus.PENDING and reserved.timeout_s:
            self._end(reserved, PendingStatus.EXPIRED)
            return
        agrees = pending.status == due or (ahead and due == PendingStatus.PENDING)
        if not agrees or pending.amount != reserved.amount:
            yield f"pending {pending.id} is {pending.status} with {pending.amount}, its transfers say {due}"

    def balance(self, stored: Balance) -> Iterator[str]:
        """It is the sum of what moved it."""
        account = self.accounts.get(stored.account_id)
        if account is None:
            yield f"balance of account {stored.account_id}, which is not there"
            return
        before = self.stored.get(stored.account_id, Balance(stored.account_id))
        self._sums[account.currency, "posted"] += _net(stored) - _net(before)
        self._sums[account.currency, "pending"] += _net_pending(stored) - _net_pending(before)
        self.stored[stored.account_id] = stored
        yield from self.rebuilt(stored.account_id)

    def rebuilt(self, account_id: int) -> Iterator[str]:
        """The balance that was stored last is what the transfers alone lead to."""
        stored = self.stored.get(account_id, Balance(account_id))
        due = self.sides[account_id].balance(account_id)
        if stored != due:
            yield f"account {account_id}: {stored} is stored, but its transfers add up to {due}"

    def owner(self, account_id: int) -> str:
        """Return whose account it is; nobody's if it is not there."""
        account = self.accounts.get(account_id)
        return "nobody" if account is None else account.participant

    def conserves(self, currency: str) -> Iterator[str]:
        """What is stored in a currency cancels out, posted and pending."""
        posted, pending = self._sums[currency, "posted"], self._sums[currency, "pending"]
        if posted or pending:
            yield f"{currency}: balances add up to {posted}, pending ones to {pending}, not to 0"

    def forget(self) -> None:
        """Keep nothing of what has ended."""
        for ended in self.ended:
            del self.reserved[ended]
        self.ended.clear()

    def _end(self, reserved: Transfer, status: PendingStatus) -> None:
        self.ended[reserved.id] = status
        self.sides[reserved.debit_account_id].debits_pending -= reserved.amount
        self.sides[reserved.credit_account_id].credits_pending -= reserved.amount


def _net(balance: Balance) -> int:
    return balance.credits_posted - balance.debits_posted


def _net_pending(balance: Balance) -> int:
    return balance.credits_pending - balance.debits_pending
