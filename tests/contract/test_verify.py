"""Verification believes nothing: an honest day is clean, and whatever is bent after it is found."""

import asyncio
import zlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple, TypeVar
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from tests.contract.busy_day import (
    CONVERTED,
    CREDITED,
    HELD,
    OPEN,
    REFUSED,
    SETTLED,
    correspond,
    give_back,
    live,
)
from tests.contract.signed_world import SEAL, PostgresWorld

from corridor.adapters.postgres.roles import READER, provision
from corridor.adapters.postgres.schema import columns
from corridor.adapters.postgres.sealing import Sealing
from corridor.adapters.postgres.supervisor import Cluster
from corridor.adapters.postgres.verify import Anchor, examine, verify
from corridor.domain.money import Money
from corridor.hub.batch import chain
from corridor.hub.lists import TABLES
from corridor.reports.findings import SHOWN, Findings, Report
from corridor.services.messaging.records import BLOB

T = TypeVar("T")
SEALING = Sealing(SEAL)
HOW = {"chain": chain, "environment": "sandbox", "seal": SEAL}


class Day(NamedTuple):
    """A database in which a day has passed."""

    writer: str
    reader: str


@pytest.fixture(scope="module")
def day(cluster: Cluster) -> Iterator[Day]:
    name = f"day_{uuid4().hex}"
    writer = asyncio.run(provision(cluster, name))
    world = PostgresWorld(writer)
    live(world, crowd=12)
    world.close()
    yield Day(writer, cluster.dsn(READER, name))
    asyncio.run(_drop(cluster, name))


async def _drop(cluster: Cluster, name: str) -> None:
    connection = await asyncpg.connect(cluster.dsn())
    await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    await connection.close()


def uetr(n: int) -> str:
    return f"00000000-0000-4000-8000-{n:012x}"


def broken(
    day: Day, bend: Callable[[asyncpg.Connection], Awaitable[object]], held: Sequence[Anchor] = ()
) -> Report:
    """Return what is found once the writer has bent something; nothing of it stays."""

    async def main() -> Report:
        db = await asyncpg.connect(day.writer)
        try:
            transaction = db.transaction()
            await transaction.start()
            await bend(db)
            report = await examine(db, **HOW, sample=1, held=held)
            await transaction.rollback()
            return report
        finally:
            await db.close()

    return asyncio.run(main())


def test_a_day_is_clean_and_no_invariant_was_asked_of_nothing(day):
    heard: list[Findings] = []
    held = [anchor(day), anchor(day, 80), Anchor("a bank that heard nothing yet", 0, bytes(32), 0)]
    report = asyncio.run(verify(day.reader, **HOW, sample=1, held=held, tell=heard.append))
    assert report.violations == []
    assert report.ok
    assert [name for name, checked in report.checked.items() if not checked] == []
    assert [each.name for each in heard] == list(report.checked)


def anchor(day: Day, batch: int | None = None, reach: int = 0) -> Anchor:
    """Return what the witness holds of this day, at its end or at a batch of it."""

    async def read() -> Anchor:
        db = await asyncpg.connect(day.reader)
        row = await db.fetchrow(
            "SELECT batch, head FROM blob ORDER BY batch = $1 DESC, batch DESC", batch or 0
        )
        await db.close()
        return Anchor("the witness", row["batch"], row["head"], reach or row["batch"])

    return asyncio.run(read())


CUT = """
DELETE FROM identity WHERE batch = {last}; DELETE FROM message WHERE batch = {last};
DELETE FROM chain_head WHERE batch = {last}; DELETE FROM blob WHERE batch = {last};
UPDATE hub SET (batch, at, head) = (SELECT batch, at, head FROM blob ORDER BY batch DESC LIMIT 1)
"""


def test_a_tail_that_is_cut_off_without_a_trace_is_found_by_who_is_outside(day):
    last = anchor(day).batch

    async def cut(db: asyncpg.Connection) -> None:
        await db.execute(CUT.format(last=last))

    for held in (anchor(day), anchor(day, last - 1, last)):
        said = broken(day, cut, [held]).violations
        assert (
            f"the witness holds batch {last}, but the log ends with batch {last - 1}: its tail is lost"
            in said
        )


def test_a_chain_that_was_rewritten_is_found_by_who_is_outside(day):
    held = Anchor("SEVRRUM0", 80, b"h" * 32, 81)
    said = broken(day, lambda db: db.execute("SELECT 1"), [held]).violations
    assert said == ["SEVRRUM0 holds another head of batch 80: the log was rewritten"]


def test_a_database_that_no_hub_has_opened_is_clean(database):
    PostgresWorld(database).close()
    report = asyncio.run(verify(database, **HOW))
    assert report.ok
    assert set(report.checked.values()) == {0}


def test_what_was_booked_and_given_back_is_clean(database):
    world = PostgresWorld(database)
    world.found()
    correspond(world)
    give_back(world, 70, Money(120_00, "TJS"))
    world.close()
    report = asyncio.run(verify(database, **HOW))
    assert report.violations == []
    assert report.checked["returns"] == 1


SEVR_RUB = "(SELECT account_id FROM settlement_account WHERE (participant, currency) = ('SEVRRUM0', 'RUB'))"
FIRST_LEG = f"(SELECT first_transfer FROM payment WHERE uetr = '{uetr(SETTLED)}')"
OPEN_LEG = f"(SELECT first_transfer FROM payment WHERE uetr = '{uetr(OPEN)}')"
LAST = "(SELECT max(batch) FROM blob)"
KEPT = "(SELECT number FROM correspondent WHERE state = 'open')"
TRADED = "(SELECT max(number) FROM trade WHERE state = 'settled')"
BACK = "(SELECT max(number) FROM returned_payment WHERE currency = 'RUB')"
LEFT = "(SELECT max(number) FROM liquidity_transfer WHERE direction = 'defunding' AND status = 'ACSC')"
CAME = "(SELECT max(number) FROM liquidity_transfer WHERE direction = 'funding' AND status = 'ACSC')"
BENT = {
    "money from a central bank, by one minor unit": (
        f"UPDATE transfer SET amount = amount + 1 WHERE reference = {CAME}",
        {"liquidity": "funding, ACSC, but moved", "balances": "add up to"},
    ),
    "money that left and says it did not": (
        f"UPDATE liquidity_transfer SET status = 'RJCT', reason = 'AC03' WHERE number = {LEFT}",
        {"liquidity": "defunding, RJCT, but moved", "told": "was told ACSC"},
    ),
    "money that came and says nothing": (
        f"UPDATE liquidity_transfer SET first_transfer = 0 WHERE number = {CAME}",
        {"liquidity": "ACSC, but moved", "liquidity states": "but its record is not"},
    ),
    "money that came from nowhere": (
        f"DELETE FROM liquidity_transfer WHERE number = {CAME}",
        {"liquidity": "not there, but moved"},
    ),
    "money that a bank has issued": (
        f"UPDATE transfer SET code = 1 WHERE id = {FIRST_LEG}",
        {"issue": "code 1, moves"},
    ),
    "money issued and lost": (
        f"UPDATE balance SET credits_posted = credits_posted - 1 WHERE account_id = {SEVR_RUB}",
        {"issue": "RUB: ", "conservation": "RUB: posted balances add up to -1"},
    ),
    "a return of another amount": (
        f"UPDATE returned_payment SET amount = amount + 1 WHERE number = {BACK}",
        {"returns": "which is ACSC"},
    ),
    "a return by another transfer": (
        f"UPDATE returned_payment SET transfer_id = transfer_id + 1 WHERE number = {BACK}",
        {"returns": "moved"},
    ),
    "a return that is forgotten": (
        f"DELETE FROM returned_payment WHERE number = {BACK}",
        {"returns": "of payment none, moved"},
    ),
    "a return that nobody asked for": (
        f"UPDATE returned_payment SET content = sha256('other') WHERE number = {BACK}",
        {"returns": "0 accepted messages of PAMRTJ20 ask for it"},
    ),
    "a return at another time": (
        f"UPDATE returned_payment SET final_at = final_at + 1 WHERE number = {BACK}",
        {"told": "the return of payment"},
    ),
    "a return of a number that was before its payment": (
        f"UPDATE returned_payment SET payment = number + 1 WHERE number = {BACK}",
        {"return states": "not one that could be", "returns": "which is ACSC"},
    ),
    "a liquidity transfer settled at another time": (
        f"UPDATE liquidity_transfer SET final_at = final_at + 1 WHERE number = {LEFT}",
        {"told": "another time of settlement"},
    ),
    "a leg of a trade deleted": (
        f"DELETE FROM transfer WHERE reference = {TRADED} AND id = (SELECT max(id) FROM transfer WHERE code = 30)",
        {"trades": "but that is not there", "balances": "add up to"},
    ),
    "a leg of a trade, by one minor unit": (
        f"UPDATE transfer SET amount = amount + 1 WHERE reference = {TRADED}",
        {"trades": "should have moved"},
    ),
    "a trade that moved and says it did not": (
        f"UPDATE trade SET state = 'cancelled' WHERE number = {TRADED}",
        {"trades": "is cancelled, but moved by 2 transfers"},
    ),
    "a trade that says it moved": (
        "UPDATE trade SET state = 'settled', first_transfer = 1 WHERE number = (SELECT max(number) FROM trade)",
        {"trades": "should have moved"},
    ),
    "a trade matched by one side": (
        f"UPDATE trade SET second_captured_at = NULL WHERE number = {TRADED}",
        {"trade states": "not both of its sides have stated it"},
    ),
    "a trade that settled too late": (
        f"UPDATE trade SET until_at = ended_at WHERE number = {TRADED}",
        {"trade states": "out of its time"},
    ),
    "a trade under another's reference": (
        f"UPDATE trade_reference SET number = number + 1 WHERE number = {TRADED}",
        {"trades": "by nobody"},
    ),
    "a balance, by one minor unit": (
        f"UPDATE balance SET credits_posted = credits_posted + 1 WHERE account_id = {SEVR_RUB}",
        {"balances": "SEVRRUM0 RUB): credits_posted is", "conservation": "RUB: posted balances add up to 1"},
    ),
    "a reserved balance": (
        f"UPDATE balance SET debits_pending = 0 WHERE account_id = {SEVR_RUB}",
        {"balances": "debits_pending is 0, but its transfers add up to"},
    ),
    "two balances, so that nothing is lost": (
        "UPDATE balance SET credits_posted = credits_posted + 1, debits_posted = debits_posted + 1",
        {"balances": "its transfers add up to"},
    ),
    "a balance beyond its limit": (
        f"UPDATE balance SET debits_posted = 10 * credits_posted WHERE account_id = {SEVR_RUB}",
        {"limits": "(SEVRRUM0 RUB): debits of"},
    ),
    "an account without a limit": (
        f"UPDATE account SET flags = 0 WHERE id = {SEVR_RUB}",
        {"limits": "nothing limits its debits"},
    ),
    "an account given to another": (
        f"UPDATE account SET participant = 'PAMRTJ20' WHERE id = {SEVR_RUB}",
        {"accounts": "is of PAMRTJ20 in RUB, but is used by SEVRRUM0"},
    ),
    "a transfer deleted": (
        "DELETE FROM transfer WHERE id = (SELECT min(id) FROM transfer)",
        {"balances": "add up to", "chain": "1 of its transfers are gone"},
    ),
    "a transfer's amount, with the balances to fit": (
        f"""UPDATE transfer SET amount = amount + 1 WHERE id = (SELECT min(id) FROM transfer);
        UPDATE balance SET credits_posted = credits_posted + 1 WHERE account_id = {SEVR_RUB};
        UPDATE balance SET debits_posted = debits_posted + 1 WHERE account_id =
            (SELECT account_id FROM settlement_account WHERE (participant, currency) = ('CBRRRUM0', 'RUB'))""",
        {"chain": "its lines and transfers do not lead to the head"},
    ),
    "a transfer out of nowhere": (
        f"""INSERT INTO transfer
            SELECT id + 1000000, debit_account_id, credit_account_id, 1, currency, 0, 0, 0, 0, 0
             FROM transfer ORDER BY id LIMIT 1;
        UPDATE balance SET credits_posted = credits_posted + 1 WHERE account_id = {SEVR_RUB};
        UPDATE balance SET debits_posted = debits_posted + 1 WHERE account_id =
            (SELECT account_id FROM settlement_account WHERE (participant, currency) = ('CBRRRUM0', 'RUB'))""",
        {"chain": "transfers, but"},
    ),
    "a transfer between two currencies": (
        "UPDATE transfer SET currency = 'TJS' WHERE id = (SELECT min(id) FROM transfer)",
        {"transfers": "it moves TJS from an account in RUB to one in RUB"},
    ),
    "a message deleted": (
        "DELETE FROM message WHERE ctid = (SELECT ctid FROM message WHERE direction = 'out' LIMIT 1)",
        {"chain": "do not lead to the head", "mailboxes": "the first out of turn is number 2"},
    ),
    "a head": (
        "UPDATE blob SET head = sha256('x') WHERE batch = 80",
        {"chain": "batch 80: its lines and transfers do not lead to the head that it stored"},
    ),
    "a batch cut out": (
        "DELETE FROM message WHERE batch = 80; DELETE FROM blob WHERE batch = 80",
        {"chain": "after batch 79 comes batch 81"},
    ),
    "the last batch cut off": (
        f"DELETE FROM message WHERE batch = {LAST}; DELETE FROM blob WHERE batch = {LAST}",
        {"chain": "but the hub has committed batch", "identities": "has no such line"},
    ),
    "the last batch cut off, and the hub's own line with it": (
        f"""DELETE FROM message WHERE batch = {LAST}; DELETE FROM blob WHERE batch = {LAST};
        UPDATE hub SET (batch, at, head) = (SELECT batch, at, head FROM blob ORDER BY batch DESC LIMIT 1)""",
        {"identities": "has no such line"},
    ),
    "a head that is found by its number": (
        "UPDATE chain_head SET head = sha256('x') WHERE batch = 80",
        {"heads": "the head after batch 80 is not that of the log"},
    ),
    "a head that is missing": (
        "DELETE FROM chain_head WHERE batch = 80",
        {"heads": "the head after batch 80 is missing"},
    ),
    "lines without their batch": (
        "DELETE FROM blob WHERE batch = 80",
        {"chain": "lines of the log belong to no batch"},
    ),
    "bytes that are none": (
        "UPDATE blob SET content = '\\x00' WHERE batch = 80",
        {"bytes": "batch 80: its bytes cannot be unpacked"},
    ),
    "names of transfers that are none": (
        "UPDATE blob SET transfers = '\\xff' WHERE batch = 80",
        {"chain": "batch 80: what names its transfers cannot be read"},
    ),
    "time run backwards": (
        "UPDATE blob SET at = at - 864000000000 WHERE batch = 80",
        {"chain": "batch 80 is older than the one before it"},
    ),
    "the hub's count": (
        "UPDATE hub SET last_number = 20",
        {"numbers": "to a payment, but counts only to 20"},
    ),
    "a mailbox's count": (
        "UPDATE mailbox SET last_number = last_number + 1 WHERE participant = 'PAMRTJ20'",
        {"mailboxes": "mailbox of PAMRTJ20: it has given out"},
    ),
    "a gap in a mailbox": (
        """UPDATE message SET number = number + 1000
            WHERE participant = 'PAMRTJ20' AND number = 5 AND direction = 'out'""",
        {"mailboxes": "the first out of turn is number 6", "outgoing": "its header says"},
    ),
    "a message forgotten": (
        "DELETE FROM identity WHERE ctid = (SELECT ctid FROM identity WHERE signer = 'SEVRRUM0' LIMIT 1)",
        {"identities": "of SEVRRUM0 came in, but is not known"},
    ),
    "a message known before it came": (
        "UPDATE identity SET digest = sha256('x') WHERE message_id = 'twice'",
        {"identities": "says otherwise"},
    ),
    "what is counted to wait": (
        "UPDATE queue SET normal = normal + 1 WHERE normal > 0",
        {"queue": "is counted to have others waiting than it has"},
    ),
    "an amount that waits": (
        "UPDATE obligation SET amount = amount - 1 WHERE state = 'queued'",
        {"queue": "of another amount than its payment"},
    ),
    "one that waits said to be settled": (
        "UPDATE obligation SET state = 'settled', due_at = NULL, ended_at = entered_at WHERE state = 'queued'",
        {"queue": "is settled, but its payment is PDNG", "evidence": "its order is not kept"},
    ),
    "one that settled out of its time": (
        "UPDATE obligation SET ended_at = reject_at + 1 WHERE state = 'settled'",
        {"obligations": "settled out of its time"},
    ),
    "a gross payment whose transfer is gone": (
        f"DELETE FROM transfer USING payment WHERE uetr = '{uetr(30)}' AND id = first_transfer",
        {"legs": "should be POSTED", "balances": "its transfers add up to"},
    ),
    "a limit of a day that nobody set": (
        "UPDATE settlement_limit SET next_amount = next_amount + 1",
        {"audit": "next_amount was changed by nobody"},
    ),
    "a debt made less": (
        """UPDATE balance SET credits_posted = credits_posted + 1
            WHERE account_id = (SELECT debt_account_id FROM facility WHERE state = 'active')""",
        {"facilities": "is drawn and"},
    ),
    "a limit below what is drawn": (
        "UPDATE facility SET limit_amount = 5 WHERE state = 'active'",
        {"facilities": "of a limit of 5", "audit": "limit_amount was changed by nobody"},
    ),
    "interest that was not reckoned": (
        "DELETE FROM facility_day WHERE day = '2026-11-20'",
        {"interest": "which is not where its dates lead"},
    ),
    "interest of another rate": (
        "UPDATE facility SET rate = 17 WHERE state = 'active'",
        {"interest": "its transfers lead to"},
    ),
    "an account that is no facility's": (
        "UPDATE facility SET debt_account_id = 4711 WHERE state = 'active'",
        {"accounts": "keeps no facility's debt", "facilities": "is drawn and"},
    ),
    "an overdraft that was passed": (
        f"UPDATE correspondent SET overdraft_amount = 0 WHERE number = {KEPT}",
        {"accounts": "is not as correspondent account", "audit": "overdraft_amount was changed by nobody"},
    ),
    "what the owner has, and not what the servicer owes": (
        f"""UPDATE balance SET credits_posted = credits_posted + 1
             WHERE account_id = (SELECT nostro_account_id FROM correspondent WHERE number = {KEPT})""",
        {"correspondents": "PAMRTJ20 owes 7000", "balances": "add up to"},
    ),
    "both sides by as much": (
        f"""UPDATE balance SET credits_posted = credits_posted + 50000, debits_posted = debits_posted + 50000
              FROM correspondent WHERE account_id IN (nostro_account_id, vostro_account_id) AND number = {KEPT};
            UPDATE balance SET credits_posted = credits_posted + 500000
             WHERE account_id = (SELECT nostro_account_id FROM correspondent WHERE number = {KEPT});
            UPDATE balance SET debits_posted = debits_posted + 500000
             WHERE account_id = (SELECT vostro_account_id FROM correspondent WHERE number = {KEPT})""",
        {"correspondents": "with a ceiling of 90000"},
    ),
    "an account that was closed with money on it": (
        f"UPDATE correspondent SET state = 'closed', live = false, ended_at = 1 WHERE number = {KEPT}",
        {"correspondents": "is closed, and 7000 is on it"},
    ),
    "an entry deleted": (
        "DELETE FROM correspondent_entry WHERE place = 2",
        {"correspondents": "does not follow from place 1", "evidence": "never promised to credit it"},
    ),
    "an entry of another account": (
        "UPDATE correspondent_entry SET account = account + 1 WHERE place = 3",
        {"correspondents": "does not follow from place"},
    ),
    "a payment booked with its sides changed": (
        """UPDATE transfer SET debit_account_id = credit_account_id, credit_account_id = debit_account_id
            WHERE code = 62 AND id = (SELECT transfer_id FROM correspondent_entry WHERE place = 2)""",
        {"correspondents": "was not booked by transfer", "legs": "leg 1 should be POSTED"},
    ),
    "settlement money that did not move": (
        "DELETE FROM transfer WHERE id = (SELECT min(id) FROM transfer WHERE code = 60)",
        {"correspondents": "moved settlement money in 0 transfers"},
    ),
    "money brought by a stranger": (
        """UPDATE transfer SET code = 62, reference = 1 WHERE id = (SELECT max(id) FROM transfer WHERE code = 60)""",
        {"correspondents": "was not booked by transfer"},
    ),
    "a day that closed otherwise": (
        "UPDATE correspondent_day SET closing = closing + 1",
        {"correspondents": "it is counted to have 3 entries, it has 3"},
    ),
    "collateral that is worth more": (
        "UPDATE pledge SET value_amount = 2 * value_amount WHERE state = 'held'",
        {"collateral": "but its account's limit is", "audit": "value_amount was changed by nobody"},
    ),
    "a settled payment said to be rejected": (
        f"UPDATE payment SET status = 'RJCT', reason = 'AM04' WHERE uetr = '{uetr(SETTLED)}'",
        {"legs": "is RJCT: leg 1 should be VOIDED", "told": "was told ACSC, but the payment is RJCT"},
    ),
    "a rejected payment said to be settled": (
        f"UPDATE payment SET status = 'ACSC', reason = '' WHERE uetr = '{uetr(REFUSED)}'",
        {"legs": "is ACSC: leg 1 should be POSTED", "told": "was never told ACSC"},
    ),
    "a time of settlement": (
        f"UPDATE payment SET final_at = final_at + 1 WHERE uetr = '{uetr(SETTLED)}'",
        {"told": "was told another time of settlement"},
    ),
    "a reason": (
        f"UPDATE payment SET reason = 'AC04' WHERE uetr = '{uetr(REFUSED)}'",
        {"told": "was told RJCT AC03, the record says AC04"},
    ),
    "a payment's amount": (
        f"UPDATE payment SET source_amount = source_amount + 1 WHERE uetr = '{uetr(CREDITED)}'",
        {"legs": "should be POSTED with 10001 RUB", "payments": "recorded as a conversion"},
    ),
    "a final payment opened": (
        f"UPDATE payment SET open = true WHERE uetr = '{uetr(SETTLED)}'",
        {"payments": "is ACSC, but its record is not"},
    ),
    "a payment given to another bank": (
        f"UPDATE payment SET creditor_agent = 'ALFXRUM0' WHERE uetr = '{uetr(SETTLED)}'",
        {"legs": "from SEVRRUM0 to ALFXRUM0", "told": "PAMRTJ20 was told ACSC, but is neither of its agents"},
    ),
    "an order that nobody gave": (
        f"UPDATE payment SET content = sha256('x') WHERE uetr = '{uetr(SETTLED)}'",
        {"evidence": "the log holds no order for it from SEVRRUM0"},
    ),
    "a promise that nobody made": (
        f"""UPDATE message SET outcome = 'refused' WHERE participant = 'PAMRTJ20' AND direction = 'in'
             AND payment = (SELECT number FROM payment WHERE uetr = '{uetr(SETTLED)}')""",
        {"evidence": "PAMRTJ20 never promised to credit it"},
    ),
    "a message to the creditor agent that was not sent then": (
        f"UPDATE payment SET forwarded_at = forwarded_at + 1 WHERE uetr = '{uetr(SETTLED)}'",
        {"evidence": "the log holds 0 messages that pass it on to PAMRTJ20"},
    ),
    "a release by one person": (
        "UPDATE message SET participant = 'operator:alice' WHERE participant = 'operator:bob'",
        {"evidence": f"payment {uetr(HELD)}: it was held, and released by 1 persons, not by two"},
    ),
    "a reservation's end": (
        f"UPDATE pending SET status = 3 WHERE id = {FIRST_LEG}",
        {"pending": "is VOIDED, but a transfer posted it"},
    ),
    "a reservation without its row": (
        f"DELETE FROM pending WHERE id = {FIRST_LEG}",
        {"pending": "reserves, but no row says what became of it"},
    ),
    "a reservation that outlives its payment": (
        f"UPDATE pending SET status = 1 WHERE id = {FIRST_LEG}",
        {"holds": "for payment 00000000-0000-4000-8000-000000000001, which is ACSC"},
    ),
    "a reservation taken away": (
        f"UPDATE pending SET status = 3 WHERE id = {OPEN_LEG}",
        {"legs": "is ACSP: leg 1 should be PENDING", "balances": "debits_pending"},
    ),
    "a quote spent twice": (
        f"""UPDATE payment p SET quote_id = c.quote_id, provider = c.provider FROM payment c
             WHERE c.uetr = '{uetr(CONVERTED)}' AND p.uetr = '{uetr(SETTLED)}'""",
        {"quotes": "2 payments have moved money on it"},
    ),
    "a quote spent by nobody": (
        "UPDATE quote SET spent_by = 1 WHERE status = 'spent'",
        {"quotes": "it was spent by payment number 1, which does not name it"},
    ),
    "a quote spent too late": (
        "UPDATE quote SET expires_at = created_at - 1 WHERE status = 'spent'",
        {"quotes": "its payment was decided out of its time"},
    ),
    "a quote rounded the other way": (
        "UPDATE quote SET destination_amount = destination_amount + 1 WHERE status = 'open'",
        {
            "conversions": "at its rate it is 777.00 RUB to",
            "exposures": "ALFXRUM0 is counted to have",
        },
    ),
    "a count of open quotes": (
        "UPDATE open_quotes SET quotes = quotes + 1",
        {"exposures": "SEVRRUM0 is counted to have 2 open quotes, but has 1"},
    ),
    "another public key": (
        "UPDATE signing_key SET public = sha256('x') WHERE key_id = 'SEVRRUM0-1'",
        {"signatures": "the signature does not fit the bytes"},
    ),
    "a public key that is none": (
        "UPDATE signing_key SET algorithm = 'RS256' WHERE key_id = 'SEVRRUM0-1'",
        {"signatures": "the signature does not fit the bytes"},
    ),
    "a key that was not valid yet": (
        "UPDATE signing_key SET valid_from = valid_until - 1 WHERE key_id = 'PAMRTJ20-1'",
        {"signatures": "PAMRTJ20-1 was not valid at"},
    ),
    "a sender": (
        "UPDATE message SET participant = 'PAMRTJ20' WHERE direction = 'in' AND participant = 'ALFXRUM0'",
        {"signatures": "it was signed with ALFXRUM0-1, which is no key of PAMRTJ20"},
    ),
    "the hub's key": (
        "DELETE FROM signing_key WHERE participant = 'CORRXXM0'",
        {"outgoing": "CORRXXM0-1 of CORRXXM0 is no key of the hub"},
    ),
    "an official rate that nobody posted": (
        "UPDATE fixing SET rate = rate + 1",
        {"audit": "fixing ('2026-11-21', 'USD', 'RUB'): rate was changed by nobody"},
    ),
    "a contract policy that nobody set": (
        "UPDATE contract_policy SET from_amount = 0",
        {"audit": "from_amount was changed by nobody"},
    ),
    "what was paid for": (
        "UPDATE payment_detail SET goods_code = '87'",
        {"details": "goods_code='27'), kept is"},
    ),
    "what a payment was for is gone": (
        "DELETE FROM payment_detail",
        {"details": "goods_code='27'), kept is None"},
    ),
    "a purpose that no order has said": (
        "UPDATE payment_detail SET number = 1 WHERE number = (SELECT max(number) FROM payment_detail)",
        {"details": "payment number 1: it has a detail, and no accepted order"},
    ),
    "a limit that nobody set": (
        "UPDATE account SET credit_limit = credit_limit + 1 WHERE participant = 'SEVRRUM0'",
        {"audit": "credit_limit was changed by nobody"},
    ),
    "an operator whom nobody registered": (
        "INSERT INTO operator VALUES ('operator:mallory', 'registrar', 'active')",
        {"audit": "operator ('operator:mallory',): nobody has made it"},
    ),
    "a role that nobody gave": (
        "UPDATE operator SET roles = 'registrar' WHERE name = 'operator:bob'",
        {"audit": "operator ('operator:bob',): roles was changed by nobody"},
    ),
    "an operator who is gone": (
        "DELETE FROM operator WHERE name = 'operator:bob'",
        {"audit": "operator ('operator:bob',) is gone, and nobody has removed it"},
    ),
    "a proposal approved by its maker": (
        "UPDATE proposal SET checker = maker WHERE state = 'executed'",
        {"audit": "checker was changed by nobody"},
    ),
    "a line of the audit": (
        """DELETE FROM message WHERE direction = 'audit'
              AND batch = (SELECT max(batch) FROM message WHERE direction = 'audit')""",
        {"chain": "do not lead to the head", "bytes": "its lines cover"},
    ),
    "a definition": (
        """UPDATE message SET definition = 'pacs.028.001.03'
            WHERE direction = 'out' AND definition = 'pacs.008.001.13'""",
        {"schemas": ", pacs.008.001.13"},
    ),
}


@pytest.mark.parametrize(("sql", "expected"), BENT.values(), ids=BENT)
def test_what_is_bent_is_found_and_said(day, sql, expected):
    report = broken(day, lambda db: db.execute(sql))
    assert not report.ok
    said = {each.name: each.violations for each in report.findings}
    for invariant, words in expected.items():
        assert any(words in sentence for sentence in said[invariant]), (invariant, words, said)


def rewrite(direction: str, definition: str, change: Callable[[bytes], bytes], *, honest: bool) -> Callable:
    """Return how a message's bytes are changed in place; if not honestly, its digest is made to fit."""

    async def bend(db: asyncpg.Connection) -> None:
        line = await db.fetchrow(
            """SELECT * FROM message
                WHERE direction = $1 AND definition = $2 AND outcome IN ('', 'accepted') LIMIT 1""",
            direction,
            definition,
        )
        place = (line["month"], line["batch"])
        row = await db.fetchrow("SELECT * FROM blob WHERE (month, batch) = ($1, $2)", *place)
        blob = SEALING.to_record(BLOB)(row)
        content = zlib.decompress(blob.content)
        start, end = line["start"], line["start"] + line["size"]
        evidence = change(content[start:end])
        assert len(evidence) == line["size"]
        assert evidence != content[start:end]
        content = content[:start] + evidence + content[end:]
        changed = SEALING.to_row(BLOB)(msgspec.structs.replace(blob, content=zlib.compress(content)))
        await db.execute("UPDATE blob SET content = $3 WHERE (month, batch) = ($1, $2)", *place, changed[-1])
        if not honest:
            await db.execute(
                "UPDATE message SET digest = $4 WHERE (month, batch, position) = ($1, $2, $3)",
                *place,
                line["position"],
                sha256(evidence).digest(),
            )

    return bend


def flip_last_byte(evidence: bytes) -> bytes:
    return evidence[:-1] + bytes([evidence[-1] ^ 1])


@pytest.mark.parametrize(
    ("direction", "definition", "change", "honest", "invariant", "words"),
    [
        ("in", "pacs.008.001.13", flip_last_byte, True, "bytes", "its bytes are not those that were logged"),
        ("out", "pacs.008.001.13", flip_last_byte, True, "bytes", "its bytes are not those that were logged"),
        ("in", "json/operations", flip_last_byte, True, "bytes", "its bytes are not those that were logged"),
        ("in", "json/quotes", flip_last_byte, False, "bytes", "its content is not what it is known by"),
        ("in", "pacs.008.001.13", flip_last_byte, False, "signatures", "the signature does not fit"),
        ("in", "pacs.008.001.13", lambda e: b"x" + e[1:], False, "signatures", "its signature is none"),
        ("in", "pacs.008.001.13", flip_last_byte, False, "schemas", "it does not satisfy its schema"),
        ("out", "pacs.008.001.13", lambda e: b"{" + e[1:], False, "outgoing", "header cannot be read"),
        ("out", "pacs.008.001.13", flip_last_byte, False, "chain", "do not lead to the head"),
        (
            "out",
            "pacs.002.001.10",
            lambda e: e.replace(b">ACSC<", b">RJCT<").replace(b">ACSP<", b">RJCT<"),
            False,
            "told",
            "was told RJCT, but the payment is",
        ),
        ("out", "pacs.002.001.10", flip_last_byte, False, "told", "status in batch"),
        ("in", "json/operations", flip_last_byte, False, "signatures", "0 founders, and 2 signatures"),
        ("audit", "audit", flip_last_byte, True, "bytes", "its bytes are not those that were logged"),
        ("audit", "audit", flip_last_byte, False, "chain", "do not lead to the head"),
        ("audit", "audit", flip_last_byte, False, "audit", "it cannot be read"),
    ],
)
def test_bytes_that_were_changed_are_found(day, direction, definition, change, honest, invariant, words):
    report = broken(day, rewrite(direction, definition, change, honest=honest))
    said = {each.name: each.violations for each in report.findings}
    assert any(words in sentence for sentence in said[invariant]), said


BOUND = {
    "balance": "debits_posted > 0",
    "transfer": "code = 10",
    "pending": "status = 2",
    "settlement_account": "currency = 'RUB'",
    "mailbox": "participant = 'SEVRRUM0'",
    "identity": "signer = 'SEVRRUM0'",
    "message": "batch = 80",
    "blob": "batch = 80",
    "quote": "status = 'spent' AND quote_id IN (SELECT quote_id FROM payment WHERE legs > 0)",
    "fx_exposure": "true",
    "inquiry": "state = 'quoted'",
    "reply": "true",
    "fx_limit": "next_amount IS NOT NULL",
    "open_quotes": "true",
    "payment": "provider <> ''",
    "cycle_item": "true",
    "cycle_position": "true",
    "clearing_account": "currency = 'RUB'",
    "held_payment": "open",
    "participant": "role = 'bank'",
    "operator": "true",
    "signing_key": "revoked_at IS NOT NULL",
    "account": "currency = 'RUB'",
    "list_in_force": "true",
    "screening_policy": "true",
    "fx_fee": "true",
    "proposal": "state = 'executed'",
    "facility": "state = 'active'",
    "facility_day": "day = '2026-11-19'",
    "credit_source": "true",
    "credit_line": "true",
    "pledge": "state = 'held'",
    "correspondent": "state = 'open'",
    "correspondent_relation": "number <> 0",
    "correspondent_position": "true",
    "correspondent_day": "true",
    "correspondent_entry": "true",
}
UNBOUND = {
    ("mailbox", "acknowledged"),  # any lower position is possible
    ("mailbox", "window"),  # so is any set of numbers
    ("identity", "body"),  # what was answered, under the hub's signature in the sender's hands
    ("quote", "mid_rate"),  # what the market was
    ("quote", "rated_at"),
    ("inquiry", "asked_at"),
    ("inquiry", "answers_until"),
    ("inquiry", "providers"),  # who was asked besides those who replied
    ("quote", "cost_amount"),
    ("quote", "created_at"),
    ("quote", "expires_at"),
    ("held_payment", "case"),
    ("held_payment", "order"),
    ("facility_day", "last_transfer"),  # any number up to the next transfer is possible
    ("facility", "breached"),  # whether a case was opened
}
OTHER = {
    "bigint": '"{0}" + 1',
    "text": "\"{0}\" || 'X'",
    "bytea": "'\\xff'",
    "boolean": 'NOT "{0}"',
    "numeric": '"{0}" + 1',
}
BOUND_COLUMNS = [
    (table.name, name, kind)
    for table in TABLES
    if table.name in BOUND
    for name, kind, _ in columns(table)
    if (table.name, name) not in UNBOUND and name not in ("month", "due_at", "credited_at", "ended_at")
]


def test_every_column_that_history_gives_is_bound_by_an_invariant(day):
    async def main() -> list[tuple[str, str]]:
        db = await asyncpg.connect(day.writer)
        unseen = []
        for table, name, kind in BOUND_COLUMNS:
            transaction = db.transaction()
            await transaction.start()
            row = f"SELECT ctid FROM {table} WHERE {BOUND[table]} LIMIT 1"
            if table in ("message", "blob"):
                row = f"SELECT ctid FROM {table}_202611 WHERE {BOUND[table]} LIMIT 1"
            change = (
                "1_000_000"
                if name in ("id", "account_id", "batch", "position", "sequence", "number", "cycle")
                else OTHER[kind].format(name)
            )
            done = await db.execute(f'UPDATE {table} SET "{name}" = {change} WHERE ctid = ({row})')
            assert done == "UPDATE 1", (table, name, done)
            if (await examine(db, **HOW, sample=1_000_000)).ok:
                unseen.append((table, name))
            await transaction.rollback()
        await db.close()
        return unseen

    assert asyncio.run(main()) == []


def test_many_violations_are_counted_but_not_all_told():
    findings = Findings("transfers")
    for n in range(SHOWN + 5):
        findings.judge([f"transfer {n}: gone"])
    report = Report([findings, Findings("chain", 3)])
    assert not report.ok
    assert report.checked == {"transfers": SHOWN + 5, "chain": 3}
    assert report.violations[0] == "transfer 0: gone"
    assert report.violations[-1] == "... and 5 more of transfers"
    assert len(report.violations) == SHOWN + 1
