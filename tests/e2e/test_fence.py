"""The start-up fence with real processes: a database that has lost its tail is found out before it serves."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections import Counter

import pytest

from corridor.adapters.postgres.supervisor import Cluster
from corridor.cli.bringup import bring_up, open_sandbox
from corridor.cli.home import Home
from corridor.cli.stack import TAIL_LOST, Halted, Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


def run(home, payments=0):
    """Bring everything up, let the banks pay so often, end everything in order; return how payments ended."""
    with Stack(home) as stack:
        bring_up(stack, lambda _text: None)
        return asyncio.run(pay(home, payments))


async def pay(home, payments):
    ended = Counter()
    async with open_sandbox(home) as sandbox:
        await sandbox.found()
        done = asyncio.Event()

        def observe(notice):
            if notice.status in ("ACCC", "RJCT"):
                ended[notice.status] += 1
            if sum(ended.values()) == payments:
                done.set()

        if payments:
            await sandbox.offer(40, payments, observe, look_up=False)
            await done.wait()
    return ended


def corridor(home, *arguments):
    command = [sys.executable, "-m", "corridor", *arguments, "-d", str(home.directory)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_a_lost_tail_is_found_before_the_hub_serves_and_recovered_from_a_copy(home, tmp_path):
    assert run(home, 10)["ACCC"] == 10
    data = home.cluster / "data"
    shutil.copytree(data, tmp_path / "older")
    assert run(home, 20)["ACCC"] == 20
    whole = tmp_path / "whole"
    shutil.copytree(home.cluster, whole)  # what a synchronous copy would have
    shutil.rmtree(data)
    shutil.copytree(tmp_path / "older", data)

    refused = corridor(home, "up", "--port", "0")
    assert refused.returncode == TAIL_LOST, refused.stderr
    assert "are lost, as the witness proves" in refused.stderr
    assert "corridor recover" in refused.stderr
    assert corridor(home, "recover").returncode == TAIL_LOST
    assert corridor(home, "verify").returncode == 1

    with Cluster(whole) as copy:
        recovered = corridor(home, "recover", "--from", copy.dsn(database="corridor"), "--json")
    assert recovered.returncode == 0, recovered.stderr
    assert json.loads(recovered.stdout)["doubt"] is None
    assert run(home, 5)["ACCC"] == 5
    verified = corridor(home, "verify")
    assert verified.returncode == 0, verified.stdout


def test_a_hub_without_its_witness_opens_once_everybody_has_said_what_they_hold(home):
    run(home, 5)
    home.witness.unlink()
    assert run(home, 5)["ACCC"] == 5
    assert home.witness.exists()


def test_without_its_witness_too_a_hub_that_lost_its_tail_ends(home, tmp_path):
    run(home, 5)
    data = home.cluster / "data"
    shutil.copytree(data, tmp_path / "older")
    run(home, 5)
    shutil.rmtree(data)
    shutil.copytree(tmp_path / "older", data)
    home.witness.unlink()
    with Stack(home) as stack:
        bring_up(stack, lambda _text: None)

        async def report():
            async with open_sandbox(home):
                async with asyncio.timeout(120):
                    while True:
                        await asyncio.sleep(0.05)
                        stack.require_whole()

        with pytest.raises(Halted, match=r"are lost, for [A-Z0-9]{8} holds what the hub signed"):
            asyncio.run(report())
