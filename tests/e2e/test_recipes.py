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


def blocks(recipe: str, language: str) -> str:
    """Return all blocks of a recipe in a language, in order, as one script."""
    return "\n".join(re.findall(rf"```{language}\n(.*?)```", (DOCS / recipe).read_text(), re.DOTALL))


def surroundings(home, **more):
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return os.environ | {"CORRIDOR_HOME": str(home.directory), "PATH": path} | more


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
    script = "set -eu\n" + blocks("curl-and-openssl.md", "sh")
    shell = [shutil.which("bash") or "sh", "-c", script]
    done = subprocess.run(
        shell, cwd=tmp_path, env=surroundings(home), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for variant, signer in ("", "SEVRRUM0"), ("-es256", "ZARFTJ20"):
        assert "202" in (tmp_path / f"headers{variant}").read_text().splitlines()[0]
        assert json.loads((tmp_path / f"receipt{variant}.json").read_text())["signer"] == signer
    status = json.loads((tmp_path / "statuses.ndjson").read_text().splitlines()[0])
    # Nobody serves Pamir Bank's mailbox here, so the payment ends by its silence.
    assert "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AB05</Cd>" in status["payload"]


@pytest.mark.slow
def test_a_bank_in_python(home, tmp_path):
    program = tmp_path / "bank.py"
    program.write_text(blocks("a-bank-in-python.md", "python"))

    async def run():
        async with open_sandbox(home) as sandbox:
            await sandbox.found()  # today's rates
            payee = next(
                c for c in sandbox.customers if (c.bank, c.currency) == ("PAMRTJ20", "TJS") and c.phone
            )
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                program,
                cwd=tmp_path,
                env=surroundings(home, PHONE=payee.phone, NAME=payee.name),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            return process, *(await process.communicate())

    process, out, error = asyncio.run(run())
    assert process.returncode == 0, error.decode()
    lines = out.decode().splitlines()
    assert " MATCH at PAMRTJ20" in lines[0]
    assert lines[-1].endswith(" ACSC")


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
    shell = [shutil.which("bash") or "sh", "-c", blocks(recipe, "sh")]
    done = subprocess.run(shell, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    struck, checked, *broken = done.stdout.splitlines()[0].split()
    assert (int(struck) > 0, int(checked) > 0, broken) == (True, True, [])
    assert "checked: acknowledged" in done.stdout
    assert " orders " in done.stderr
