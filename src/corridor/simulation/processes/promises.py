"""What must hold while processes fall: what banks hold against what the hub's log says.

A receipt is a promise that outlives the hub. So is a head of the chain that the hub has signed.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import asyncpg

from corridor.adapters.postgres import verify
from corridor.adapters.system.shelf import FileShelf
from corridor.domain.instants import SECOND, Instant
from corridor.hub.batch import chain
from corridor.ports import Seal
from corridor.sandbox.bank import OUT, BankPayment
from corridor.simulation.processes.books import Holding
from corridor.simulation.processes.evidence import Evidence

ENVIRONMENT = "sandbox"
ENDED = ("ACCC", "RJCT")
CHECKED_S = 60.0

_KNOWN = "SELECT message_id FROM identity WHERE signer = $1 AND message_id = ANY($2)"
_HEAD = "SELECT encode(head, 'hex') FROM blob WHERE batch = $1"
_LAST = "SELECT last_number FROM mailbox WHERE participant = $1"
_PAYMENTS = """
SELECT uetr, status, debtor_agent, creditor_agent, forwarded_at, source_amount + fee_amount AS debit,
       destination_amount AS credit
  FROM payment
"""
_SETTLED_SINCE = """
SELECT min(final_at) FROM payment WHERE received_at > $1 AND status IN ('ACSC', 'ACCC')
"""


async def connect(dsn: str, patience_s: float = 120.0) -> asyncpg.Connection:
    """A connection to a database that may be just starting."""
    async with asyncio.timeout(patience_s):
        while True:
            try:
                return await asyncpg.connect(dsn, timeout=5)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await asyncio.sleep(0.02)


async def settled_since(dsn: str, since: Instant, patience_s: float = 120.0) -> Instant | None:
    """When the first payment became final that the hub received after `since`; None if none does in time."""
    try:
        async with asyncio.timeout(patience_s):
            while True:
                try:
                    connection = await asyncpg.connect(dsn, timeout=5)
                    try:
                        while not (found := await connection.fetchval(_SETTLED_SINCE, since)):  # noqa: ASYNC110
                            await asyncio.sleep(0.02)
                        return int(found)
                    finally:
                        connection.terminate()
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                    await asyncio.sleep(0.02)
    except TimeoutError:
        return None


async def recover(evidence: Evidence, dsn: str, what: str, aim_s: float, since: Instant) -> None:
    """Wait until a payment is settled that came after `since`; that none is any more is a broken promise."""
    settled = await settled_since(dsn, since)
    if settled is None:
        evidence.ask("recovery", 1, [f"{what}: no payment was settled any more"])
        return
    seconds = max(0, settled - since) / SECOND
    evidence.tell(f"{what}: settling again after {seconds:.2f} s")
    evidence.recovered(what, seconds, aim_s)


async def nothing_acknowledged_is_lost(evidence: Evidence, dsn: str, holdings: Sequence[Holding]) -> None:
    """Every receipt, every signed head and every message that a bank holds stands in the log."""
    connection = await connect(dsn)
    try:
        for holding in holdings:
            acknowledged = holding.acknowledged
            known = {row[0] for row in await connection.fetch(_KNOWN, holding.bic, acknowledged)}
            evidence.ask(
                "acknowledged is in the log",
                len(acknowledged),
                (
                    f"{holding.bic} holds the hub's receipt of order {message_id}; the hub knows nothing of it"
                    for message_id in acknowledged
                    if message_id not in known
                ),
            )
            evidence.ask("signed heads stand", 1, await _head(connection, holding))
            last = await connection.fetchval(_LAST, holding.bic) or 0
            beyond = (
                f"{holding.bic} has read its mailbox up to {holding.mailbox}; the hub has {last} messages"
            )
            evidence.ask("told is known", 1, [beyond] if holding.mailbox > last else ())
    finally:
        connection.terminate()


async def _head(connection: asyncpg.Connection, holding: Holding) -> Iterator[str]:
    if not holding.batch:
        return iter(())
    head = await connection.fetchval(_HEAD, holding.batch)
    if head == holding.head:
        return iter(())
    is_now = "there is no such batch" if head is None else f"the log has {head[:16]}"
    return iter([f"{holding.bic} holds head {holding.head[:16]} of batch {holding.batch}, signed; {is_now}"])


async def the_log_is_whole(evidence: Evidence, dsn: str, seal: Seal) -> None:
    """`verify` finds nothing."""
    await (await connect(dsn)).close()
    report = await verify.verify(dsn, chain=chain, environment=ENVIRONMENT, seal=seal)
    for findings in report.findings:
        evidence.ask(f"verify: {findings.name}", findings.checked, findings.violations)


async def the_checker_said_nothing(evidence: Evidence, dsn: str, shelf: FileShelf) -> None:
    """It has come to the end of the log as it was when this is called, and found nothing on its way."""
    connection = await connect(dsn)
    try:
        last = await connection.fetchval("SELECT batch FROM hub")
    finally:
        connection.terminate()
    try:
        async with asyncio.timeout(CHECKED_S):
            while (kept := shelf.kept()) is None or kept.line.batch < last:  # noqa: ASYNC110  of another process
                await asyncio.sleep(0.1)
    except TimeoutError:
        evidence.ask(
            "the checker comes to the end", 1, [f"it has not come to batch {last} in {CHECKED_S:g} s"]
        )
        return
    alarms = shelf.standing().alarms
    for name, times in kept.checked.items():
        said = [each.sentence for each in alarms if each.invariant == name]
        evidence.ask(f"checker: {name}", times, said)
    others = [f"{each.invariant}: {each.sentence}" for each in alarms if each.invariant not in kept.checked]
    evidence.ask("the checker comes to the end", 1, others)


async def all_has_ended(evidence: Evidence, dsn: str, holdings: Sequence[Holding]) -> None:
    """Every payment has ended, and both banks and the hub say the same of it; customers have what was settled."""
    connection = await connect(dsn)
    try:
        payments = {row["uetr"]: row for row in await connection.fetch(_PAYMENTS)}
    finally:
        connection.terminate()
    kept = {(each.uetr, each.direction): each for h in holdings for each in h.payments}
    evidence.ask("everything ordered ends", len(payments), _open(payments, holdings))
    evidence.ask("both sides were told the same", len(kept), _told(payments, kept))
    for holding in holdings:
        evidence.ask("customers have what was settled", len(holding.accounts), _money(holding))


def _open(payments: dict[str, Any], holdings: Sequence[Holding]) -> Iterator[str]:
    for uetr, payment in payments.items():
        if payment["status"] not in ENDED:
            yield f"payment {uetr} has not ended at the hub: {payment['status']}"
    for holding in holdings:
        for each in holding.open:
            yield f"payment {each.uetr} ({each.direction}) has not ended at {holding.bic}: {each.status}"


def _told(payments: dict[str, Any], kept: dict[tuple[str, str], BankPayment]) -> Iterator[str]:
    for (uetr, direction), each in kept.items():
        payment = payments.get(uetr)
        if payment is None:
            if each.status != "RJCT":
                yield f"payment {uetr} ({direction}) is {each.status} at the bank and unknown to the hub"
            continue
        # What was refused before its quote was looked at has no fee, so amounts count where money moved.
        moved = payment["status"] != "RJCT"
        amount = payment["debit" if direction == OUT else "credit"] if moved else each.amount
        if each.status in ENDED and (each.status, each.amount) != (payment["status"], amount):
            yield (
                f"payment {uetr} ({direction}) is {each.status} over {each.amount} at the bank,"
                f" {payment['status']} over {amount} at the hub"
            )
    for uetr, payment in payments.items():
        for direction, concerned in (("out", True), ("in", payment["forwarded_at"] is not None)):
            if concerned and payment["status"] in ENDED and (uetr, direction) not in kept:
                yield f"payment {uetr} ({direction}) is {payment['status']} at the hub and unknown to the bank"


def _money(holding: Holding) -> Iterator[str]:
    moved: defaultdict[str, int] = defaultdict(int)
    reserved: defaultdict[str, int] = defaultdict(int)
    for each in holding.payments:
        if each.direction == OUT:
            moved[each.account] -= each.amount if each.status in ("ACSC", "ACCC") else 0
            reserved[each.account] += each.amount if each.status not in ("ACSC", "ACCC", "RJCT") else 0
        else:
            moved[each.account] += each.amount if each.status == "ACCC" else 0
    for account in holding.accounts:
        due = account.brought + moved[account.number]
        if account.balance != due:
            yield (
                f"{holding.bic}: account {account.number} has {account.balance} {account.currency};"
                f" brought and settled were {due}"
            )
        if account.reserved != reserved[account.number]:
            yield f"{holding.bic}: account {account.number} keeps {account.reserved} for nothing"
