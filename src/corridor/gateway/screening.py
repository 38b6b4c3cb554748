"""The names of a payment against the list held here; a newer one is fetched when the hub asks for it."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Protocol

from corridor.codecs.iso20022.pacs008 import CreditTransfer
from corridor.domain.instants import SECOND, Instant
from corridor.gateway.problems import Kind, Problem
from corridor.ports import Clock
from corridor.services.compliance.screening import Screening

NEWER_AT_MOST_EVERY: Final = SECOND

_log = logging.getLogger(__name__)


class NameIndex(Protocol):
    """A list prepared for look-ups; its results carry its version."""

    def screen(self, names: Sequence[str]) -> Screening: ...


class Screener:
    """Screens with the list loaded last; without one the version is "", which no hub accepts."""

    def __init__(self, load: Callable[[], Awaitable[NameIndex]], clock: Clock) -> None:
        self._load = load
        self._clock = clock
        self._index: NameIndex | None = None
        self._loaded_at: Instant | None = None
        self._lock = asyncio.Lock()

    def screen(self, message: CreditTransfer) -> Screening:
        """Return the result for all parties of a payment.

        Raises: CorridorError for a name that cannot be read as one (BE21).
        """
        if self._index is None:
            return Screening("")
        parties = (message.debtor, message.creditor, message.ultimate_debtor, message.ultimate_creditor)
        return self._index.screen([party.name for party in parties if party is not None])

    async def renew(self, version: str) -> None:
        """Hold this version of the list.

        Raises: Problem (BUSY), if it cannot be had now.
        """
        async with self._lock:
            if self._version == version:
                return
            now = self._clock.now()
            if self._loaded_at is None or not 0 <= now - self._loaded_at < NEWER_AT_MOST_EVERY:
                await self._load_newest(now)
            if self._version != version:
                raise Problem(Kind.BUSY, "the screening list in force is not at hand", retry_after_s=1)

    async def open(self) -> None:
        """Load the list for the first time; if that fails, the hub will ask for it."""
        await self._load_newest(self._clock.now())

    async def _load_newest(self, now: Instant) -> None:
        self._loaded_at = now
        try:
            self._index = await self._load()
        except Exception as error:  # noqa: BLE001  whatever ails the list, screening is never silently off
            _log.warning("the screening list cannot be loaded: %r", error)

    @property
    def _version(self) -> str:
        return "" if self._index is None else self._index.screen(()).version
