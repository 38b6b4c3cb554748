"""Certificates of a state directory: who gets one, and who shows which.

Where there is no key of an authority, all files are brought from outside, and none is ever written.
"""

import re
import socket
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from corridor.adapters.keys import certificates
from corridor.adapters.keys.certificates import Authority
from corridor.cli.home import FOUNDERS, Home
from corridor.client import Certificate
from corridor.domain.errors import CorridorError
from corridor.domain.identifiers import InvalidBIC, parse_bic
from corridor.gateway.trust import Files, Incomplete
from corridor.sandbox.world import INSTITUTIONS
from corridor.services.messaging.admission import OPERATOR

SECURE = "https://"
_OPERATORS_NAME = re.compile(r"[a-z][a-z0-9.\-]{0,31}")


class NoIdentity(CorridorError):
    """There is no certificate with which to connect."""

    reason = "DS0D"


class NobodysName(CorridorError):
    """Neither a BIC nor an operator's name: a small letter, then those, digits, full stops and hyphens."""

    reason = "CH16"


class NoAuthority(CorridorError):
    """The key that issues certificates is not in this state directory: whoever holds it must do this."""

    reason = "DS0D"


def are_asked_for(home: Home, said: bool | None) -> bool:
    """Say whether the gateway is to ask for certificates; if nothing is said, as before."""
    # Who has once asked for them does not cease to by forgetting a word.
    return home.tls.exists() if said is None else said


def files(home: Home) -> Files:
    """Return what the gateway reads. Raises: Incomplete, which says what is to be done."""
    asked = _asked(home)
    missing = [str(path) for path in msgspec.structs.astuple(asked) if not path.exists()]
    if missing:
        raise Incomplete(
            f"mutual TLS needs {' and '.join(missing)}, too: put that there, or move {home.tls} elsewhere"
            " and have the sandbox make an authority of its own"
        )
    return asked


def prepare(home: Home, host: str) -> None:
    """Let everyone here have a certificate that lasts, if the authority is the sandbox's own. Raises: Incomplete."""
    asked = _asked(home)
    ours = certificates.key_path(home.tls).exists() and asked.authority.exists()
    if not ours and any(path.exists() for path in msgspec.structs.astuple(asked)):
        files(home)
        return
    authority = Authority(home.tls)
    authority.renew_list()
    if certificates.is_due(asked.own) or not certificates.serves(asked.own, host):
        authority.issue_server((host, "localhost", "127.0.0.1", "::1", socket.gethostname()), asked.own)
    operators = {*FOUNDERS, *(path.stem for path in home.operators.glob("*.pem"))}
    for name in (*(each.bic for each in INSTITUTIONS), *sorted(operators)):
        path = home.identity(name)
        if not path.exists() or (certificates.is_due(path) and not authority.has_revoked(path)):
            authority.issue(signer(name), path)


def renew(home: Home) -> None:
    """Do while a corridor runs what `prepare` does before. Raises: NoAuthority."""
    _authority(home)
    prepare(home, urlsplit(home.address.read_text()).hostname or "localhost")


def issue(home: Home, name: str) -> datetime:
    """Write a new certificate in place of the one before; return its end. Raises: NoAuthority, NobodysName."""
    authority, whose, path = _authority(home), signer(name), home.identity(name)
    authority.issue(whose, path)
    return certificates.valid_until(path)


def revoke(home: Home, name: str) -> None:
    """Take somebody's certificate back. Raises: NoAuthority, NoIdentity."""
    _authority(home).revoke(_existing(home, name))


def shown(home: Home, name: str) -> Certificate | None:
    """Return what somebody connects with; None if the front door asks for none. Raises: NoIdentity."""
    if not home.address.read_text().startswith(SECURE):
        return None
    return Certificate(_existing(home, name), home.tls / "authority.pem")


def signer(name: str) -> str:
    """Return how a participant or an operator signs. Raises: NobodysName."""
    try:
        return parse_bic(name)
    except InvalidBIC:
        if not _OPERATORS_NAME.fullmatch(name):
            raise NobodysName(field=name) from None
        return OPERATOR + name


def _asked(home: Home) -> Files:
    return Files(home.tls / "gateway.pem", home.tls / "authority.pem", home.tls / "revoked.pem")


def _existing(home: Home, name: str) -> Path:
    path = home.identity(name)
    if not path.exists():
        raise NoIdentity(
            f"the certificate of {name} is not at {path}; `corridor certificate issue {name}` makes one"
        )
    return path


def _authority(home: Home) -> Authority:
    if not certificates.key_path(home.tls).exists():
        raise NoAuthority
    return Authority(home.tls)
