"""The link in memory behaves as the socket does when its cable is pulled."""

import asyncio

import pytest

from corridor.adapters.memory.link import MemoryLink
from corridor.ports import HubAway


class Silent:
    closed = ""

    def connect(self, link, send):
        pass

    def disconnect(self, link):
        pass

    def submit(self, link, commands):
        pass


def test_who_has_given_up_does_not_keep_others_from_hearing_that_the_hub_is_away():
    async def cut() -> None:
        link = MemoryLink(1, Silent())
        gave_up, waits = link.submit(None), link.submit(None)
        gave_up.cancel()
        link.cut()
        with pytest.raises(HubAway):
            await waits

    asyncio.run(cut())
