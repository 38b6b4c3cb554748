"""The witness: a small file, best on another volume than the database, with the last mark of the hub's log."""

import asyncio
import os
from hashlib import sha256
from pathlib import Path
from typing import Final

import msgspec

from corridor.ports import Fenced, Mark, Unreadable

SLOT_BYTES: Final = 4096
"""A page: what a disk writes whole or, at worst, tears in one place only, which the checksum tells."""


class FileWitness:
    """Two slots in turn, each a line of JSON with its checksum: a torn write leaves the mark before.

    Its size never changes once it is made, so a volume that fills up later does not matter.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._slot = 0
        """Where the next mark goes."""
        self._written: Mark | None = None

    async def read(self) -> Mark | None:
        return await asyncio.to_thread(self._read)

    async def write(self, mark: Mark) -> None:
        # One write at a time: the hub has one transaction in flight, and this is its last part.
        await asyncio.to_thread(self._write, mark)

    def _read(self) -> Mark | None:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        slot, self._written = _latest(content)
        if self._written is None:
            raise Unreadable(f"neither slot of {self.path} holds a mark with its checksum")
        self._slot = 1 - slot
        return self._written

    def _write(self, mark: Mark) -> None:
        if self._written is None:
            self._make(mark)
        else:
            file = os.open(self.path, os.O_RDWR)
            try:
                _, found = _latest(os.pread(file, 2 * SLOT_BYTES, 0))
                if found is None or (found.batch, found.head) != (self._written.batch, self._written.head):
                    raise Fenced(f"somebody else has written to the witness {self.path}")
                os.pwrite(file, _encode(mark), self._slot * SLOT_BYTES)
                os.fdatasync(file)
            finally:
                os.close(file)
        self._slot = 1 - self._slot
        self._written = mark

    def _make(self, mark: Mark) -> None:
        """Begin a file, whole or not at all, in place of what could not be read."""
        hidden = self.path.with_name(self.path.name + ".new")
        with hidden.open("wb") as file:
            file.write(_encode(mark) + bytes(SLOT_BYTES))
            file.flush()
            os.fsync(file.fileno())
        hidden.rename(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
        self._slot = 0


def _latest(content: bytes) -> tuple[int, Mark | None]:
    """Return the slot with the latest mark, and the mark; None if no slot holds any."""
    marks = [_decode(content[start : start + SLOT_BYTES]) for start in (0, SLOT_BYTES)]
    slot = max((0, 1), key=lambda slot: _order(marks[slot]))
    return slot, marks[slot]


def _order(mark: Mark | None) -> tuple[int, int]:
    return (mark.batch, mark.epoch) if mark is not None else (-1, 0)


def _encode(mark: Mark) -> bytes:
    line = msgspec.json.encode({**msgspec.structs.asdict(mark), "head": mark.head.hex()})
    return (line + b" " + sha256(line).hexdigest().encode() + b"\n").ljust(SLOT_BYTES, b"\0")


def _decode(slot: bytes) -> Mark | None:
    line, _, checksum = slot.rstrip(b"\0").removesuffix(b"\n").rpartition(b" ")
    if sha256(line).hexdigest().encode() != checksum:
        return None
    try:
        written = msgspec.json.decode(line, type=_Written)
        return Mark(written.hub, written.epoch, written.batch, bytes.fromhex(written.head))
    except (msgspec.DecodeError, ValueError):
        return None


class _Written(msgspec.Struct):
    hub: str
    epoch: int
    batch: int
    head: str
