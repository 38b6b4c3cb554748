"""Public keys and whose they are, held in memory and refreshed from what is durable."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

import msgspec

from corridor.domain.instants import SECOND, Instant
from corridor.gateway.problems import Kind, Problem
from corridor.ports import Clock, Reads, Verifier
from corridor.services.messaging.records import (
    OPERATORS,
    PARTICIPANT,
    SIGNING_KEY,
    Operator,
    Participant,
    SigningKey,
)

REFRESH_EVERY: Final = 5 * SECOND
REFRESH_AT_MOST_EVERY: Final = SECOND
STALE: Final = 60 * SECOND

_log = logging.getLogger(__name__)


class Known(msgspec.Struct, frozen=True):
    """A key in the registry, whose it is, and what verifies it."""

    key: SigningKey
    owner: Participant | Operator
    verifier: Verifier


class Keys:
    """Finds a key by its id. Whether it is valid now, the hub says of commands and the caller of look-ups."""

    def __init__(self, reads: Reads, verifier: Callable[[str, bytes], Verifier], clock: Clock) -> None:
        self._reads = reads
        self._verifier = verifier
        self._clock = clock
        self._known: dict[str, Known] = {}
        self._tried_at: Instant | None = None
        self._read_at: Instant | None = None
        self._lock = asyncio.Lock()

    async def find(self, key_id: str) -> Known | None:
        """Return the key; for one not known the registry is read again, at most once a second.

        Raises: Problem (AWAY), if the registry could not be read of late.
        """
        known = self._known.get(key_id)
        if known is not None:
            return known
        await self._refresh(REFRESH_AT_MOST_EVERY)
        if key_id not in self._known and not self.fresh:
            raise Problem(Kind.AWAY, "the registry of keys cannot be read", retry_after_s=1)
        return self._known.get(key_id)

    def held(self, key_id: str) -> Known | None:
        """Return the key if it is held here already."""
        return self._known.get(key_id)

    async def refresh(self) -> None:
        """Read the registry, unless that was done in the last seconds."""
        await self._refresh(REFRESH_EVERY)

    @property
    def fresh(self) -> bool:
        """What is held is not older than a minute."""
        return self._read_at is not None and self._clock.now() - self._read_at < STALE

    async def _refresh(self, every: Instant) -> None:
        async with self._lock:
            now = self._clock.now()
            if self._tried_at is not None and 0 <= now - self._tried_at < every:
                return
            self._tried_at = now
            try:
                keys = await self._reads.all(SIGNING_KEY)
                owners: dict[str, Participant | Operator] = {}
                owners |= {each.bic: each for each in await self._reads.all(PARTICIPANT)}
                owners |= {each.name: each for each in await self._reads.all(OPERATORS)}
            except Exception as error:  # noqa: BLE001  whatever ails the database, what is held still serves
                _log.warning("the registry of keys cannot be read: %r", error)
                return
            self._read_at = now
            self._known = {key.key_id: known for key in keys if (known := self._take(key, owners))}

    def _take(self, key: SigningKey, owners: dict[str, Participant | Operator]) -> Known | None:
        owner = owners.get(key.participant)
        if owner is None:
            return None
        held = self._known.get(key.key_id)
        if held is not None and held.key == key:
            return held if held.owner == owner else Known(key, owner, held.verifier)
        try:
            return Known(key, owner, self._verifier(key.algorithm, key.public))
        except ValueError:  # a registered key that is none verifies nothing, and harms no other
            return None
