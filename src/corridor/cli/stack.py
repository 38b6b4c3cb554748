"""The running processes: started in order, restarted when they fall, stopped together."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from corridor.adapters.postgres.supervisor import ClusterFailed
from corridor.cli import database
from corridor.cli.home import Home

READY_S = 60.0
STOP_S = 5.0
BACK_OFF_S = (0.05, 0.2, 1.0, 3.0)
STEADY_S = 3.0
"""Who has run for so long has served: that it fell is no sign that it cannot."""
TAIL_LOST = 4
"""The exit code of a hub whose log has lost its tail: it would say the same again."""
DATABASE_BACK_OFF_S = 1.0


class NotReady(Exception):
    """A process did not come up; its log says why."""


class Halted(NotReady):
    """The hub will not serve before a person has decided; the text is what it said."""


class Child:
    """One process under supervision, with its log."""

    def __init__(self, home: Home, name: str, *arguments: str) -> None:
        self.name = name
        self._command = [
            sys.executable,
            "-m",
            "corridor",
            "serve",
            name,
            "-d",
            str(home.directory),
            *arguments,
        ]
        self._log = home.logs / f"{name}.log"
        self._falls = 0
        self._since = 0.0
        self._not_before = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process's number; 0 while it is down."""
        return self.process.pid if self.process is not None and self.process.poll() is None else 0

    @property
    def halted(self) -> bool:
        """It ended for a reason that starting it again does not mend."""
        return self.process is not None and self.process.returncode == TAIL_LOST

    def start(self) -> None:
        """Start the process; its output is appended to its log."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        self._since = time.monotonic()

    def watch(self) -> None:
        """Start the process again if it has fallen, later and later while it keeps falling."""
        if self.process is None or self.process.poll() is None or self.halted:
            return
        now = time.monotonic()
        if not self._not_before:
            self._falls = 0 if now - self._since > STEADY_S else self._falls + 1
            self._not_before = now + BACK_OFF_S[min(self._falls, len(BACK_OFF_S) - 1)]
        if now >= self._not_before:
            self._not_before = 0.0
            self.start()

    def stop(self) -> None:
        """Ask the process to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait(self) -> None:
        """Wait for the end of the process, and make it end."""
        if self.process is None:
            return
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def last_words(self) -> str:
        """Return the end of the log."""
        with contextlib.suppress(OSError):
            return self._log.read_text(errors="replace")[-2000:]
        return ""

    def verdict(self) -> str:
        """Return the last line of the log."""
        return self.last_words().strip().rpartition("\n")[2].removeprefix("corridor: ")


class Stack:
    """PostgreSQL, signer, hub and gateway of one state directory, and whatever children are added."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.children: list[Child] = []
        self._stopping = threading.Event()
        self._watcher: threading.Thread | None = None
        self.cluster = database.cluster(home)
        self.standby = None if database.foreign() else database.standby(home)
        self._owns_database = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start_database(self) -> None:
        """Make PostgreSQL answer, with its schema."""
        if database.foreign() is None:
            self._owns_database = self.cluster.start()
            if self.standby is not None:  # the server commits nothing before it has joined
                self.standby.start()
        database.prepare(self.home)

    def start(self, *children: tuple[str, Path], arguments: Sequence[str] = ()) -> None:
        """Start processes at once, and wait for the socket or file with which each shows that it is ready.

        `arguments` go to all of them. Raises: NotReady.
        """
        waiting = []
        for name, ready in children:
            ready.unlink(missing_ok=True)
            child = Child(self.home, name, *arguments)
            child.start()
            self.children.append(child)
            waiting.append((child, ready))
        deadline = time.monotonic() + READY_S
        for child, ready in waiting:
            while not ready.exists():
                if child.pid == 0 and child.halted:
                    raise Halted(child.verdict())
                if child.pid == 0 or time.monotonic() > deadline:
                    raise NotReady(f"{child.name} did not start:\n{child.last_words()}")
                time.sleep(0.005)
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watch, daemon=True)
            self._watcher.start()

    def stop(self) -> None:
        """End everything that this stack started, the last first."""
        self._stopping.set()
        if self._watcher is not None:
            self._watcher.join()
        for child in reversed(self.children):
            child.stop()
        for child in reversed(self.children):
            child.wait()
        self.children.clear()
        if self._owns_database:
            self.cluster.stop()
            if self.standby is not None:  # last: what the server wrote at its end is in the copy, too
                self.standby.stop()

    def require_whole(self) -> None:
        """Raises: Halted, if a child has ended for good."""
        for child in self.children:
            if child.halted:
                raise Halted(child.verdict())

    def cpu_s(self) -> dict[str, float]:
        """Return the CPU seconds that each process has used."""
        return {child.name: _cpu_s(child.pid) for child in self.children}

    def _watch(self) -> None:
        while not self._stopping.wait(0.02):
            if self._owns_database and not self.cluster.running():
                try:
                    self.cluster.start()
                except (ClusterFailed, OSError):  # a full disk, for one: its log says what, and it may pass
                    self._stopping.wait(DATABASE_BACK_OFF_S)
            if self._owns_database and self.standby is not None and not self.standby.running():
                self.standby.start()
            for child in self.children:
                child.watch()


def _cpu_s(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
