"""How long an answer is waited for, at the cost of one timer for all that wait."""

import asyncio

from corridor.ports import HubAway, Told


class Patience:
    """Ends waiting for answers that take longer than `limit_s`: the outcome is unknown then (`HubAway`).

    All wait equally long, so they fall due in the order in which they came.
    """

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._since: dict[asyncio.Future[Told], float] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def wait(self, answer: asyncio.Future[Told]) -> Told:
        """Return the answer. Raises: HubAway."""
        loop = answer.get_loop()
        self._since[answer] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self._limit_s, self._look)
        try:
            return await answer
        finally:
            self._since.pop(answer, None)

    def _look(self) -> None:
        """Give up what is due; come back when the oldest of the others is."""
        self._timer = None
        for answer, since in list(self._since.items()):
            loop = answer.get_loop()
            left_s = since + self._limit_s - loop.time()
            if left_s > 0:
                self._timer = loop.call_later(left_s, self._look)
                return
            del self._since[answer]
            if not answer.done():
                answer.set_exception(HubAway())
