"""What an operator can see of a gateway, for Prometheus.

One event loop owns the numbers, so they are plain numbers; prometheus_client only writes them out.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

CONTENT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"
_BOUNDS_S: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Tally(dict[tuple[str, ...], int]):
    """Counts by the values of their labels: `tally["/v1/quotes", "200"] += 1`."""

    def __init__(self, name: str, text: str, *labels: str) -> None:
        super().__init__()
        self._name, self._text, self._labels = f"corridor_gateway_{name}", text, labels

    def __missing__(self, labels: tuple[str, ...]) -> int:
        return 0

    def collect(self) -> Iterator[Metric]:
        family = CounterMetricFamily(self._name, self._text, labels=self._labels)
        for labels, count in self.items():
            family.add_metric(labels, count)
        yield family


class Durations:
    """How long something took, as a histogram."""

    def __init__(self, name: str, text: str) -> None:
        self._name, self._text = f"corridor_gateway_{name}", text
        self._counts = [0] * (len(_BOUNDS_S) + 1)
        self._sum_s = 0.0

    def observe(self, seconds: float) -> None:
        """Count one more."""
        self._counts[bisect_left(_BOUNDS_S, seconds)] += 1
        self._sum_s += seconds

    def collect(self) -> Iterator[Metric]:
        buckets, total = [], 0
        for bound, count in zip((*map(str, _BOUNDS_S), "+Inf"), self._counts, strict=True):
            total += count
            buckets.append((bound, total))
        family = HistogramMetricFamily(self._name, self._text)
        family.add_metric((), buckets, self._sum_s)
        yield family


class Metrics:
    """All numbers of one gateway. No label ever holds what a peer can choose."""

    def __init__(self) -> None:
        self.requests = Tally("requests", "Requests answered", "route", "status")
        self.unauthenticated = Tally(
            "unauthenticated", "Requests that nobody is proven to have signed", "why"
        )
        self.handshakes = Tally(
            "failed_handshakes", "Connections that were not opened, by what TLS says", "why"
        )
        self.refusals = Tally("refusals", "Authenticated, but found wrong here, by ISO reason", "reason")
        self.commands = Tally("commands", "The hub's answers", "status")
        self.delivered = Tally("delivered", "Messages handed to readers of mailboxes")
        self._tallies = (
            self.requests,
            self.unauthenticated,
            self.handshakes,
            self.refusals,
            self.commands,
            self.delivered,
        )
        self.hub_seconds = Durations("hub_seconds", "From a command to the hub's answer")
        self._levels: list[tuple[str, str, Callable[[], float]]] = []
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def watch(self, name: str, text: str, ask: Callable[[], float]) -> None:
        """Show a number that somebody else keeps."""
        self._levels.append((f"corridor_gateway_{name}", text, ask))

    def collect(self) -> Iterator[Metric]:
        """Yield everything, as prometheus_client wants it."""
        for tally in self._tallies:
            yield from tally.collect()
        yield from self.hub_seconds.collect()
        for name, text, ask in self._levels:
            yield GaugeMetricFamily(name, text, value=ask())

    def page(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self._registry)
