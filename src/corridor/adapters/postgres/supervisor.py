"""The embedded PostgreSQL: one server, one directory, one user."""

import ctypes
import fcntl
import functools
import hashlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from corridor.adapters.postgres.binaries import major_version, pg_bindir
from corridor.adapters.postgres.identity import Identity, server_identity
from corridor.domain.errors import CorridorError

SUPERUSER = "postgres"
PORT = 5432
SOCKET = f".s.PGSQL.{PORT}"
LONGEST_SOCKET_PATH = 103  # bytes: macOS allows 103, Linux 107
LARGEST_LOG = 16 << 20
LAST_FORK_S = 5.0

SETTINGS = {
    # What is answered must be on disk: none of these three may be loosened.
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "listen_addresses": "''",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "40",
    "huge_pages": "off",
    # Checkpoints are rare, and full-page images with them; what they leave is replayed in seconds.
    "checkpoint_timeout": "15min",
    "max_wal_size": "2GB",
    "min_wal_size": "256MB",
    # Statements are short and prepared: compiling them or spreading them over processes only costs.
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    # Balances are few rows, updated all the time: their old versions must go soon.
    "autovacuum_naptime": "10s",
    "autovacuum_max_workers": "2",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "log_line_prefix": "'%m [%p] %q%u@%d '",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # details would write names and account numbers into the log
}


class ClusterFailed(CorridorError):
    """The embedded PostgreSQL did not do what it was told."""

    reason = "AB10"
    transient = True


class Cluster:
    """A PostgreSQL server that keeps everything in `directory` and is reached by a Unix socket only.

    Whoever may enter the directory (mode 0700: this user) may take any role: here roles guard against
    mistakes, not against the user. Methods may be called in any order, and by several processes at once.

    The server and every process it forks hold a lock on `directory/lock`. The kernel frees it when the last
    of them has gone, however it went; a process number in a file may be another's by then.
    """

    def __init__(
        self, directory: Path | str, *, shared_buffers_mb: int = 128, synchronous_with: str = ""
    ) -> None:
        """`synchronous_with` names the copy that must hold a commit before it is answered."""
        self.directory = Path(directory).absolute()
        self.data = self.directory / "data"
        self.log = self.directory / "postgresql.log"
        self._shared_buffers_mb = shared_buffers_mb
        self._synchronous_with = synchronous_with
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:  # else it was running before, and is not ours to stop
            self.stop()

    def start(self, *, die_with_parent: bool = False, timeout_s: float = 60) -> bool:
        """Make the server answer; return whether this call started it, rather than found it running.

        The server outlives its starter, unless `die_with_parent`, which Linux alone offers: then it stops
        when the thread that made this call ends.

        Raises: ClusterFailed, with the end of the server's log; NoPostgreSQL; RootRefused.
        """
        deadline = time.monotonic() + timeout_s
        self._claim_directory()
        started = False
        while not self._ready():
            if lock := self._try_lock():
                with lock:
                    if started:
                        raise ClusterFailed(f"the server ended; {self.log} says:\n{self._end_of_log()}")
                    self._launch(lock, die_with_parent=die_with_parent)
                    started = True
            if time.monotonic() > deadline:
                raise ClusterFailed(f"not ready after {timeout_s} s; {self.log} says:\n{self._end_of_log()}")
            time.sleep(0.005)
        return started

    def stop(self, *, timeout_s: float = 60) -> None:
        """End all sessions, write a checkpoint, return when all processes are gone. Raises: ClusterFailed."""
        if not self.directory.exists():
            return
        deadline = time.monotonic() + timeout_s
        told = False
        while not (lock := self._try_lock()):
            told = told or self._signal(signal.SIGINT)
            if time.monotonic() > deadline:
                raise ClusterFailed(f"still running {timeout_s} s after it was told to stop; see {self.log}")
            time.sleep(0.005)
        with lock:
            self._reap()
            if (sockets := self.socket_directory) != self.directory:
                shutil.rmtree(sockets, ignore_errors=True)

    def kill(self) -> None:
        """End the server as a crash would: nothing is written, and sessions find out by themselves."""
        self._signal(signal.SIGKILL)
        self._reap()
        # Whoever it has just forked holds its socket for a moment longer, and would be taken for a server.
        deadline = time.monotonic() + LAST_FORK_S
        while self.running() and time.monotonic() < deadline:
            time.sleep(0.002)

    def running(self) -> bool:
        """Whether a server listens, though it may still be recovering from a crash."""
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_directory / SOCKET))
            except OSError:
                return False
        return True

    def dsn(self, role: str = SUPERUSER, database: str = "postgres") -> str:
        """Return the address of a database for a role, as asyncpg and the programs of PostgreSQL take it."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_directory))}&port={PORT}"

    @property
    def socket_directory(self) -> Path:
        """Where the socket is: in the directory, or in one of the system's where that path cannot name it."""
        status = self._status()
        # The server's own word, once it listens: another process may know another system directory.
        if len(status) > 4 and status[4]:
            return Path(status[4])
        path = os.fsencode(self.directory / SOCKET)
        if len(path) <= LONGEST_SOCKET_PATH and b"," not in path:  # a comma separates hosts in an address
            return self.directory
        name = hashlib.sha256(os.fsencode(self.directory)).hexdigest()[:16]
        return Path(tempfile.gettempdir(), f"corridor-{os.geteuid()}-{name}")

    @contextmanager
    def held(self) -> Iterator[None]:
        """No server of this directory runs or starts meanwhile. Raises: ClusterFailed, if one runs."""
        self._claim_directory()
        if not (lock := self._try_lock()):
            raise ClusterFailed(f"{self.directory} is in use")
        with lock:
            yield

    def adopt(self, new: Path) -> None:
        """Make `new`, a whole data directory beside it, the cluster's own, at once and durably."""
        new.rename(self.data)
        folder = os.open(self.directory, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)

    def _claim_directory(self) -> None:
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(self.directory.iterdir()) and not (self.directory / "lock").exists():
            raise ClusterFailed(f"{self.directory} holds other things; name a new directory or a cluster's")
        self.directory.chmod(0o700)

    def _try_lock(self) -> IO[bytes] | None:
        lock = (self.directory / "lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        return lock

    def _launch(self, lock: IO[bytes], *, die_with_parent: bool) -> None:
        # Who holds the lock knows that no server runs. PostgreSQL would take any process that has got the old
        # number for one, and refuse to start.
        self._reap()
        for stale in (self.socket_directory / SOCKET, self.socket_directory / f"{SOCKET}.lock"):
            stale.unlink(missing_ok=True)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        bindir = pg_bindir()
        identity = server_identity(bindir / "postgres", self.directory)
        if not self.data.exists():
            self._create(bindir, identity, lock)
        self._claim_socket_directory(identity)
        self._configure(identity)
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self._process = identity.spawn(
                bindir / "postgres",
                "-D",
                self.data,
                output=log,
                keep=(lock.fileno(),),
                before=_stop_with_parent() if die_with_parent else None,
            )

    def _create(self, bindir: Path, identity: Identity, lock: IO[bytes]) -> None:
        new = self._half_made(identity)
        options = ["--locale=C", "--encoding=UTF8", "--data-checksums", "--no-instructions"]
        if major_version(bindir) >= 17:  # text in code point order, the same on every machine for ever
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        options += [f"--username={SUPERUSER}", "--auth-local=trust", "--auth-host=scram-sha-256"]
        initdb = identity.spawn(bindir / "initdb", "-D", new, *options, keep=(lock.fileno(),))
        said, _ = initdb.communicate()
        if initdb.returncode:
            raise ClusterFailed(f"initdb says:\n{said.decode(errors='replace')}")
        self.adopt(new)

    def _half_made(self, identity: Identity) -> Path:
        """Return where a data directory is made that counts for nothing until it is adopted."""
        new = self.directory / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        identity.own(self.directory)
        return new

    def _claim_socket_directory(self, identity: Identity) -> None:
        sockets = self.socket_directory
        if sockets == self.directory:
            return
        sockets.mkdir(mode=0o700, exist_ok=True)
        found = sockets.lstat()
        ours = stat.S_ISDIR(found.st_mode) and found.st_uid in {os.geteuid(), identity.user}
        if not ours or found.st_mode & 0o077:
            raise ClusterFailed(f"{sockets} is for the socket, but is not this user's alone: remove it")
        identity.own(sockets)

    def _settings(self) -> dict[str, str]:
        path = str(self.socket_directory).replace("\\", "\\\\").replace("'", "''").replace('"', '""')
        return SETTINGS | {
            "shared_buffers": f"{self._shared_buffers_mb}MB",
            "unix_socket_directories": f"'\"{path}\"'",
            "synchronous_standby_names": f"'{self._synchronous_with}'",
        }

    def _configure(self, identity: Identity) -> None:
        lines = ["# Written anew at each start; ALTER SYSTEM is for what shall last."]
        lines += [f"{name} = {value}" for name, value in self._settings().items()]
        file = self.data / "postgresql.conf"
        file.write_text("\n".join(lines) + "\n")
        identity.own(file)

    def _ready(self) -> bool:
        status = self._status()
        return len(status) > 7 and status[7].strip() == "ready" and self.running()

    def _signal(self, number: signal.Signals) -> bool:
        status = self._status()
        if not status or not self.running():
            return False
        with suppress(ProcessLookupError):
            os.kill(int(status[0]), number)
        return True

    def _status(self) -> list[str]:
        # process number, data directory, start, port, socket directory, TCP address, shared memory, status
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _reap(self) -> None:
        if self._process is not None:
            self._process.wait()
            self._process = None

    def _end_of_log(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:]) if self.log.exists() else ""


def _stop_with_parent() -> Callable[[], object] | None:
    if sys.platform != "linux":
        return None
    return functools.partial(ctypes.CDLL(None).prctl, 1, signal.SIGINT)  # 1 is PR_SET_PDEATHSIG
