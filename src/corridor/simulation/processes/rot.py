"""Corruption at rest: bits flip, files are cut short, pages are copied or come back old; found before the hub opens.

The journal is killed, spoiled and started. What then looks at it is `examine`: the start of PostgreSQL with its
checksums, the record of what was acknowledged (kept outside, as participants keep receipts), and `verify`.
"""

import asyncio
import random
import shutil
import subprocess
from pathlib import Path
from typing import Final, Literal, get_args

import asyncpg
import msgspec

from corridor.adapters.postgres import roles, verify
from corridor.adapters.postgres.roles import provision
from corridor.adapters.postgres.supervisor import Cluster, ClusterFailed
from corridor.hub.batch import chain
from corridor.simulation.processes.evidence import Evidence
from corridor.simulation.processes.writer import ENVIRONMENT, SEAL, Record, lost, writing
from corridor.simulation.tally import Tally
from corridor.simulation.trials import Order, Tell

NAME = "rot"
CORRUPTIONS = 10
PAGE: Final = 8_192
LOAD_S = 0.8
TABLES: Final = ("blob", "message", "transfer", "identity", "balance", "hub")
"""Whose heap rots: the log, what is derived from it, and the hub's own line."""
START_S = 30.0
_FILES = "SELECT relname, pg_relation_filepath(oid) AS file FROM pg_class WHERE relkind = 'r'"

Way = Literal["a flipped bit", "a file cut short", "a page copied over another", "a page as it was earlier"]
WAYS: Final[tuple[Way, ...]] = get_args(Way)
HEAP, WAL = "heap", "WAL"


class _Template(msgspec.Struct, frozen=True):
    """A killed cluster to be copied, what it had acknowledged, and its files as they were before its last load."""

    directory: Path
    record: Record
    checkpointed: int
    earlier: Path
    files: dict[str, str]


def run(order: Order, tell: Tell) -> Tally:
    """Spoil copies of two clusters: one whose pages are on the disk, one whose last load is in the WAL only."""
    return asyncio.run(_run(order, tell))


async def _run(order: Order, tell: Tell) -> Tally:
    evidence = Evidence(NAME, order, tell)
    dice = random.Random(f"{order.seed}/rot")
    found = 0
    heap, wal = await _templates(order.directory, dice)
    for template in (heap, wal):
        seen = await _examine(template, order.directory / "case")
        evidence.ask("what is sound opens", 1, [f"an unharmed copy is refused: {seen}"] if seen else ())
    for number in range(round(CORRUPTIONS * order.scale)):
        way, where = WAYS[number % len(WAYS)], (WAL, HEAP)[number // len(WAYS) % 2]
        template = wal if where == WAL else heap
        case = _copy(template.directory, order.directory / "case")
        what = (
            _spoil_wal(case, template, way, dice) if where == WAL else _spoil_heap(case, template, way, dice)
        )
        seen = await _examine(template, case, copied=True)
        tell(f"{number + 1}: {where}, {what}: {seen or 'NOT SEEN'}")
        evidence.faults[f"F11: {where}: {way}"] += 1
        unseen = f"{where}, {what}: PostgreSQL starts, all of it can be read, and nothing is missed"
        evidence.ask("corruption is seen before the hub opens", 1, () if seen else [unseen])
        found += bool(seen)
    return evidence.tally(corruptions=found)


async def _templates(directory: Path, dice: random.Random) -> tuple[_Template, _Template]:
    record: Record = {}
    cluster = Cluster(directory / "postgresql")
    cluster.start()
    dsn = await provision(cluster)
    await _load(cluster, dsn, record, dice)
    earlier = _copy(cluster.directory, directory / "earlier")
    await _load(cluster, dsn, record, dice)
    files, checkpointed = await _files(dsn), max(record)
    cluster.kill()
    heap = _Template(_copy(cluster.directory, directory / "heap"), dict(record), checkpointed, earlier, files)
    cluster.start()
    await _load(cluster, dsn, record, dice, checkpoint=False)
    cluster.kill()
    wal = _Template(_copy(cluster.directory, directory / "wal"), record, checkpointed, heap.directory, files)
    return heap, wal


async def _load(
    cluster: Cluster, dsn: str, record: Record, dice: random.Random, *, checkpoint: bool = True
) -> None:
    async with writing(dsn, record) as writer:
        await writer.write_for(LOAD_S, dice)
    if checkpoint:
        connection = await asyncpg.connect(cluster.dsn())
        await connection.execute("CHECKPOINT")
        await connection.close()


async def _files(dsn: str) -> dict[str, str]:
    """Where the rows of each table lie; those of the log in the partition of the month."""
    connection = await asyncpg.connect(dsn)
    try:
        return {row["relname"].rstrip("_0123456789"): row["file"] for row in await connection.fetch(_FILES)}
    finally:
        await connection.close()


async def _examine(template: _Template, case: Path, *, copied: bool = False) -> str:
    """Start what is there and look at it as before a hub opens; return what was seen, empty if all seems well.

    Here the start-up fence takes its place: the record of what was acknowledged is its witness.
    """
    cluster = Cluster(case if copied else _copy(template.directory, case))
    try:
        cluster.start(timeout_s=START_S)
        dsn = cluster.dsn(roles.WRITER, roles.DATABASE)
        if missed := await lost(dsn, template.record):
            return f"{missed[0]} ({len(missed)} in all)"
        report = await verify.verify(dsn, chain=chain, environment=ENVIRONMENT, seal=SEAL)
        return "" if report.ok else f"verify: {report.violations[0]}"
    except ClusterFailed as error:
        return f"PostgreSQL does not start: {str(error).splitlines()[-1][-160:]}"
    except (asyncpg.PostgresError, OSError) as error:
        return f"it cannot be read: {error}"
    finally:
        cluster.kill()
        shutil.rmtree(case, ignore_errors=True)


def _spoil_wal(case: Path, template: _Template, way: Way, dice: random.Random) -> str:
    """Spoil the place in the write-ahead log where an acknowledged batch of the last load stands."""
    batches = [number for number in template.record if number > template.checkpointed]
    segments = [file for file in (case / "data/pg_wal").iterdir() if file.is_file()]
    for batch in dice.sample(batches, len(batches)):
        for segment in segments:
            at = segment.read_bytes().find(template.record[batch])
            if at >= 0:  # else it stands on two pages
                _spoil(segment, at, way, dice, template.earlier / "data/pg_wal" / segment.name)
                return f"{way} at batch {batch}"
    raise AssertionError("no acknowledged batch is in the write-ahead log")


def _spoil_heap(case: Path, template: _Template, way: Way, dice: random.Random) -> str:
    """Spoil a page of a table that holds something, and where it matters has changed."""
    for table in dice.sample(TABLES, len(TABLES)):
        file, earlier = (root / "data" / template.files[table] for root in (case, template.earlier))
        now, then = file.read_bytes(), earlier.read_bytes()
        pages = [at for at in range(0, len(now), PAGE) if now[at : at + PAGE] != then[at : at + PAGE]]
        if pages and (len(now) > PAGE or way != "a page copied over another"):
            _spoil(file, dice.choice(pages), way, dice, earlier)
            return f"{way} in table {table}"
    raise AssertionError("no table has changed")


def _spoil(file: Path, at: int, way: Way, dice: random.Random, earlier: Path) -> None:
    content = bytearray(file.read_bytes())
    page = at // PAGE * PAGE
    match way:
        case "a flipped bit":
            content[at + dice.randrange(32)] ^= 1 << dice.randrange(8)
        case "a file cut short":
            del content[at:]
        case "a page copied over another":
            others = [each for each in range(0, len(content), PAGE) if each != page]
            other = dice.choice([each for each in others if any(content[each : each + PAGE])])
            content[page : page + PAGE] = content[other : other + PAGE]
        case "a page as it was earlier":
            before = earlier.read_bytes()[page : page + PAGE] if earlier.exists() else b""
            content[page : page + PAGE] = before.ljust(PAGE, b"\0")
    with file.open("r+b") as opened:  # the same file: it keeps its owner
        opened.write(content)
        opened.truncate(len(content))


def _copy(source: Path, to: Path) -> Path:
    """A copy with owners and rights, as PostgreSQL wants them."""
    shutil.rmtree(to, ignore_errors=True)
    subprocess.run(("/bin/cp", "-a", "--reflink=auto", str(source), str(to)), check=True)
    for socket in to.glob(".s.PGSQL*"):
        socket.unlink()
    return to
