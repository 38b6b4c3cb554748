"""Those without a certificate, with one that is no good, and with somebody else's: no handshake, or no proof.

They knock at a door that asks for certificates; everyone else of its house has one.
"""

import asyncio
import ssl
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cryptography.x509 import DNSName, GeneralName, UniformResourceIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID

from corridor.adapters.keys.certificates import Authority
from corridor.client.tls import Certificate, context
from corridor.codecs.x509 import uri
from corridor.gateway.handshakes import HANDSHAKE_S
from corridor.simulation.door.attacks.strike import Attack, Send, Strike
from corridor.simulation.door.wire import HANG_S, Answer, closed, exchange
from corridor.simulation.door.world import ANNA, PAMR, SEVR

CROWD: Final = 60
DAY: Final = timedelta(days=1)
Show = Callable[[Strike], ssl.SSLContext]


def order(show: Show) -> Send:
    """Send an order that its bank has really signed, on a connection that is opened like this."""

    async def send(s: Strike) -> Answer:
        sent, tls = s.sevr.post(s.sevr.order(s.house.fresh())), show(s)
        return await s.measure(exchange(s.house.port, sent, tls=tls))

    return send


def reading(by: str) -> Send:
    """Send one bank's signed reading of its mailbox by the certificate of another."""
    return lambda s: s.measure(exchange(s.house.port, s.sevr.get("/v1/mailbox?after=0"), tls=s.house[by].tls))


def operating(by: str) -> Send:
    """Send what an operator has signed by the certificate of somebody else."""

    async def send(s: Strike) -> Answer:
        sent = s.house[ANNA].ask("/v1/operations", operation={"type": "SetLimit"})
        return await s.measure(exchange(s.house.port, sent, tls=s.house[by].tls))

    return send


def theirs(signer: str) -> Show:
    """The certificate that somebody of the house has."""
    return lambda s: connecting(s, s.house.identity(signer).own)


def nothing(s: Strike) -> ssl.SSLContext:
    """No certificate at all."""
    return ssl.create_default_context(cafile=s.house.identity(SEVR).authority)


def dated(since: timedelta, until: timedelta) -> Show:
    """One of this house's authority for another time."""

    def show(s: Strike) -> ssl.SSLContext:
        now, path = datetime.now(UTC), spare(s)
        ours(s).issue(SEVR, path, since=now + since, until=now + until)
        return connecting(s, path)

    return show


def stranger(name: str) -> Show:
    """One of this house's authority whose owner is not at this hub."""

    def show(s: Strike) -> ssl.SSLContext:
        path = spare(s)
        ours(s).issue(name, path)
        return connecting(s, path)

    return show


def named(*names: GeneralName) -> Show:
    """One of this house's authority with the bank as its common name and other names than it should have."""

    def show(s: Strike) -> ssl.SSLContext:
        path = spare(s)
        ours(s).certify(SEVR, list(names), ExtendedKeyUsageOID.CLIENT_AUTH, path)
        return connecting(s, path)

    return show


def foreign(s: Strike) -> ssl.SSLContext:
    """The same name from another authority, which calls itself like this house's."""
    other, path = Authority(spare(s).with_suffix("")), spare(s)
    other.issue(SEVR, path)
    return connecting(s, path)


def self_made(s: Strike) -> ssl.SSLContext:
    """A bank that plays the authority: its own certificate signs another bank's, and stands in the chain."""
    forger, path = Authority(spare(s).with_suffix("")), spare(s)
    own = s.house.identity(PAMR).own.read_bytes()
    key_path = forger.certificate_path.parent / "authority.key.pem"
    key_path.write_bytes(own)
    forger.certificate_path.write_bytes(own)
    Authority(forger.certificate_path.parent).issue(SEVR, path)
    path.write_bytes(path.read_bytes() + own[own.index(b"-----BEGIN CERTIFICATE") :])
    return connecting(s, path)


def weak(suites: str, version: ssl.TLSVersion) -> Show:
    """The bank's own certificate in a handshake of other days."""

    def show(s: Strike) -> ssl.SSLContext:
        made = theirs(SEVR)(s)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # that is the point
            made.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
            made.maximum_version = version
        made.set_ciphers(suites)
        return made

    return show


async def revoked(s: Strike) -> Answer:
    """A bank's certificate that was good a moment ago; the bank goes on with a new one."""
    old = theirs(PAMR)(s)
    reader, writer = await asyncio.open_connection("127.0.0.1", s.house.port, ssl=old)
    identity = s.house.identity(PAMR)
    ours(s).issue(PAMR, identity.own)  # which takes the one before back
    async with asyncio.timeout(HANG_S):
        await closed(reader)
    writer.close()
    s.house[PAMR].tls = context(identity)
    return await s.measure(exchange(s.house.port, s.house[PAMR].get("/v1/mailbox?after=0"), tls=old))


async def half_open(s: Strike) -> Answer:
    """A crowd that begins handshakes and never ends them; a bank comes and goes meanwhile."""

    async def crowd() -> Answer:
        streams = [await asyncio.open_connection("127.0.0.1", s.house.port) for _ in range(CROWD)]
        for n, (_, writer) in enumerate(streams):
            writer.write(_HELLO[: n % len(_HELLO)])
        answer = await s.sevr.send(s.sevr.get("/v1/mailbox?after=0"))
        s.demand(answer.status == 200, f"beside the crowd the bank had {answer.status}")
        try:
            async with asyncio.timeout(HANDSHAKE_S + HANG_S):
                await asyncio.gather(*(closed(reader) for reader, _ in streams))
        except TimeoutError:
            s.demand(False, "handshakes without an end are held")
        for _, writer in streams:
            writer.close()
        return Answer(0)

    return await s.measure(crowd())


def plain(s: Strike) -> Any:
    """HTTP as it is spoken where no certificates are asked for."""
    return s.measure(exchange(s.house.port, s.sevr.post(s.sevr.order(s.house.fresh()))))


def ours(s: Strike) -> Authority:
    """The authority of the house."""
    assert s.house.authority is not None
    return s.house.authority


def connecting(s: Strike, own: Path) -> ssl.SSLContext:
    """How one connects who shows this."""
    return context(Certificate(own, s.house.identity(SEVR).authority))


def spare(s: Strike) -> Path:
    """A file for something forged."""
    return s.house.identity(s.house.fresh()).own


_HELLO: Final = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64)
_TLS_1_2: Final = ssl.TLSVersion.TLSv1_2


def _shut(number: str, name: str, show: Show, why: str) -> Attack:
    return Attack(number, name, order(show), 0, trace=f"handshake {why}")


def _borrowed(number: str, name: str, send: Send) -> Attack:
    return Attack(number, name, send, 401, trace="unauthenticated certificate")


ATTACKS: Final[tuple[Attack, ...]] = (
    _shut("A1", "no certificate", nothing, "peer did not return a certificate"),
    Attack("A1", "no TLS", plain, 0, trace="handshake http request"),
    Attack("A1", "handshakes without an end", half_open, 0, trace="handshake too slow"),
    _shut("A2", "expired", dated(-9 * DAY, -DAY), "expired"),
    _shut("A2", "not valid yet", dated(DAY, 9 * DAY), "not valid yet"),
    Attack("A3", "revoked while the gateway runs", revoked, 0, trace="handshake revoked"),
    _shut("A4", "a foreign authority of the same name", foreign, "unknown authority"),
    _shut("A4", "an authority made of a bank's certificate", self_made, "unfit certificate"),
    _shut("A4", "the gateway's own certificate", theirs("gateway"), "unfit certificate"),
    _borrowed("A5", "another bank's certificate", order(theirs(PAMR))),
    _borrowed("A5", "a reading by another bank's certificate", reading(PAMR)),
    _borrowed("A5", "an operator's order by a bank's certificate", operating(SEVR)),
    _borrowed("A5", "a bank's order by an operator's certificate", order(theirs(ANNA))),
    _borrowed("A5", "a name that begins like the bank's", order(stranger(f"{SEVR}XXX"))),
    _borrowed("A5", "the bank as common name only", order(named(DNSName("sevr.example")))),
    _borrowed("A5", "the bank as a host's name", order(named(DNSName(uri(SEVR))))),
    _borrowed("A5", "two banks in one certificate", order(named(*(UniformResourceIdentifier(uri(bic)) for bic in (SEVR, PAMR))))),
    _shut("A6", "TLS 1.1", weak("ALL:@SECLEVEL=0", ssl.TLSVersion.TLSv1_1), "unsupported protocol"),
    _shut("A6", "a suite without authenticated encryption", weak("ECDHE-ECDSA-AES128-SHA", _TLS_1_2), "no shared cipher"),
    _shut("A6", "a suite without encryption", weak("ECDHE-ECDSA-NULL-SHA:@SECLEVEL=0", _TLS_1_2), "no shared cipher"),
    Attack("A6", "TLS 1.2 with a strong suite is let in", order(weak("ECDHE+AESGCM", _TLS_1_2)), 202, trace="accepted", moves=True),
)  # fmt: skip
