"""A running Corridor as its operator has it: started by `corridor up`, seen from outside, process by process."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from corridor import failpoints
from corridor.adapters.keys import seals
from corridor.adapters.keys.seals import AesSivSeal
from corridor.adapters.postgres import roles
from corridor.adapters.postgres.supervisor import Cluster
from corridor.adapters.system.shelf import FileShelf

HUB, GATEWAY, SIGNER, SETTLER, CHECKER, BANKS, POSTGRES = (
    "hub",
    "gateway",
    "signer",
    "settler",
    "checker",
    "sandbox",
    "postgresql",
)
SERVED: Final = (HUB, GATEWAY, SIGNER, SETTLER, CHECKER, BANKS)
"""What `up` starts as `corridor serve NAME`; the sandbox is all banks in one process."""
READY_S: Final = 180.0
READY: Final = "The front door is"


class NotUp(Exception):
    """What should run does not."""


class Installation:
    """One state directory and its processes. They are found by what they run, as an operator would find them."""

    def __init__(self, directory: Path, *, rate: float = 0, banks: bool = True) -> None:
        """`rate` is how many payments a second the banks' customers make by themselves."""
        self.state = directory / "state"
        self.armed = directory / "failpoints"
        self.sockets = self.state / "run"
        self.address = self.state / "address"
        self.output = directory / "up.log"
        self.rate = rate
        self.cluster = Cluster(self.state / "postgresql")
        self._banks = banks
        self._port = _free_port()
        self._up: subprocess.Popen[bytes] | None = None
        self.armed.mkdir(parents=True, exist_ok=True)

    @property
    def seal(self) -> AesSivSeal:
        """What opens the personal data of this installation."""
        return seals.read(self.state / "keys" / "personal")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Run `corridor up` and wait until all of it serves. Raises: NotUp."""
        command = [sys.executable, "-m", "corridor", "up", "-d", str(self.state)]
        command += ["--port", str(self._port), "--rate", str(self.rate)]
        command += [] if self._banks else ["--no-sandbox"]
        environment = os.environ | {failpoints.VARIABLE: str(self.armed)}
        with self.output.open("wb") as output:
            self._up = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment
            )
        deadline = time.monotonic() + READY_S
        while READY not in self.output.read_text(errors="replace"):
            if self._up.poll() is not None or time.monotonic() > deadline:
                raise NotUp(f"corridor up says: {self.output.read_text(errors='replace')[-1500:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it as Ctrl-C does; what does not end is killed."""
        if self._up is None:
            return
        self._up.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self._up.wait(60)
        self.kill_everything()

    def kill_everything(self) -> int:
        """Kill every process at once, their supervisor first; return how many there were."""
        pids = [pid for name in SERVED if (pid := self._find(name))]
        pids += self.tree(POSTGRES)
        if self._up is not None:
            pids.insert(0, self._up.pid)
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self._up is not None:
            self._up.wait()
            self._up = None
        return len(pids)

    def pid(self, name: str) -> int:
        """The number of a process; waits while it is being started again. Raises: NotUp."""
        deadline = time.monotonic() + READY_S
        while not (found := self._find(name)):
            if time.monotonic() > deadline:
                raise NotUp(f"{name} is not started again")
            time.sleep(0.005)
        return found

    def tree(self, name: str) -> list[int]:
        """The process and what it has forked: PostgreSQL has a process for each session."""
        first = self._find(name)
        return [first, *(pid for pid in _all() if _parent(pid) == first)] if first else []

    def kill(self, name: str) -> None:
        """`kill -9`; the sessions of PostgreSQL find out by themselves. Who falls just before is waited for."""
        while True:
            with suppress(ProcessLookupError):
                os.kill(self.pid(name), signal.SIGKILL)
                return

    def kill_tree(self, name: str) -> None:
        """As `kill`, with all that the process has forked."""
        for pid in self.tree(name):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """All threads stand still meanwhile, and know nothing of it."""
        self.pid(name)
        pids = self.tree(name)
        for pid in pids:
            with suppress(ProcessLookupError):  # a session of PostgreSQL may end meanwhile
                os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def arm(self, place: failpoints.Place) -> None:
        """The next process that comes by this place dies there."""
        (self.armed / place).touch()

    def is_armed(self, place: failpoints.Place) -> bool:
        """Nobody has come by yet."""
        return (self.armed / place).exists()

    def disarm(self, place: failpoints.Place) -> None:
        """Let everyone pass."""
        (self.armed / place).unlink(missing_ok=True)

    @property
    def checked(self) -> FileShelf:
        """What the checker has kept."""
        return FileShelf(self.state / "checker")

    @property
    def url(self) -> str:
        """The front door."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def dsn(self) -> str:
        """Where the log can be read."""
        return self.cluster.dsn(roles.READER, roles.DATABASE)

    def log_of(self, name: str) -> str:
        """What a process has written."""
        with suppress(FileNotFoundError):
            return (self.state / "logs" / f"{name}.log").read_text(errors="replace")
        return ""

    def _find(self, name: str) -> int:
        if name == POSTGRES:
            return self._find_postgres()
        serves = ["-m", "corridor", "serve", name, "-d", str(self.state)]
        return next((pid for pid in _all() if _command(pid)[1 : len(serves) + 1] == serves), 0)

    def _find_postgres(self) -> int:
        try:
            pid = int((self.cluster.data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return 0
        return pid if str(self.cluster.data) in _command(pid) else 0


def _all() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").split("\0")
    except OSError:
        return []


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
