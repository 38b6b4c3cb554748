"""A synchronous copy: a second server, best on another machine or disk, that holds a commit before it is answered."""

import subprocess
from pathlib import Path
from typing import IO

from corridor.adapters.postgres.identity import Identity
from corridor.adapters.postgres.supervisor import PORT, SUPERUSER, Cluster, ClusterFailed

NAME = "corridor_standby"
"""How the copy calls itself, and whom the server then waits for: `synchronous_standby_names`."""


class Standby(Cluster):
    """A copy of a running `primary` that follows it. Made at its first start; it answers whoever only reads.

    While it is away the primary commits nothing: no one is told what only one disk holds.
    """

    def __init__(self, directory: Path | str, primary: Cluster) -> None:
        super().__init__(directory)
        self._primary = primary

    def _create(self, bindir: Path, identity: Identity, lock: IO[bytes]) -> None:
        new = self._half_made(identity)
        copying = identity.spawn(
            bindir / "pg_basebackup",
            *("--pgdata", new, "--dbname", self._primary.dsn(), "--checkpoint=fast"),
            output=subprocess.PIPE,
            keep=(lock.fileno(),),
        )
        said, _ = copying.communicate()
        if copying.returncode:
            raise ClusterFailed(f"pg_basebackup says:\n{said.decode(errors='replace')}")
        (new / "standby.signal").touch()
        self.adopt(new)
        identity.own(self.data / "standby.signal")

    def _settings(self) -> dict[str, str]:
        host = _quoted(str(self._primary.socket_directory))
        address = f"host={host} port={PORT} user={SUPERUSER} application_name={NAME}"
        return super()._settings() | {"primary_conninfo": _quoted(address), "synchronous_standby_names": "''"}

    def _ready(self) -> bool:
        status = self._status()
        return len(status) > 7 and status[7].strip() in ("ready", "standby") and self.running()


def _quoted(text: str) -> str:
    r"""Return a text in quotes, as a connection string and the configuration have it: \ and ' behind a \."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
