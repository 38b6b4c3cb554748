"""With whom the gateway shakes hands, if it wants certificates: from files that may change while it runs."""

import logging
import ssl
from pathlib import Path
from typing import Final

import msgspec

from corridor.domain.errors import CorridorError

SUITES: Final = (
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
)
"""Of TLS 1.2: forward secret and authenticated. Those of TLS 1.3 all are."""
_log = logging.getLogger(__name__)


class Incomplete(CorridorError):
    """Mutual TLS needs the gateway's certificate, those who are believed, and a list of what is revoked."""

    reason = "DS0D"


class Files(msgspec.Struct, frozen=True):
    """PEM: the gateway's chain with its key, the certificates of whom it believes, and their lists of the revoked."""

    own: Path
    authority: Path
    revoked: Path


class Trust:
    """The context of all handshakes. Half of what mutual TLS needs is refused, never served."""

    def __init__(self, files: Files) -> None:
        """Raises: Incomplete."""
        self._files = files
        self._stamps = _stamps(files)
        self.context = context(files)

    def renew(self) -> None:
        """Read the files again if one has changed. What cannot be read changes nothing: the old ones stay in force."""
        try:
            stamps = _stamps(self._files)
            if stamps != self._stamps:
                self.context = context(self._files)
                self._stamps = stamps
        except Incomplete as error:
            _log.error("the certificates are not read again: %s", error)


def context(files: Files) -> ssl.SSLContext:
    """Return how to shake hands: TLS 1.2 or newer, with a certificate that is believed, valid and not revoked.

    A session can be taken up again, by TLS 1.2, under this very context only: never past a newer list. Raises:
    Incomplete.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_ciphers(SUITES)
    made.options |= ssl.OP_NO_TICKET | ssl.OP_NO_RENEGOTIATION
    made.num_tickets = 0
    made.verify_mode = ssl.CERT_REQUIRED
    made.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF | ssl.VERIFY_X509_STRICT
    try:
        made.load_cert_chain(files.own)
        made.load_verify_locations(files.authority)
        made.load_verify_locations(files.revoked)
    except (OSError, ValueError) as error:  # one of SSL is an OSError
        raise Incomplete(
            f"of {files.own}, {files.authority} and {files.revoked} one is no good: {error}"
        ) from None
    if not made.cert_store_stats()["crl"]:
        raise Incomplete(f"{files.revoked} holds no list of revoked certificates; an empty one is enough")
    return made


def _stamps(files: Files) -> tuple[tuple[int, int], ...]:
    """Return what tells one version of the files from another. Raises: Incomplete."""
    try:
        stats = [path.stat() for path in (files.own, files.authority, files.revoked)]
    except OSError as error:
        raise Incomplete(f"mutual TLS needs {error.filename}, which is not there") from None
    return tuple((stat.st_mtime_ns, stat.st_ino) for stat in stats)
