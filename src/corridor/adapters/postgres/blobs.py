"""The bytes of batches, as whoever reads messages needs them."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from corridor.adapters.postgres.sealing import Sealing
from corridor.ports import SealBroken
from corridor.reports.log import unpack
from corridor.services.messaging.records import BLOB

_BLOBS = (
    "SELECT month, batch, at, head, transfers, content FROM blob WHERE month = ANY($1) AND batch = ANY($2)"
)

Fetch = Callable[..., Awaitable[Sequence[Any]]]


async def contents(
    fetch: Fetch, sealing: Sealing, places: Collection[tuple[int, int]], *, damaged: bytes | None = None
) -> dict[int, bytes]:
    """Return the bytes of the batches at these places (month, batch), by batch.

    Raises: SealBroken; where `damaged` is given, that stands for what cannot be read.
    """
    record = sealing.to_record(BLOB)
    found: dict[int, bytes] = {}
    for row in await fetch(
        _BLOBS, list({month for month, _ in places}), list({batch for _, batch in places})
    ):
        try:
            found[row["batch"]] = unpack(record(row))
        except SealBroken:
            if damaged is None:
                raise
            found[row["batch"]] = damaged
    return found
