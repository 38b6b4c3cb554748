"""The recipes are commands: they are run as they stand, against a running corridor."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from corridor.cli.bringup import bring_up, open_sandbox
from corridor.cli.home import Home
from corridor.cli.stack import Stack

DOCS = Path(__file__).parents[2] / "docs" / "recipes"


def commands(recipe: str) -> str:
    """Return all shell blocks of a recipe, in order, as one script."""
    return "set -eu\n" + "\n".join(re.findall(r"```sh\n(.*?)```", (DOCS / recipe).read_text(), re.DOTALL))


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    async def found(home):
        async with open_sandbox(home) as sandbox:
            await sandbox.found()

    home = Home(tmp_path_factory.mktemp("corridor") / "home")
    with Stack(home) as stack:
        bring_up(stack, lambda _text: None)
        asyncio.run(found(home))
        yield home


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="no curl or openssl here")
def test_one_payment_with_curl_and_openssl(home, tmp_path):
    script = commands("curl-and-openssl.md")
    environment = os.environ | {"CORRIDOR_HOME": str(home.directory)}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    shell = [shutil.which("bash") or "sh", "-c", script]
    done = subprocess.run(shell, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "202" in (tmp_path / "headers").read_text().splitlines()[0]
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    assert receipt["signer"] == "SEVRRUM0"
    status = json.loads((tmp_path / "statuses.ndjson").read_text().splitlines()[0])
    # Nobody serves Pamir Bank's mailbox here, so the payment ends by its silence.
    assert "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AB05</Cd>" in status["payload"]


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("git"), reason="no git here")
def test_a_fault_and_an_invariant_are_added(tmp_path):
    recipe = "add-a-fault-or-invariant.md"
    shutil.copytree(DOCS.parents[1] / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for change in re.findall(r"```diff\n(.*?)```", (DOCS / recipe).read_text(), re.DOTALL):
        (tmp_path / "change").write_text(change)
        subprocess.run(["git", "apply", "--unsafe-paths", "change"], cwd=tmp_path, check=True)
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "src"), "COLUMNS": "200"}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    shell = [shutil.which("bash") or "sh", "-c", commands(recipe)]
    done = subprocess.run(shell, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    struck, checked, *broken = done.stdout.splitlines()[0].split()
    assert (int(struck) > 0, int(checked) > 0, broken) == (True, True, [])
    assert "checked: acknowledged" in done.stdout
    assert " orders " in done.stderr
