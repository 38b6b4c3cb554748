"""Named places to die at: armed once, harmless otherwise."""

import signal
import subprocess
import sys

import pytest

from corridor import failpoints
from corridor.failpoints import PLACES, VARIABLE, bind

PASS_BY = "from corridor.failpoints import failpoint; failpoint({place!r}); print('alive')"


def pass_by(place, **environment):
    return subprocess.run(
        [sys.executable, "-c", PASS_BY.format(place=place)],
        env={"PYTHONPATH": ":".join(sys.path), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_place_that_is_armed_kills_the_first_who_comes_by(tmp_path):
    first, other = PLACES[:2]
    (tmp_path / first).touch()
    assert pass_by(other, **{VARIABLE: str(tmp_path)}).stdout == "alive\n"
    killed = pass_by(first, **{VARIABLE: str(tmp_path)})
    assert (killed.returncode, killed.stdout) == (-signal.SIGKILL, "")
    assert pass_by(first, **{VARIABLE: str(tmp_path)}).stdout == "alive\n"


def test_without_the_variable_there_are_none():
    assert bind({}) is failpoints._go_on
    assert bind({VARIABLE: ""}) is failpoints._go_on


@pytest.mark.parametrize("place", PLACES)
def test_every_place_is_somewhere_and_only_there(place):
    source = failpoints.__file__.rpartition("/")[0]
    found = subprocess.check_output(["grep", "-rFl", f'failpoint("{place}")', source], text=True)
    assert len(found.splitlines()) == 1
