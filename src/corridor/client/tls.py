"""What a participant shows of itself when it connects, where the hub asks for certificates."""

import ssl
from pathlib import Path

import msgspec


class Certificate(msgspec.Struct, frozen=True):
    """PEM files: one's own chain with its private key, and the certificates of whoever issues the gateway's."""

    own: Path
    authority: Path


class Showing:
    """How to connect with a certificate: by what the files say now, so that a new one needs no restart."""

    def __init__(self, certificate: Certificate) -> None:
        """Raises: OSError, if a file is no good."""
        self._certificate = certificate
        self._stamp = self._look()
        self._context = context(certificate)

    def context(self) -> ssl.SSLContext:
        """Return how to open the next connection. Raises: OSError."""
        stamp = self._look()
        if stamp != self._stamp:
            self._context = context(self._certificate)
            self._stamp = stamp
        return self._context

    def _look(self) -> tuple[int, int]:
        stat = self._certificate.own.stat()
        return stat.st_mtime_ns, stat.st_ino


def context(certificate: Certificate) -> ssl.SSLContext:
    """Return how to connect: the gateway, too, must prove who it is. Raises: OSError, if a file is no good."""
    made = ssl.create_default_context(cafile=certificate.authority)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_cert_chain(certificate.own)
    return made
