"""A corridor that asks for certificates, from the terminal to the settled payment; and an authority made by openssl."""

import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from corridor.cli.home import Home
from corridor.client import Certificate
from corridor.client.tls import context
from corridor.gateway.trust import Files, Trust
from tests.unit.gateway.test_trust import shake

RECIPE = Path(__file__).parents[2] / "docs" / "recipes" / "mutual-tls.md"
START_S = 100
tools = pytest.mark.skipif(
    not (shutil.which("curl") and shutil.which("openssl")), reason="no curl or openssl"
)


def blocks():
    return re.findall(r"```sh\n(.*?)```", RECIPE.read_text(), re.DOTALL)


def shell(script, directory, **environment):
    command = [shutil.which("bash") or "sh", "-c", f"set -eu\n{script}"]
    done = subprocess.run(
        command, cwd=directory, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def up(home, ready, *options):
    """Run `corridor up` until the file or socket is there, and end it after."""
    command = [sys.executable, "-m", "corridor", "up", "--port", "0", "-d", str(home.directory), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            deadline = time.monotonic() + START_S
            while not ready.exists():
                assert process.poll() is None, process.stdout.read()
                assert time.monotonic() < deadline
                time.sleep(0.02)
            yield
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.fixture(scope="module")
def home():
    with TemporaryDirectory(prefix="corridor-") as name:
        home = Home(Path(name, "state"))
        with up(home, home.sandbox_socket, "--mutual-tls"):
            yield home


@pytest.fixture
def run(home):
    def call(*arguments):
        command = [sys.executable, "-m", "corridor", *arguments, "-d", str(home.directory), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return call


def shown(home, name):
    return context(Certificate(home.identity(name), home.tls / "authority.pem"))


def ask(home, tls):
    """Return the answer to a request, empty if the connection ends without one."""
    host, _, port = home.address.read_text().removeprefix("https://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        try:
            with tls.wrap_socket(connection, server_hostname=host) if tls else connection as speaking:
                speaking.sendall(b"GET /health HTTP/1.1\r\nHost: hub\r\n\r\n")
                return speaking.recv(1_000)
        except (ConnectionError, ssl.SSLError):
            return b""


@pytest.mark.slow
@pytest.mark.timeout(300)
class TestACorridor:
    def test_a_payment_is_settled_and_told(self, run):
        paid = run("pay", "1500.00", "RUB", "--into", "TJS")
        assert paid[-1]["status"] == "ACCC"
        assert run("status", paid[-1]["uetr"])["payment"]["status"] == "ACCC"

    def test_operators_and_central_banks_give_their_orders(self, run):
        proposed = run("limit", "set", "ZARFTJ20", "TJS", "2500.00")
        assert run("approve", str(proposed["proposal"]), "--as", "vera")
        assert run("account", "fund", "VOLGRUM0", "RUB", "1.00")["amount"] == "1.00"

    def test_the_open_and_the_unknown_get_nothing(self, home):
        assert ask(home, None) == b""
        assert ask(home, ssl.create_default_context(cafile=home.tls / "authority.pem")) == b""

    @tools
    def test_the_recipe(self, home, tmp_path):
        said = shell(blocks()[0], tmp_path, CORRIDOR_HOME=str(home.directory))
        assert json.loads((tmp_path / "health.json").read_text())["hub"] == "connected"
        assert said.endswith("not without a certificate\n")

    def test_who_is_taken_back_comes_again_by_a_new_certificate(self, home, run):
        assert run("certificate", "revoke", "SEVRRUM0") == {"name": "SEVRRUM0", "revoked": True}
        while ask(home, shown(home, "SEVRRUM0")):  # the list is read within seconds
            time.sleep(0.1)
        assert ask(home, shown(home, "PAMRTJ20"))
        assert run("certificate", "issue", "SEVRRUM0")["file"] == str(home.identity("SEVRRUM0"))
        assert run("pay", "1.00", "RUB", "--from", "SEVRRUM0")[-1]["status"] == "ACCC"


def test_half_of_it_ends_with_what_to_do(tmp_path):
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls" / "authority.pem").write_text("-----BEGIN CERTIFICATE-----")
    command = [sys.executable, "-m", "corridor", "up", "--mutual-tls", "-d", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"mutual TLS needs {tmp_path}/tls/gateway.pem and" in done.stderr
    assert "put that there, or move" in done.stderr


@tools
def test_an_authority_made_by_openssl(tmp_path):
    shell(blocks()[1], tmp_path)
    tls = tmp_path / "tls"
    files = Files(tls / "gateway.pem", tls / "authority.pem", tls / "revoked.pem")
    trust = Trust(files)
    bank = context(Certificate(tls / "identities" / "SEVRRUM0.pem", files.authority))
    assert ("URI", "urn:corridor:signer:SEVRRUM0") in shake(trust.context, bank)[1].getpeercert()[
        "subjectAltName"
    ]
    assert files.own.stat().st_mode & 0o077 == 0
    shell("\n".join(blocks()[1:]), tmp_path)
    trust.renew()
    bank = context(Certificate(tls / "identities" / "SEVRRUM0.pem", files.authority))
    with pytest.raises(ssl.SSLCertVerificationError, match="revoked"):
        shake(trust.context, bank)
