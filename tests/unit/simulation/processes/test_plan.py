"""What the kill trial does follows from its seed; what the trials know of an installation is as it is."""

from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from corridor.cli import home
from corridor.failpoints import PLACES
from corridor.simulation.processes import promises, races
from corridor.simulation.processes.installation import BANKS, HUB, POSTGRES, SIGNER, Installation
from corridor.simulation.processes.kills import EVERYTHING, plan


def test_the_same_seed_kills_the_same():
    assert plan(7, 1) == plan(7, 1)
    assert plan(7, 1) != plan(8, 1)


def test_as_many_are_killed_as_are_promised_and_at_every_place():
    strikes = plan(1, 1)
    targets = Counter(target for strike in strikes for target in strike.targets)
    assert targets[POSTGRES] == 12
    assert targets[EVERYTHING] == 3
    assert {place for strike in strikes for place in strike.places} == set(PLACES)
    assert sum(strike.kills for strike in strikes) == 60 + 3
    assert sum(strike.kills for strike in plan(1, 2)) == 120 + 6


@pytest.fixture
def short_path():
    """The kernel's limit for the path of a socket."""
    with TemporaryDirectory(prefix="corridor-") as directory:
        yield Path(directory)


def test_an_installation_is_laid_out_as_the_program_lays_it_out(short_path):
    installation = Installation(short_path)
    laid_out = home.Home(installation.state)
    assert installation.cluster.directory == laid_out.cluster
    assert laid_out.hub_socket == installation.sockets / HUB
    assert laid_out.signer_socket == installation.sockets / SIGNER
    assert laid_out.sandbox_socket.name == BANKS
    assert laid_out.sandbox == installation.state / "sandbox"
    assert laid_out.address == installation.address
    assert (races.HUB, promises.ENVIRONMENT) == (home.HUB, home.ENVIRONMENT)
    assert home.key_id("X") == "X-1"
