"""A witness in memory that obeys the contract of the real one: for tests and simulation."""

from corridor.ports import Fenced, Mark


class MemoryPlace:
    """What is durable: it outlives the witnesses that write to it."""

    def __init__(self) -> None:
        self.mark: Mark | None = None


class MemoryWitness:
    """One writer's view of a place."""

    def __init__(self, place: MemoryPlace) -> None:
        self._place = place
        self._written: Mark | None = None

    async def read(self) -> Mark | None:
        self._written = self._place.mark
        return self._written

    async def write(self, mark: Mark) -> None:
        found, expected = self._place.mark, self._written
        if expected is not None and (
            found is None or (found.batch, found.head) != (expected.batch, expected.head)
        ):
            raise Fenced("somebody else has written to the witness")
        self._place.mark = self._written = mark
