"""Token buckets: how much of the door one bank may take."""

from corridor.domain.instants import SECOND, Instant
from corridor.gateway.problems import Kind, Problem


class Bucket:
    """Holds up to `burst` tokens and gains `per_s` of them a second. A clock that runs back adds none.

    >>> bucket = Bucket(per_s=10, burst=20, now=0)
    >>> bucket.take(20, now=0), bucket.take(5, now=0), bucket.take(5, now=SECOND // 2)
    (0, 1, 0)
    """

    __slots__ = ("_at", "_burst", "_level", "_per_s")

    def __init__(self, per_s: int, burst: int, now: Instant) -> None:
        self._per_s = per_s
        self._burst = burst * SECOND
        # In millionths of a token: a rate of n a second is n of them a microsecond, and all stays integer.
        self._level = self._burst
        self._at = now

    def take(self, tokens: int, now: Instant) -> int:
        """Take tokens and return 0, or take none and return in how many seconds they will be there."""
        if now > self._at:
            self._level = min(self._burst, self._level + (now - self._at) * self._per_s)
        self._at = now
        missing = tokens * SECOND - self._level
        if missing > 0:
            return -(-missing // (self._per_s * SECOND))
        self._level -= tokens * SECOND
        return 0

    def give_back(self, tokens: int) -> None:
        """Return tokens that were taken in vain."""
        self._level = min(self._burst, self._level + tokens * SECOND)


class Quota:
    """One bucket per bank. Only proven signers get one, so their number is that of participants."""

    def __init__(self, per_s: int, burst: int) -> None:
        self._per_s = per_s
        self._burst = burst
        self._buckets: dict[str, Bucket] = {}

    def take(self, participant: str, tokens: int, now: Instant) -> None:
        """Take tokens of the bank's.

        Raises: Problem (TOO_MANY), which says when they will be there.
        """
        bucket = self._buckets.get(participant)
        if bucket is None:
            bucket = self._buckets[participant] = Bucket(self._per_s, self._burst, now)
        wait_s = bucket.take(tokens, now)
        if wait_s:
            raise Problem(Kind.TOO_MANY, "more than agreed", retry_after_s=wait_s)

    def give_back(self, participant: str, tokens: int) -> None:
        """Return tokens that were taken in vain."""
        self._buckets[participant].give_back(tokens)
