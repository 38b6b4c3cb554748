"""Fixtures for all tests: the event loop's kind, Hypothesis' manners, a real PostgreSQL."""

import pytest
from hypothesis import settings

settings.register_profile("corridor", deadline=None)  # a loaded machine is no failure
settings.load_profile("corridor")


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"
