"""docs/share.md is run as it stands: two years of the reference corridor, and what they come to."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCUMENT = (Path(__file__).parents[2] / "docs/share.md").read_text()
BLOCKS = re.findall(r"```console\n\$ corridor (.*?)\n(.*?)```", DOCUMENT, re.DOTALL)
SECONDS = re.compile(r": \d+ s$", re.MULTILINE)


def run(directory: Path, arguments: str) -> str:
    command = [sys.executable, "-m", "corridor", *arguments.split()]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    return "\n".join(line.rstrip() for line in (done.stdout + done.stderr).splitlines()) + "\n"


@pytest.mark.slow
def test_the_worked_example(tmp_path):
    assert BLOCKS[0][0].startswith("year ")
    for arguments, shown in BLOCKS:
        assert SECONDS.sub("", run(tmp_path, arguments)) == SECONDS.sub("", shown)
    assert "all is well" in run(tmp_path, "verify -d two-years")
    assert "directory and a database of their own" in run(tmp_path, "year -d two-years")


def test_the_query_is_the_one_that_is_asked(tmp_path):
    (shown,) = re.findall(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL)
    assert run(tmp_path, "share --by product --sql") == shown


@pytest.mark.parametrize("scale", ["0", "-1", "2", "NaN", "all"])
def test_what_is_no_scale_is_refused(tmp_path, scale):
    assert "a scale is more than 0 and at most 1" in run(tmp_path, f"year -d d --scale={scale}")
    assert not (tmp_path / "d").exists()
