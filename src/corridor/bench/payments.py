"""Payments over the front door: how many a second, how quick, and what each process spends on one."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from corridor.adapters.postgres.reads import PostgresReads
from corridor.client.messages import Gross, Order
from corridor.client.participant import Participant
from corridor.domain.instants import Instant
from corridor.domain.money import Money
from corridor.domain.parties import Party
from corridor.sandbox.offices import Notice
from corridor.sandbox.process import Sandbox
from corridor.sandbox.world import BANKS, BOTH, PAMIR, ROUBLE, SEVERNY, SOMONI

_HUB_TIME = """
SELECT p.message_id AS ordered, m.message_id AS accepted FROM payment p
  JOIN message m ON m.payment = p.number AND m.direction = 'in' AND m.definition = 'pacs.002.001.10'
 WHERE p.status IN ('ACSC', 'ACCC') AND p.received_at >= $1 ORDER BY m.batch, m.position
"""

_QUEUED = "SELECT count(*) AS queued FROM obligation WHERE state = 'queued'"
QUEUED_MIN = 10**12
"""In minor units: more than a bank of the sandbox has."""
ASKING = 16
"""So many customers ask for a quote at a time."""


class PaymentFigures(msgspec.Struct, frozen=True):
    """`hub_p50_ms` and `hub_p99_ms`: from receipt to final, less the creditor agent's time, seen from the banks.

    For each payment it is the time from sending pacs.008 to its answer and from sending ACCP to its answer;
    the hub's messages leave with those answers. It holds HTTP and both ends' processing, and so errs upwards.
    `queued` gross payments waited all the while, and the settler sought a way for them whenever anything changed.
    """

    payments_per_second: int
    offered_per_second: int
    settled: int
    rejected: int
    hub_p50_ms: float
    hub_p99_ms: float
    cpu_ms_per_payment: dict[str, float]
    cpu_ms_lookup_and_quote: float
    seconds: float
    queued: int


class Meter:
    """Watches payments and the time of their messages."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.statuses: Counter[str] = Counter()
        self.seconds: dict[str, float] = {}
        for participant in sandbox.participants.values():
            participant.time(self._timed)

    def observe(self, notice: Notice) -> None:
        self.statuses[notice.status] += 1

    def _timed(self, message_id: str, sent_at: Instant, answered_at: Instant) -> None:
        self.seconds[message_id] = (answered_at - sent_at) / 1e6


async def measure(
    sandbox: Sandbox, reads: PostgresReads, cpu_s: Callable[[], dict[str, float]], *, per_s: float, count: int
) -> PaymentFigures:
    """Offer payments at a rate, and return what they took. The banks are in this process, and counted apart.

    Without look-ups: what those and quotes cost is measured by themselves afterwards.
    """
    meter = Meter(sandbox)
    before, began = _cpu(cpu_s), time.time_ns() // 1_000
    started = time.perf_counter()
    await sandbox.offer(per_s, count, meter.observe, look_up=False)
    seconds = time.perf_counter() - started
    await asyncio.sleep(0.3)  # acknowledgements and what PostgreSQL still writes belong to it
    spent = {name: _cpu(cpu_s)[name] - before[name] for name in before}
    settled = meter.statuses["ACCC"]
    hub_ms = sorted(await _hub_ms(reads, meter.seconds, began)) or [0.0]
    aside = await _look_up_and_quote(sandbox, cpu_s)
    return PaymentFigures(
        payments_per_second=round(settled / seconds),
        offered_per_second=round(per_s),
        settled=settled,
        rejected=meter.statuses["RJCT"],
        hub_p50_ms=round(hub_ms[len(hub_ms) // 2], 1),
        hub_p99_ms=round(hub_ms[int(len(hub_ms) * 0.99)], 1),
        cpu_ms_per_payment={name: round(s / count * 1000, 3) for name, s in spent.items()},
        cpu_ms_lookup_and_quote=aside,
        seconds=round(seconds, 2),
        queued=(await reads.fetch(_QUEUED))[0]["queued"],
    )


async def fill_queues(sandbox: Sandbox, count: int) -> None:
    """Let so many gross payments come, each beyond what its bank has; what does not offset others goes on waiting."""
    dice = random.Random(count)  # noqa: S311  play, not secrets
    banks = [sandbox.participants[bank.bic] for bank in BANKS]

    async def order(debtor: Participant, creditor: Participant) -> None:
        amount = Money(dice.randrange(QUEUED_MIN, 3 * QUEUED_MIN), dice.choice(BOTH))
        party = Party(name="Завод", account="40702810000000000001")
        await debtor.pay(
            Order(
                creditor_agent=creditor.profile.bic,
                amount=amount,
                debtor=party,
                creditor=party,
                gross=Gross(),
            )
        )

    for start in range(0, count, ASKING):
        pairs = [dice.sample(banks, 2) for _ in range(min(ASKING, count - start))]
        await asyncio.gather(*(order(debtor, creditor) for debtor, creditor in pairs))


async def _hub_ms(reads: PostgresReads, seconds: dict[str, float], began: Instant) -> list[float]:
    times: dict[str, float] = {}
    for row in await reads.fetch(_HUB_TIME, began):
        ordered, accepted = seconds.get(row["ordered"]), seconds.get(row["accepted"])
        if ordered is not None and accepted is not None:
            times.setdefault(row["ordered"], (ordered + accepted) * 1000)
    return list(times.values())


async def _look_up_and_quote(
    sandbox: Sandbox, cpu_s: Callable[[], dict[str, float]], count: int = 600
) -> float:
    """Return the CPU milliseconds of hub, gateway, signer and PostgreSQL for one look-up and one quote.

    As many customers ask at a time as wait at a busy counter: what is asked alone pays for a whole commit.
    """
    bank = sandbox.participants[SEVERNY.bic]
    payees = [c for c in sandbox.customers if c.phone and c.bank == PAMIR.bic]

    async def ask(customer: int) -> None:
        for i in range(customer, count, ASKING):
            payee = payees[i % len(payees)]
            await bank.look_up(payee.phone, payee.name)
            await bank.quote(PAMIR.bic, ROUBLE, SOMONI, Money(1_000_00 + i, ROUBLE))

    before = _cpu(cpu_s)
    await asyncio.gather(*(ask(customer) for customer in range(ASKING)))
    after = _cpu(cpu_s)
    return round(sum(after[n] - before[n] for n in before if n != "banks") / count * 1000, 3)


def _cpu(cpu_s: Callable[[], dict[str, float]]) -> dict[str, float]:
    return {**cpu_s(), "banks": time.process_time()}


def postgres_cpu_s(postmaster: Path) -> float:
    """Return the CPU seconds of a server and all its processes; `postmaster` is the file with its number."""
    try:
        pid = int(postmaster.read_text().split()[0])
    except (OSError, ValueError):
        return 0.0
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid or stat.parent.name == str(pid):
            # With those of its children that have ended: autovacuum's workers come and go.
            ticks += sum(int(field) for field in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")
