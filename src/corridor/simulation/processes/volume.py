"""A small disk of its own, which can lose its power or its space: ext4 in a file, mounted through a loop device."""

import fcntl
import os
import shutil
import struct
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Self

SHUT_DOWN: Final = 0x8004587D
NO_LOG_FLUSH: Final = 2
"""EXT4_IOC_SHUTDOWN: nothing reaches the disk any more, not even the file system's own journal."""
BUSY_S: Final = 20.0


class NoVolume(Exception):
    """We may have no disk of our own here; the text says why."""


class Volume:
    """A mounted disk. What was not forced to it is gone after `cut`, as after a power cut."""

    def __init__(self, directory: Path, path: Path, *, megabytes: int) -> None:
        """`path` is where it is mounted, `directory` where its image lies."""
        self.path = path
        self._image = directory / "disk.image"
        self._megabytes = megabytes

    def __enter__(self) -> Self:
        """Raises: NoVolume."""
        self._image.parent.mkdir(parents=True, exist_ok=True)
        self.path.mkdir(parents=True, exist_ok=True)
        with self._image.open("wb") as image:
            image.truncate(self._megabytes << 20)
        _do("mkfs.ext4", "-q", "-F", "-m", "0", str(self._image))
        self._mount()
        (self.path / "lost+found").rmdir()
        return self

    def __exit__(self, *_: object) -> None:
        self._unmount()
        self._image.unlink()

    def cut(self) -> None:
        """Cut the power: whoever still runs gets errors for every read and write."""
        folder = os.open(self.path, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, SHUT_DOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(folder)

    def sync(self) -> None:
        """Force everything to the disk."""
        _do("sync", "--file-system", str(self.path))

    def restore(self) -> None:
        """The power is back: the disk as it was when it was cut. Whoever used it must have ended."""
        self._unmount()
        self._mount()

    def fill(self, *, left_bytes: int) -> Path:
        """Put ballast on the disk until only so much is left; return it, to be thrown out."""
        ballast = self.path / "ballast"
        free = os.statvfs(self.path).f_bavail * os.statvfs(self.path).f_frsize
        with ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, max(1, free - left_bytes))
        return ballast

    def _mount(self) -> None:
        _do("mount", "-o", "loop", str(self._image), str(self.path))

    def _unmount(self) -> None:
        deadline = time.monotonic() + BUSY_S
        while True:
            try:
                _do("umount", str(self.path))
            except NoVolume:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
            else:
                return


@cache
def refusal() -> str:
    """Why this machine lets us have no disk that can be cut; empty if it does."""
    if sys.platform != "linux":
        return "disks in a file are mounted on Linux only"
    if os.geteuid() != 0:
        return (
            "only root may mount a disk: run as root, or in a container with CAP_SYS_ADMIN and loop devices"
        )
    missing = [program for program in ("mkfs.ext4", "mount", "umount") if shutil.which(program) is None]
    if missing:
        return f"{', '.join(missing)} is missing (e2fsprogs, util-linux)"
    with TemporaryDirectory(prefix="corridor-volume-") as name:
        try:
            with Volume(Path(name), Path(name, "disk"), megabytes=16) as volume:
                volume.cut()
        except (NoVolume, OSError) as error:
            return str(error)
    return ""


def _do(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NoVolume(f"{' '.join(command[:1])}: {done.stderr.strip() or done.returncode}")
