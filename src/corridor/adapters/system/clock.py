"""The time of this machine."""

import time

from corridor.domain.instants import Instant


class SystemClock:
    """Reads the machine's clock, in microseconds since 1970."""

    def now(self) -> Instant:
        return time.time_ns() // 1_000
