"""A scanner for what must not be at large: canaries, in every spelling, in files, dumps, logs and answers."""

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec

PIECE_BYTES = 1 << 20


class Canary(msgspec.Struct, frozen=True):
    """A secret that exists nowhere else, and what it is: `hub's private key`, `a customer's name`."""

    name: str
    secret: bytes

    def spellings(self) -> dict[str, bytes]:
        """Return every way in which it could be written down."""
        secret = self.secret
        spelt = {
            "as it is": secret,
            "in hexadecimal": secret.hex().encode(),
            "in HEXADECIMAL": secret.hex().upper().encode(),
            "in base64": b64encode(secret)[: len(secret) // 3 * 4],  # the last letters depend on what follows
            "in base64url": urlsafe_b64encode(secret)[: len(secret) // 3 * 4],
            "escaped in a URL": quote(secret).encode(),
            "escaped by Python": repr(secret)[2:-1].encode(),
        }
        try:
            spelt["escaped in JSON"] = secret.decode().encode("unicode_escape")
            spelt["in UTF-16"] = secret.decode().encode("utf-16-le")
        except UnicodeDecodeError:
            pass
        # Base64 of something longer holds it at one of three places in a group of three bytes.
        for at in (1, 2):
            inside = b64encode(b"\0" * at + secret)[4:]
            spelt[f"inside base64, from byte {at}"] = inside[: len(inside) // 4 * 4 - 4]
        return {how: text for how, text in spelt.items() if len(text) >= 6}


class Leak(msgspec.Struct, frozen=True):
    """Which secret was found where; never the secret itself."""

    canary: str
    how: str
    where: str

    def __str__(self) -> str:
        return f"{self.canary} stands, {self.how}, in {self.where}"


def scan(paths: Iterable[Path], canaries: Iterable[Canary]) -> list[Leak]:
    """Return every canary found in files, and in all files below directories; unreadable ones are passed over."""
    canaries = tuple(canaries)
    leaks = []
    for path in paths:
        for file in _files(path):
            leaks += _scan_file(file, canaries)
    return leaks


def scan_text(where: str, content: bytes, canaries: Iterable[Canary]) -> list[Leak]:
    """Return every canary found in bytes."""
    found = []
    for canary in canaries:
        for how, spelt in canary.spellings().items():
            if spelt in content:
                found.append(Leak(canary.name, how, where))
                break
    return found


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (each for each in sorted(path.rglob("*")) if each.is_file() and not each.is_symlink())
    elif path.exists():
        yield path


def _scan_file(path: Path, canaries: tuple[Canary, ...]) -> list[Leak]:
    """Read in pieces that overlap, so that nothing is cut in two."""
    overlap = max((len(text) for canary in canaries for text in canary.spellings().values()), default=0)
    leaks: dict[str, Leak] = {}
    tail = b""
    try:
        with path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                for leak in scan_text(str(path), tail + piece, canaries):
                    leaks.setdefault(leak.canary, leak)
                tail = piece[-overlap:]
    except OSError:
        pass
    return list(leaks.values())
