"""Whose a certificate is: one name among its subject alternative names, spelt as in the header of a signature.

    URI:urn:corridor:signer:SEVRRUM0        URI:urn:corridor:signer:operator:anna

Not the common name: every authority fills that in as it likes, and it is one string for all purposes. A URI has its
kind and its prefix; an authority that never heard of Corridor issues none.
"""

from collections.abc import Iterable
from typing import Final

_PREFIX: Final = "urn:corridor:signer:"


def uri(signer: str) -> str:
    """Return the name that a certificate of this signer bears."""
    return _PREFIX + signer


def signer(names: Iterable[tuple[str, object]]) -> str:
    """Return whose the certificate with these names is; nobody's ("") unless exactly one name says so.

    >>> signer([("DNS", "pay.sevr.example"), ("URI", "urn:corridor:signer:SEVRRUM0")])
    'SEVRRUM0'
    >>> signer([("DNS", "urn:corridor:signer:SEVRRUM0")])
    ''
    """
    named = [str(name) for kind, name in names if kind == "URI" and str(name).startswith(_PREFIX)]
    return named[0].removeprefix(_PREFIX) if len(named) == 1 else ""
