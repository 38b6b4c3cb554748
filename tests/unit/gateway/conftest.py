import pytest

from tests.unit.gateway.house import a_house


@pytest.fixture
async def house():
    async with a_house() as house:
        yield house
