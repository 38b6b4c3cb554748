"""The log as it is stored, batch by batch in order, for whoever checks it."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import asyncpg
import msgspec

from corridor.adapters.postgres.sealing import Sealing
from corridor.ledger.transfers import Transfer
from corridor.ports import SealBroken
from corridor.reports.log import Logged, Runs, transfers_in
from corridor.services.messaging.records import BLOB, Blob, Message

GROUP_BATCHES = 64
GROUP_TRANSFERS = 20_000
"""So much of the log is in memory at a time, and one batch more."""

_BLOBS = "SELECT month, batch, at, head, transfers, content FROM blob ORDER BY month, batch"
_AFTER = """
SELECT month, batch, at, head, transfers, content FROM blob
 WHERE month = $1 AND batch > $2 AND batch <= $3 ORDER BY month, batch LIMIT $4
"""
_LINES = """
SELECT month, batch, position, direction, participant, number, definition, message_id, payment, outcome,
       reason, at, content, digest, start, size
  FROM message WHERE month = ANY($1) AND batch BETWEEN $2 AND $3 ORDER BY batch, position
"""
_TRANSFERS = """
SELECT t.* FROM unnest($1::bigint[], $2::bigint[]) AS run(first, ids)
  JOIN transfer t ON t.id BETWEEN run.first AND run.first + run.ids - 1
"""
_runs = msgspec.msgpack.Decoder(Runs)


async def batches(db: asyncpg.Connection, sealing: Sealing) -> AsyncIterator[Logged]:
    """Yield every batch of the log in order, reading few at a time. Bytes that cannot be opened stay sealed."""
    opened = _opener(sealing)
    group: list[tuple[Blob, Runs | None]] = []
    weight = 0
    async for row in db.cursor(_BLOBS, prefetch=GROUP_BATCHES):
        group.append(opened(row))
        weight += transfers_in(group[-1][1] or ())
        if len(group) >= GROUP_BATCHES or weight >= GROUP_TRANSFERS:
            for batch in await _fill(db, group):
                yield batch
            group, weight = [], 0
    for batch in await _fill(db, group):
        yield batch


async def after(
    db: asyncpg.Connection, sealing: Sealing, month: int, between: tuple[int, int], limit: int
) -> list[Logged]:
    """Return the first batches of a month after one and up to another, as `batches` would."""
    rows = await db.fetch(_AFTER, month, *between, limit)
    return await _fill(db, list(map(_opener(sealing), rows)))


def _opener(sealing: Sealing) -> Callable[[Any], tuple[Blob, Runs | None]]:
    record = sealing.to_record(BLOB)

    def opened(row: Any) -> tuple[Blob, Runs | None]:
        try:
            blob = record(row)
        except SealBroken:
            blob = Blob(*row)
        return blob, _runs_of(blob)

    return opened


async def _fill(db: asyncpg.Connection, group: Sequence[tuple[Blob, Runs | None]]) -> list[Logged]:
    if not group:
        return []
    lines: dict[int, list[Message]] = {blob.batch: [] for blob, _ in group}
    months = list({blob.month for blob, _ in group})
    for row in await db.fetch(_LINES, months, group[0][0].batch, group[-1][0].batch):
        lines.setdefault(row["batch"], []).append(Message(*row))
    runs = [run for _, named in group for run in named or ()]
    moved: dict[int, Transfer] = {}
    if runs:
        for row in await db.fetch(_TRANSFERS, [first for first, _ in runs], [ids for _, ids in runs]):
            moved[row["id"]] = Transfer(*row)
    return [
        Logged(
            blob,
            lines[blob.batch],
            named,
            [moved[n] for first, ids in named or () for n in range(first, first + ids) if n in moved],
        )
        for blob, named in group
    ]


def _runs_of(blob: Blob) -> Runs | None:
    try:
        return _runs.decode(blob.transfers)
    except msgspec.DecodeError:
        return None
