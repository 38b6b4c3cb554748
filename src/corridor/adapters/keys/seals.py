"""Sealing personal data with keys in this process's memory: AES-256-SIV (RFC 5297)."""

import secrets
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from corridor.domain.errors import CorridorError
from corridor.ports import SealBroken

KEY_BYTES = 64
VERSION_BYTES = 1


class NoSealKey(CorridorError):
    """There is no key for personal data: without it nothing of that can be read."""

    reason = "AB10"


class AesSivSeal:
    """Seals with the newest key and opens with any; each sealed value begins with the number of its key.

    SIV needs no nonce: nothing is lost if the same bytes are sealed twice, and a key field stays searchable.
    """

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        """`keys` by their numbers, 1 to 255, of 64 bytes each."""
        self._ciphers = {number: AESSIV(key) for number, key in keys.items()}
        newest = max(keys)
        self._newest = self._ciphers[newest]
        self._version = newest.to_bytes(VERSION_BYTES, "big")

    def seal(self, place: bytes, plain: bytes) -> bytes:
        # OpenSSL's SIV takes no empty text, so each gets one byte more.
        return self._version + self._newest.encrypt(b"\0" + plain, [self._version, place])

    def open(self, place: bytes, sealed: bytes) -> bytes:
        version, content = sealed[:VERSION_BYTES], sealed[VERSION_BYTES:]
        cipher = self._ciphers.get(int.from_bytes(version, "big"))
        if cipher is None:
            raise SealBroken(f"sealed with key {version.hex() or 'none'}, which is not here")
        try:
            return cipher.decrypt(content, [version, place])[1:]
        except (InvalidTag, ValueError):
            raise SealBroken("not what was sealed at this place") from None


def generate(directory: Path) -> None:
    """Make the next key of a directory, in a new file that only its owner can read."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = max((int(file.stem) for file in directory.glob("*.key")), default=0) + 1
    path = directory / f"{number}.key"
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(secrets.token_bytes(KEY_BYTES))


def read(directory: Path) -> AesSivSeal:
    """Read all keys of a directory.

    Raises: NoSealKey.
    """
    keys = {int(file.stem): file.read_bytes() for file in directory.glob("*.key")}
    if not keys:
        raise NoSealKey(f"no key for personal data in {directory}: put it back there, it is in no backup")
    return AesSivSeal(keys)
