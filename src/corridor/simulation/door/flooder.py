"""A process of its own that asks at the door, as one bank, as fast as it is answered: python -m ... PORT NOW."""

import asyncio
import sys
from collections import Counter
from itertools import count
from time import monotonic_ns

import uvloop

from corridor.domain.instants import Instant
from corridor.simulation.door.caller import Caller, uetr
from corridor.simulation.door.wire import read_answer
from corridor.simulation.door.world import VOLG

CONNECTIONS = 32
ADDRESS = ("127.0.0.2", 0)
"""An address of its own, as the crowd's."""


class _Away:
    """The door, as one who stands elsewhere knows it."""

    def __init__(self, port: int, now: Instant) -> None:
        self.port = port
        self._from = now - monotonic_ns() // 1_000

    def now(self) -> Instant:
        return self._from + monotonic_ns() // 1_000


async def flood(port: int, now: Instant, answered: Counter[int]) -> None:
    """Send orders on many connections until the input ends; say when it has begun, count the answers by status."""
    caller, numbers = Caller(_Away(port, now), VOLG), count(10_000_000)
    pouring = [asyncio.create_task(_pour(caller, port, numbers, answered)) for _ in range(CONNECTIONS)]
    while not answered:  # noqa: ASYNC110  the first answer says that the flood has begun
        await asyncio.sleep(0.01)
    print("begun", flush=True)  # noqa: T201
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for task in pouring:
        task.cancel()
    await asyncio.gather(*pouring, return_exceptions=True)


async def _pour(caller: Caller, port: int, numbers: "count[int]", answered: Counter[int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=ADDRESS)
    while True:
        writer.write(caller.post(caller.order(uetr(next(numbers)))))
        answered[(await read_answer(reader)).status] += 1


def main() -> None:
    """Flood, and tell the counts."""
    answered: Counter[int] = Counter()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(flood(int(sys.argv[1]), int(sys.argv[2]), answered))
    print(*(f"{status}:{times}" for status, times in sorted(answered.items())))  # noqa: T201  its one answer


if __name__ == "__main__":
    main()
