"""The checker has nothing to say of honest days, whatever it sees of them, and names what is bent behind the hub."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from tests.contract.busy_day import (
    arrange,
    bring,
    correspond,
    end_of_day,
    give_back,
    inquire,
    lend,
    live,
    trade,
    wish,
)
from tests.contract.signed_world import SEAL, PostgresWorld
from tests.rig import HUB
from tests.world import CBRR, PAMR, SEVR, agreed

from corridor.adapters.keys.software import verifier
from corridor.adapters.postgres.looks import Look, Looks
from corridor.adapters.postgres.roles import READER, WRITER, provision
from corridor.adapters.postgres.sealing import Sealing
from corridor.adapters.postgres.supervisor import Cluster
from corridor.adapters.system.shelf import FileShelf
from corridor.decision import Table
from corridor.domain.instants import SECOND
from corridor.domain.money import Money
from corridor.hub.batch import chain
from corridor.ports import JournalAway, Mark
from corridor.reports.alarms import Acknowledgement
from corridor.reports.follow import Follower
from corridor.reports.invariants import INVARIANTS
from corridor.reports.log import Log
from corridor.services.messaging.commands import SetLimit
from corridor.services.messaging.records import IDENTITY
from corridor.workers import checker as checkers
from corridor.workers.checker import WHOLE_LOOK, Checker

OF_PARTIES = {"durable", "known", "repeats", "banks", "liveness", "rebuild", "process"}
"""What only an observer of all parties sees."""
NOT_ASKED = OF_PARTIES | {"details"}
"""Every order would be read once more: `corridor verify` asks that."""


class Watched:
    """A world on PostgreSQL with a checker behind it, which may be stopped and started."""

    def __init__(self, writer: str, reader: str, directory: Path) -> None:
        self.writer = writer
        self.at = SECOND
        self.shelf = FileShelf(directory)
        self.mark: Any = None
        self._loop = asyncio.new_event_loop()
        self._looks = Looks(reader, SEAL)
        self.start()

    def start(self) -> None:
        """Begin with what the checker before has kept."""
        log = Log(HUB, "sandbox", chain, verifier, 1)
        self.checker = Checker(
            follower=Follower(log, HUB),
            look=self._looks.look,
            shelf=self.shelf,
            witness=self._witness,
            clock=self,
        )

    def now(self) -> int:
        return self.at

    def look(self, *, whole: bool = True) -> None:
        """Look until all is judged; a whole look takes its time."""
        self.at += WHOLE_LOOK if whole else 0
        while not self._loop.run_until_complete(self.checker.look()):
            pass

    def bend(self, sql: str) -> None:
        """Change something behind the hub's back."""

        async def bend() -> None:
            db = await asyncpg.connect(self.writer)
            await db.execute(sql)
            await db.close()

        self._loop.run_until_complete(bend())

    @property
    def alarms(self) -> dict[str, str]:
        return {each.invariant: each.sentence for each in self.shelf.standing().open}

    def close(self) -> None:
        self._loop.run_until_complete(self._looks.close())
        self._loop.close()

    async def _witness(self) -> Any:
        return self.mark


class WatchedWorld(PostgresWorld):
    """After some commands the checker looks, in part or at the whole."""

    dice = random.Random(5)
    watched: Watched | None = None

    def submit(self, *commands: Any) -> Any:
        answer = super().submit(*commands)
        if self.watched is not None and self.dice.random() < 0.3:
            self.watched.look(whole=self.dice.random() < 0.5)
        return answer


@pytest.fixture
def world(database: str, tmp_path: Path) -> Iterator[WatchedWorld]:
    world = WatchedWorld(database)
    reader = database.replace(WRITER, READER)
    world.watched = Watched(database, reader, tmp_path / "checker")
    yield world
    if world.watched is not None:
        world.watched.close()
    world.close()


def test_an_honest_day_seen_step_by_step(world):
    live(world, crowd=25)
    world.watched.look()
    assert world.watched.alarms == {}
    checked = world.watched.checker.follower.checked
    assert {name for name in INVARIANTS if not checked[name]} == NOT_ASKED
    assert checked["chain"] > world.watched.checker.follower.batch


def test_a_backlog_is_judged_in_parts(world, monkeypatch):
    monkeypatch.setattr(checkers, "BATCHES", 7)
    watched, world.watched = world.watched, None
    watched.look()
    live(world, crowd=25)
    watched.look(whole=False)
    watched.look()
    assert watched.alarms == {}
    follower = watched.checker.follower
    assert {name for name in INVARIANTS if not follower.checked[name]} == NOT_ASKED
    world.watched = watched


NUMBERS = count(1_000, 10)


class Bent(Watched):
    """Sees what a transaction has bent that never ends."""

    def __init__(self, writer: str, directory: Path) -> None:
        super().__init__(writer, writer, directory)
        self._db = self._loop.run_until_complete(asyncpg.connect(writer))

    def bend(self, sql: str) -> None:
        async def bend() -> None:
            transaction = self._db.transaction()
            await transaction.start()
            await self._db.execute(sql)
            self.checker._look = self._bent
            self.at += WHOLE_LOOK
            await self.checker.look()
            await transaction.rollback()

        self._loop.run_until_complete(bend())

    @asynccontextmanager
    async def _bent(self) -> AsyncIterator[Look]:
        yield Look(self._db, Sealing(SEAL))

    def close(self) -> None:
        self._loop.run_until_complete(self._db.close())
        super().close()


@pytest.fixture(scope="module")
def town(cluster: Cluster) -> Iterator[PostgresWorld]:
    """A corridor in which some things are open."""
    name = f"town_{uuid4().hex}"
    world = PostgresWorld(asyncio.run(provision(cluster, name)))
    world.found()
    arrange(world)
    correspond(world)
    lend(world)
    world.pay(world.order(900))
    world.quote(700_00)
    inquire(world, "")
    yield world
    world.close()


@pytest.fixture
def hour(town: PostgresWorld, tmp_path: Path) -> Iterator[Bent]:
    """A checker that has looked, and behind whose back every kind of thing has happened since."""
    watched = Bent(town._dsn, tmp_path)
    watched.look()
    n = next(NUMBERS)
    for number, status in ((n, "ACCP"), (n + 1, "RJCT")):
        town.pay(town.order(number))
        town.report(town.order(number).uetr, status, reason="AC03" if status == "RJCT" else None)
    give_back(town, n)
    quote = town.quote(1_000_00)
    amount = Money(1_000_00, "RUB")
    town.pay(town.order(n + 2, interbank_settlement_amount=amount, agreed_rate=agreed(quote)))
    town.report(town.order(n + 2).uetr, "ACCP")
    trade(town, n, SEVR, PAMR, 850, 100)
    inquire(town, "8.55")
    wish(town, n + 3)
    town.report(town.order(n + 3).uetr, "ACSC", CBRR)
    wish(town, n + 4)
    bring(town, n + 5)
    town.operate(SetLimit, participant=SEVR, currency="RUB", limit=n)
    yield watched
    watched.close()


LAST = "(SELECT max(batch) FROM blob)"
RUB = "(SELECT account_id FROM settlement_account WHERE (participant, currency) = ('SEVRRUM0', 'RUB'))"
SETTLED = "(SELECT max(number) FROM payment WHERE status = 'ACSC' AND provider = '')"
CONVERTED = "(SELECT max(number) FROM payment WHERE status = 'ACSC' AND provider <> '')"
REFUSED = "(SELECT max(number) FROM payment WHERE status = 'RJCT')"
OPEN = "(SELECT uetr FROM payment WHERE open LIMIT 1)"
TRADED = "(SELECT max(number) FROM trade WHERE state = 'settled')"
GIVEN_BACK = "(SELECT max(number) FROM returned_payment WHERE currency = 'RUB')"
DEFUNDED = "(SELECT max(number) FROM liquidity_transfer WHERE direction = 'defunding' AND status = 'ACSC')"
FUNDED = "(SELECT max(number) FROM liquidity_transfer WHERE direction = 'funding' AND status = 'ACSC')"
LEAVING = "(SELECT max(number) FROM liquidity_transfer WHERE status = 'ACSP')"
BENT = {
    "money that left and says it did not": (
        f"""UPDATE liquidity_transfer SET status = 'RJCT', reason = 'AC03' WHERE number = {DEFUNDED}""",
        {"liquidity", "told"},
    ),
    "money that came, of another amount": (
        f"UPDATE liquidity_transfer SET amount = amount + 1 WHERE number = {FUNDED}", {"liquidity"}
    ),
    "money that leaves to nobody": (
        f"UPDATE liquidity_transfer SET central_bank = 'CBTJTJ20' WHERE number = {LEAVING}", {"liquidity"}
    ),
    "money that came to another": (
        f"UPDATE liquidity_transfer SET participant = 'PAMRTJ20' WHERE number = {FUNDED}", {"liquidity", "told"}
    ),
    "money that waits for nothing": (
        f"UPDATE liquidity_transfer SET first_transfer = 0 WHERE number = {LEAVING}", {"liquidity", "liquidity states"}
    ),
    "an arrangement without a timer": ("UPDATE arrangement SET due_at = NULL", {"arrangement states"}),
    "another amount given back": (
        f"UPDATE returned_payment SET amount = amount + 1 WHERE number = {GIVEN_BACK}", {"returns"}
    ),
    "given back at another time": (
        f"UPDATE returned_payment SET received_at = received_at - 1 WHERE number = {GIVEN_BACK}", {"told"}
    ),
    "given back before it was paid": (
        f"UPDATE returned_payment SET payment = number WHERE number = {GIVEN_BACK}", {"returns", "return states"}
    ),
    "given back by nobody": (f"DELETE FROM returned_payment WHERE number = {GIVEN_BACK}", {"returns", "payments"}),
    "money of no transfer": (f"DELETE FROM liquidity_transfer WHERE number = {FUNDED}", {"liquidity"}),
    "money issued by nobody": (
        f"UPDATE transfer SET code = 10 WHERE reference = {FUNDED} AND code = 1", {"issue", "chain", "liquidity"}
    ),
    "a trade that moved and says it did not": (
        f"UPDATE trade SET state = 'cancelled', first_transfer = 0 WHERE number = {TRADED}", {"trades"}
    ),
    "a trade of another amount": (
        f"UPDATE trade SET first_amount = first_amount + 1 WHERE number = {TRADED}", {"trades"}
    ),
    "a trade matched by one side": (
        f"UPDATE trade SET second_captured_at = NULL WHERE number = {TRADED}", {"trade states"}
    ),
    "a trade that is gone": (f"DELETE FROM trade WHERE number = {TRADED}", {"trades"}),
    "a reply that was counted and is not there": (
        "UPDATE inquiry SET replies = 1 WHERE state = 'asked'", {"inquiries"}
    ),
    "a reply that is open though its inquiry has ended": ("UPDATE reply SET state = 'open'", {"inquiries"}),
    "an inquiry that ended without a quote or a reason": (
        "UPDATE inquiry SET quote_id = '' WHERE state = 'quoted'", {"inquiry states"}
    ),
    "a balance": (
        f"UPDATE balance SET credits_posted = credits_posted + 1 WHERE account_id = {RUB}",
        {"balances", "conservation"},
    ),
    "two balances, so that nothing is lost": (
        "UPDATE balance SET credits_posted = credits_posted + 1, debits_posted = debits_posted + 1",
        {"balances"},
    ),
    "a balance deleted": (f"DELETE FROM balance WHERE account_id = {RUB}", {"balances", "conservation"}),
    "a balance beyond its limit": (
        f"UPDATE balance SET debits_posted = 10 * credits_posted WHERE account_id = {RUB}",
        {"balances", "limits"},
    ),
    "an account given to another": (
        f"UPDATE account SET participant = 'PAMRTJ20' WHERE id = {RUB}", {"accounts", "audit"}
    ),
    "a transfer deleted": (
        "DELETE FROM transfer WHERE id = (SELECT max(id) FROM transfer WHERE flags = 2)",
        {"chain", "balances", "pending"},
    ),
    "a transfer's amount": (
        "UPDATE transfer SET amount = amount + 1 WHERE id = (SELECT max(id) FROM transfer)",
        {"chain", "balances"},
    ),
    "a transfer out of nowhere": (
        f"""INSERT INTO transfer SELECT {SETTLED}, debit_account_id, credit_account_id, 1, currency, 0, 0, 0, 0, 0
             FROM transfer ORDER BY id LIMIT 1""",
        {"transfers"},
    ),
    "a transfer to an account that is not there": (
        "UPDATE transfer SET credit_account_id = 4711 WHERE id > (SELECT max(id) - 9 FROM transfer)",
        {"transfers", "chain", "balances"},
    ),
    "a transfer between two currencies": (
        "UPDATE transfer SET currency = 'TJS' WHERE id = (SELECT max(id) FROM transfer WHERE currency = 'RUB')",
        {"transfers", "chain"},
    ),
    "a reservation taken away": ("UPDATE pending SET status = 3 WHERE status = 1", {"pending"}),
    "a reservation without its row": ("DELETE FROM pending WHERE status = 1", {"pending"}),
    "a reservation's end": (
        f"UPDATE pending SET status = 3 WHERE id = (SELECT first_transfer FROM payment WHERE number = {SETTLED})",
        {"pending"},
    ),
    "a mailbox's count": (
        "UPDATE mailbox SET last_number = last_number + 1 WHERE participant = 'CBTJTJ20'", {"mailboxes"}
    ),
    "a gap in a mailbox": (
        f"UPDATE message SET number = number + 9 WHERE payment = {SETTLED} AND definition = 'pacs.008.001.13'",
        {"mailboxes", "chain", "outgoing", "signatures"},
    ),
    "a message deleted": (
        f"DELETE FROM message WHERE payment = {REFUSED} AND direction = 'out'", {"chain", "mailboxes", "bytes", "told"}
    ),
    "a message forgotten": (
        f"""DELETE FROM identity i USING message m WHERE m.payment = {SETTLED}
               AND (m.batch, m.position) = (i.batch, i.position)""",
        {"identities"},
    ),
    "a message known otherwise": (
        "UPDATE identity SET digest = sha256('x') WHERE batch > (SELECT batch - 9 FROM hub)", {"identities"}
    ),
    "the hub's count": ("UPDATE hub SET last_number = 20", {"numbers"}),
    "a payment deleted": (f"DELETE FROM payment WHERE number = {SETTLED}", {"payments"}),
    "a settled payment said to be rejected": (
        f"UPDATE payment SET status = 'RJCT', reason = 'AM04' WHERE number = {SETTLED}", {"legs", "told"}
    ),
    "a final payment opened": (
        f"UPDATE payment SET open = true WHERE number = {SETTLED}", {"payments", "legs"}
    ),
    "an open payment closed": (
        f"UPDATE payment SET open = false, due_at = NULL, status = 'ACSC', final_at = forwarded_at WHERE uetr = {OPEN}",
        {"holds"},
    ),
    "an open payment's amount": (
        f"UPDATE payment SET source_amount = 1 WHERE uetr = {OPEN}", {"states", "legs", "payments"}
    ),
    "a payment given to another bank": (
        f"UPDATE payment SET creditor_agent = 'ALFXRUM0' WHERE number = {SETTLED}", {"legs", "told"}
    ),
    "a silence that was too short": (
        f"UPDATE payment SET reason = 'AB05' WHERE number = {REFUSED}", {"times", "told"}
    ),
    "a promise that nobody made": (
        f"UPDATE message SET outcome = 'refused' WHERE payment = {SETTLED} AND participant = 'PAMRTJ20'",
        {"evidence", "chain", "identities"},
    ),
    "a quote spent by another": (
        f"UPDATE quote SET spent_by = {SETTLED} WHERE spent_by = {CONVERTED}", {"quotes"}
    ),
    "a quote spent too late": (
        f"UPDATE quote SET expires_at = created_at - 1 WHERE spent_by = {CONVERTED}", {"quotes"}
    ),
    "a quote rounded the other way": (
        "UPDATE quote SET destination_amount = destination_amount + 1 WHERE status = 'open'",
        {"conversions", "exposures"},
    ),
    "a debt made less": (
        """UPDATE balance SET credits_posted = credits_posted + 1
            WHERE account_id = (SELECT debt_account_id FROM facility WHERE state = 'active')""",
        {"balances", "conservation", "facilities"},
    ),
    "a facility that draws by itself and should not": (
        "UPDATE credit_source SET facilities = ''", {"facilities"}
    ),
    "interest of another rate": ("UPDATE facility SET rate = 17 WHERE state = 'active'", {"interest", "audit"}),
    "a date that was not reckoned": ("DELETE FROM facility_day WHERE day = '2026-11-19'", {"interest"}),
    "collateral that is worth more": (
        "UPDATE pledge SET value_amount = 2 * value_amount WHERE state = 'held'", {"collateral", "audit"}
    ),
    "what is owed on a correspondent account": (
        """UPDATE balance SET credits_posted = credits_posted + 1
            WHERE account_id = (SELECT nostro_account_id FROM correspondent WHERE state = 'open')""",
        {"balances", "conservation", "correspondents"},
    ),
    "a smaller overdraft": (
        """UPDATE correspondent SET overdraft_amount = 1, ceiling_amount = 1 WHERE state = 'open'""",
        {"correspondents", "audit"},
    ),
    "an account that two banks do not find": (
        "UPDATE correspondent_relation SET number = 0", {"correspondents"}
    ),
    "a count of open quotes": ("UPDATE open_quotes SET quotes = quotes + 1", {"exposures"}),
    "a head": (f"UPDATE blob SET head = sha256('x') WHERE batch = {LAST} - 2", {"chain", "heads"}),
    "the hub's head": ("UPDATE hub SET head = sha256('x')", {"chain"}),
    "a head that is found by its number": (
        f"UPDATE chain_head SET head = sha256('x') WHERE batch = {LAST}", {"heads"}
    ),
    "a batch cut out": (
        f"DELETE FROM message WHERE batch = {LAST} - 2; DELETE FROM blob WHERE batch = {LAST} - 2", {"chain"}
    ),
    "the last batches cut off": (
        f"DELETE FROM message WHERE batch > {LAST} - 99; DELETE FROM blob WHERE batch > {LAST} - 99", {"chain"}
    ),
    "a tail that is lost": (
        "UPDATE hub SET (batch, at, head) = (SELECT batch, at, head FROM blob WHERE batch = 9)", {"anchors"}
    ),
    "bytes that are none": (f"UPDATE blob SET content = '\\x00' WHERE batch = {LAST}", {"bytes"}),
    "names of transfers that are none": (f"UPDATE blob SET transfers = '\\xff' WHERE batch = {LAST}", {"chain"}),
    "another public key": (
        "UPDATE signing_key SET public = sha256('x') WHERE key_id = 'SEVRRUM0-1'", {"signatures", "audit"}
    ),
    "what is counted to wait": (
        f"""INSERT INTO queue VALUES ({RUB}, 1, 5, 0, 0, 0, 0)
            ON CONFLICT (account_id) DO UPDATE SET urgent = queue.urgent + 1""",
        {"queue"},
    ),
    "an obligation without a timer": (
        f"""INSERT INTO obligation VALUES (7, 'x', 'queued', NULL, 'a', 'b', {RUB}, {RUB}, 'RUB', 1, 2, 7, 1,
                                           NULL, NULL, 2, NULL, '')""",
        {"obligations", "queue"},
    ),
    "a position of no items": (
        "INSERT INTO cycle_position VALUES (1, 'SEVRRUM0', 'RUB', 'other', true, 1, 0, 1)", {"cycles"}
    ),
    "a cycle that settled without a proof": (
        "INSERT INTO cycle VALUES (1, 'settled', NULL, 1, 0, 1, 0, 2, 3, NULL, '', 0, 0, '')", {"cut-offs"}
    ),
    "a limit that nobody set": (
        "UPDATE account SET credit_limit = credit_limit + 1 WHERE participant = 'PAMRTJ20'", {"audit"}
    ),
    "an operator whom nobody registered": (
        "INSERT INTO operator VALUES ('operator:mallory', 'registrar', 'active')", {"audit"}
    ),
    "a proposal of nobody": (
        "UPDATE proposal SET state = 'open' WHERE number = (SELECT max(number) FROM proposal)", {"audit"}
    ),
    "a release by one person": (
        f"UPDATE message SET participant = 'operator:alice' WHERE participant = 'operator:bob' AND batch > {LAST} - 9",
        {"chain", "signatures", "audit", "identities"},
    ),
    "a definition": (
        f"UPDATE message SET definition = 'pacs.028.001.03' WHERE payment = {SETTLED} AND direction = 'out'",
        {"schemas", "chain", "evidence"},
    ),
    "a swing": (
        "UPDATE account SET credit_limit = credit_limit + 1 WHERE code = 1 AND participant = 'CBRRRUM0'", {"swings"}
    ),
}  # fmt: skip


def test_a_netting_that_is_bent_is_named(database: str, tmp_path: Path) -> None:
    world = PostgresWorld(database)
    world.found()
    arrange(world)
    watched = Bent(database, tmp_path)
    watched.look()
    end_of_day(world)
    watched.bend("UPDATE arrangement_netting SET rate = rate + 0.01")
    assert "arrangements" in watched.alarms
    watched.close()
    world.close()


@pytest.mark.parametrize(("sql", "names"), BENT.values(), ids=BENT)
def test_what_is_bent_is_named(hour, sql, names):
    hour.bend(sql)
    assert names <= hour.alarms.keys(), hour.alarms
    assert hour.checker.follower.broken.keys() == hour.alarms.keys()


def test_that_every_invariant_can_be_broken_here():
    """What takes two persons and was done by one needs a forged trail: unit/reports/test_trails.py."""
    named = {name for _, names in BENT.values() for name in names}
    assert named | {"four eyes", "arrangements"} == INVARIANTS.keys() - NOT_ASKED


def test_an_alarm_stays_until_it_is_acknowledged_and_comes_back_if_nothing_was_mended(world):
    watched = world.watched
    world.found()
    watched.look()
    watched.bend(f"UPDATE balance SET credits_posted = credits_posted + 1 WHERE account_id = {RUB}")
    watched.look()
    watched.look()
    first = {each.invariant: each.number for each in watched.shelf.standing().open}
    assert first.keys() == {"balances", "conservation"}
    assert watched.checker.follower.broken["balances"] == 2

    for number in first.values():
        watched.shelf.acknowledge(Acknowledgement(number, "anna", "seen", 0))
    watched.look(whole=False)
    assert watched.alarms == {}
    watched.look()
    second = {each.invariant: each.number for each in watched.shelf.standing().open}
    assert second.keys() == first.keys()
    assert min(second.values()) > max(first.values())

    watched.bend(f"UPDATE balance SET credits_posted = credits_posted - 1 WHERE account_id = {RUB}")
    for number in second.values():
        watched.shelf.acknowledge(Acknowledgement(number, "anna", "put right", 0))
    watched.look()
    assert watched.alarms == {}


def test_books_that_begin_anew_believe_what_is_stored(world):
    watched = world.watched
    world.found()
    watched.look()
    watched.bend("UPDATE mailbox SET last_number = last_number + 1 WHERE participant = 'CBTJTJ20'")
    watched.look()
    (alarm,) = watched.shelf.standing().open
    watched.shelf.acknowledge(Acknowledgement(alarm.number, "anna", "so be it", 0, anew=True))
    watched.look()
    assert watched.alarms == {}


def test_what_is_bent_while_the_checker_is_down_is_named_and_no_batch_is_read_twice(world):
    watched = world.watched
    world.found()
    watched.look()
    followed = watched.checker.follower.checked["heads"]
    world.watched = None
    world.pay(world.order(1))
    watched.bend(f"UPDATE balance SET debits_pending = 0 WHERE account_id = {RUB}")
    watched.start()
    watched.look()
    assert watched.alarms.keys() == {"balances", "conservation"}
    assert watched.checker.follower.checked["heads"] == followed + 1
    world.watched = watched


def test_a_log_that_lost_its_tail_is_named_and_followed_from_there(world):
    watched = world.watched
    world.found()
    watched.look()
    place = watched.checker.follower.batch
    watched.bend(
        """UPDATE hub SET (batch, at, head) = (SELECT batch, at, head FROM blob WHERE batch = 9);
        DELETE FROM chain_head WHERE batch > 9; DELETE FROM blob WHERE batch > 9;
        DELETE FROM message WHERE batch > 9"""
    )
    watched.start()
    watched.look()
    tail = f"the checker holds batch {place}, but the log ends with batch 9: its tail is lost"
    assert watched.alarms == {"anchors": tail}
    assert watched.checker.follower.batch == 9


def test_what_the_witness_holds_is_in_the_log(world):
    watched = world.watched
    world.found()
    watched.mark = Mark(HUB, 1, 5, b"h" * 32)
    watched.look()
    assert watched.alarms == {"anchors": "the witness holds another head of batch 5: the log was rewritten"}


def test_a_look_that_is_cut_off_is_made_up_for(world, monkeypatch):
    watched, world.watched = world.watched, None
    world.found()
    watched.look()
    world.pay(world.order(1))
    watched.bend("DELETE FROM identity WHERE batch = (SELECT batch FROM hub)")
    some = Look.some

    async def cut_off(look: Look, table: Table[Any], keys: Any) -> Any:
        if table is IDENTITY:
            look._db.terminate()
        return await some(look, table, keys)

    with monkeypatch.context() as patch:
        patch.setattr(Look, "some", cut_off)
        with pytest.raises(JournalAway):
            watched.look(whole=False)
    assert watched.alarms == {}
    watched.look(whole=False)
    assert watched.alarms.keys() == {"identities"}
    world.watched = watched
