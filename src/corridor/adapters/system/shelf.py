"""Where the checker keeps its place and its alarms: small files, each written by one party only."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from corridor.reports.alarms import Acknowledgement, Alarm, Standing
from corridor.reports.seen import Kept

T = TypeVar("T")


class FileShelf:
    """Every file in the directory is whole or not there, though a power cut may take what was written last.

    The checker writes its place and alarms; who is at the terminal writes acknowledgements.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._place = directory / "place.json"

    def kept(self) -> Kept | None:
        """Return what was kept last; None if nothing was, or it cannot be read."""
        try:
            return msgspec.json.decode(self._place.read_bytes(), type=Kept)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def kept_at(self) -> float:
        """Return when something was kept last, as the file system has it; 0 if never."""
        try:
            return self._place.stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def keep(self, kept: Kept) -> None:
        """Keep this instead."""
        self._write(self._place, kept)

    def standing(self) -> Standing:
        """Return all alarms and what became of them."""
        return Standing(self._all("alarm", Alarm), self._all("acknowledged", Acknowledgement))

    def sound(self, alarms: Iterable[Alarm]) -> None:
        """Keep new alarms."""
        for each in alarms:
            self._write(self._directory / f"alarm-{each.number:06}.json", each)

    def acknowledge(self, each: Acknowledgement) -> None:
        """Keep that somebody has seen an alarm."""
        self._write(self._directory / f"acknowledged-{each.number:06}.json", each)

    def _all(self, name: str, kind: type[T]) -> list[T]:
        files = sorted(self._directory.glob(f"{name}-*.json"))
        return [msgspec.json.decode(file.read_bytes(), type=kind) for file in files]

    def _write(self, path: Path, record: msgspec.Struct) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        hidden = path.with_suffix(".new")
        hidden.write_bytes(msgspec.json.encode(record))
        hidden.rename(path)
