"""What an operator can see of the checker: its health, and its numbers for Prometheus."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, Final

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric

from corridor.domain.instants import SECOND
from corridor.ports import Clock
from corridor.reports.alarms import Alarm
from corridor.reports.invariants import INVARIANTS
from corridor.workers.checker import Checker

STALE: Final = 30 * SECOND
"""Who has not read the database for so long knows nothing of it."""
METRICS_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"

Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]


class Health(msgspec.Struct, frozen=True):
    """`state` is ok, alarm while one is not acknowledged, or stale while the database cannot be read."""

    state: str
    batch: int
    behind: int
    alarms: list[Alarm]


class Page:
    """An ASGI application of two pages."""

    def __init__(self, checker: Checker, clock: Clock) -> None:
        self._checker = checker
        self._clock = clock
        self._registry = CollectorRegistry()
        self._registry.register(self)

    async def __call__(self, scope: Mapping[str, Any], _receive: Receive, send: Send) -> None:
        """Answer one request."""
        status, kind, body = 404, b"text/plain", b"/health or /metrics\n"
        if scope["path"] == "/health":
            health = self.health()
            status, kind, body = (
                200 if health.state == "ok" else 503,
                b"application/json",
                msgspec.json.encode(health),
            )
        elif scope["path"] == "/metrics":
            status, kind, body = 200, METRICS_TYPE, generate_latest(self._registry)
        headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def health(self) -> Health:
        """Say how things are."""
        checker, alarms = self._checker, self._checker.standing.open
        stale = self._clock.now() - checker.looked_at > STALE
        state = "alarm" if alarms else "stale" if stale else "ok"
        return Health(state, checker.follower.batch, checker.behind, alarms)

    def collect(self) -> Iterator[Metric]:
        """Yield everything, as prometheus_client wants it."""
        checker, follower = self._checker, self._checker.follower
        open_alarms = {each.invariant for each in checker.standing.open}
        checked = CounterMetricFamily(
            "corridor_checker_checked", "How often an invariant was asked", labels=("invariant",)
        )
        broken = CounterMetricFamily(
            "corridor_checker_violations", "How often it did not hold", labels=("invariant",)
        )
        alarms = GaugeMetricFamily(
            "corridor_checker_alarm", "1 until the alarm is acknowledged", labels=("invariant",)
        )
        for name in INVARIANTS:
            if name in follower.checked or name in open_alarms:
                checked.add_metric((name,), follower.checked[name])
                broken.add_metric((name,), follower.broken[name])
                alarms.add_metric((name,), name in open_alarms)
        yield from (checked, broken, alarms)
        yield GaugeMetricFamily("corridor_checker_batch", "The last batch that was judged", follower.batch)
        yield GaugeMetricFamily("corridor_checker_behind", "Committed batches not judged yet", checker.behind)
        looked_s = checker.looked_at / SECOND
        yield GaugeMetricFamily(
            "corridor_checker_looked_seconds", "When the database was read last, as Unix time", looked_s
        )
