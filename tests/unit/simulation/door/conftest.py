import pytest

from corridor.simulation.door.attacks.strike import Listener
from corridor.simulation.door.house import open_house


@pytest.fixture
async def house():
    async with open_house() as house:
        yield house


@pytest.fixture
async def outside():
    async with Listener().listening() as listener:
        yield listener
