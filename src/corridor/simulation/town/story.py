"""What happened, in the words of the domain, and a hash by which two runs are compared."""

from collections.abc import Callable, Sequence
from hashlib import sha256

from corridor.domain.instants import MILLISECOND, Instant


class Story:
    """Lines in the order of time. All of them are hashed; they are kept only for somebody who reads them."""

    def __init__(self, start: Instant, *, keep: bool, tell: Callable[[str], None] | None = None) -> None:
        self._start = start
        self._keep = keep
        self._tell = tell
        self._hash = sha256()
        self._lines: list[str] = []
        self.named: dict[str, str] = {}
        """By UETR how a payment is called: "payment 3"."""

    def tell(self, now: Instant, line: str) -> None:
        """Add a line."""
        milliseconds = (now - self._start) // MILLISECOND
        text = f"{milliseconds // 1000:>4}.{milliseconds % 1000:03} s  {line}"
        self._hash.update(text.encode())
        if self._keep:
            self._lines.append(text)
        if self._tell is not None:
            self._tell(text)

    def seal(self, facts: bytes) -> None:
        """Let something enter the hash that is not worth a line."""
        self._hash.update(facts)

    def name(self, uetr: str) -> str:
        """Return what a payment is called."""
        return self.named.get(uetr, uetr)

    @property
    def hash(self) -> str:
        """The hash of all that was told so far."""
        return self._hash.hexdigest()

    @property
    def lines(self) -> Sequence[str]:
        """The lines that were kept."""
        return self._lines
