"""Who runs PostgreSQL: the user; but PostgreSQL refuses root, so root runs it under another name."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from corridor.domain.errors import CorridorError

NOBODY = 65534


class RootRefused(CorridorError):
    """PostgreSQL does not run as root, and nobody else may here: run corridor as an ordinary user."""

    reason = "AB10"


class Identity(NamedTuple):
    """How the server's programs are run."""

    prefix: tuple[str, ...] = ()
    user: int | None = None
    """Who runs them and owns the server's files, where that is not the user."""

    def spawn(
        self,
        program: Path | str,
        *arguments: Path | str,
        output: IO[bytes] | int = subprocess.PIPE,
        keep: Sequence[int] = (),
        before: Callable[[], object] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Start a program in a session of its own: a Ctrl-C at the terminal is for us, not for it.

        It keeps the file descriptors `keep`, and calls `before` between fork and exec.
        """
        # PGDATA, PGPORT and their like would speak into it.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return subprocess.Popen(
            (*self.prefix, program, *arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment | {"LC_ALL": "C"},
            pass_fds=keep,
            start_new_session=True,
            preexec_fn=before,  # noqa: PLW1509  one system call, prepared before the fork
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else (),
        )

    def own(self, path: Path) -> None:
        """Give `path` and all below it to the user who runs the server."""
        if self.user is not None:
            for each in (path, *path.rglob("*")):
                os.chown(each, self.user, self.user, follow_symlinks=False)


# In a user namespace of its own root is called nobody. On disk its files stay root's, so this works below a
# home of mode 0700 too, and nothing else is changed: no account is made, no folder is opened.
NAMESPACE = Identity(prefix=("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"))
# Containers often forbid namespaces. Then the files are nobody's, who must be able to reach them.
DROPPED = Identity(user=NOBODY)


def server_identity(postgres: Path, directory: Path) -> Identity:
    """Return an identity that may execute `postgres` and reach `directory`. Raises: RootRefused."""
    if os.geteuid() != 0:
        return Identity()
    if shutil.which("unshare") and _works(NAMESPACE, postgres, directory.parent):
        return NAMESPACE
    if _works(DROPPED, postgres, directory.parent):
        return DROPPED
    raise RootRefused


def _works(identity: Identity, postgres: Path, folder: Path) -> bool:
    check = 'test -x "$0" && test -x "$1" && test "$(id -u)" != 0'
    with identity.spawn("sh", "-c", check, postgres, folder, output=subprocess.DEVNULL) as process:
        return process.wait() == 0
