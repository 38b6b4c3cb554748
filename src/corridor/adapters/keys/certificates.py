"""A certificate authority in a directory, for sandboxes and trials: it issues for days, and takes back.

A file of an identity holds its private key and its certificate, so that both change at once, and is its owner's alone.
"""

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from corridor.codecs.x509 import uri

AUTHORITY_LASTS: Final = timedelta(days=3650)
LASTS: Final = timedelta(days=30)
"""A certificate, and a list of the revoked: whoever has no newer one by then is refused."""
SKEW: Final = timedelta(minutes=5)
"""By so much another's clock may be behind."""


class Authority:
    """Signs certificates, and the list of those that it has taken back."""

    def __init__(self, directory: Path) -> None:
        """Take up the authority of a directory, or make one there."""
        self.certificate_path = directory / "authority.pem"
        self.revoked_path = directory / "revoked.pem"
        self._key_path = key_path(directory)
        if not (self._key_path.exists() and self.certificate_path.exists()):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._found()
        key = load_pem_private_key(self._key_path.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey), "only _found writes it"
        self._key = key
        self._certificate = x509.load_pem_x509_certificate(self.certificate_path.read_bytes())
        if not self.revoked_path.exists():
            self.renew_list()

    def issue(
        self, signer: str, path: Path, *, since: datetime | None = None, until: datetime | None = None
    ) -> None:
        """Write a new identity of a participant or an operator; the one that was there is taken back."""
        if path.exists():
            self.revoke(path)
        names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri(signer))]
        self.certify(signer, names, ExtendedKeyUsageOID.CLIENT_AUTH, path, since, until)

    def issue_server(self, hosts: tuple[str, ...], path: Path) -> None:
        """Write a new identity of a server that is reached under these names and addresses."""
        names = [_host(host) for host in dict.fromkeys(hosts)]
        self.certify("Corridor gateway", names, ExtendedKeyUsageOID.SERVER_AUTH, path)

    def certify(
        self,
        common: str,
        names: list[x509.GeneralName],
        purpose: x509.ObjectIdentifier,
        path: Path,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> None:
        """Write an identity with these names and no others, but the common one, which means nothing here."""
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder(self._certificate.subject, _name(common), key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since or now - SKEW)
            .not_valid_after(until or now + LASTS)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(self._identifier(), critical=False)
            .sign(self._key, SHA256())
        )
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(path, _pem(key) + certificate.public_bytes(Encoding.PEM))

    def revoke(self, path: Path) -> None:
        """Take back the certificate in a file."""
        self._write_list(_read(path).serial_number)

    def renew_list(self) -> None:
        """Write the list of the revoked anew, so that it lasts."""
        self._write_list()

    def has_revoked(self, path: Path) -> bool:
        """Say whether the certificate in a file was taken back."""
        listed = x509.load_pem_x509_crl(self.revoked_path.read_bytes())
        return listed.get_revoked_certificate_by_serial_number(_read(path).serial_number) is not None

    def _found(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        now = datetime.now(UTC)
        name = _name("Corridor sandbox authority")
        usage = _usage(key_cert_sign=True, crl_sign=True)
        certificate = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - SKEW)
            .not_valid_after(now + AUTHORITY_LASTS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, SHA256())
        )
        _write(self.certificate_path, certificate.public_bytes(Encoding.PEM))
        _write(self._key_path, _pem(key))

    def _write_list(self, *serials: int) -> None:
        now = datetime.now(UTC)
        listed = (
            x509.CertificateRevocationListBuilder(self._certificate.subject)
            .last_update(now - SKEW)
            .next_update(now + LASTS)
            .add_extension(x509.CRLNumber(int(now.timestamp() * 1_000_000)), critical=False)
            .add_extension(self._identifier(), critical=False)
        )
        before = x509.load_pem_x509_crl(self.revoked_path.read_bytes()) if self.revoked_path.exists() else ()
        for entry in before:
            listed = listed.add_revoked_certificate(entry)
        for serial in set(serials) - {entry.serial_number for entry in before}:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now).build()
            listed = listed.add_revoked_certificate(entry)
        _write(self.revoked_path, listed.sign(self._key, SHA256()).public_bytes(Encoding.PEM))

    def _identifier(self) -> x509.AuthorityKeyIdentifier:
        held = self._certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(held.value)


def key_path(directory: Path) -> Path:
    """Return the file of an authority's own key: where there is none, nothing can be issued."""
    return directory / "authority.key.pem"


def is_due(path: Path) -> bool:
    """Say whether a certificate should be issued anew: there is none, or half of its time is over."""
    return not path.exists() or _read(path).not_valid_after_utc < datetime.now(UTC) + LASTS / 2


def serves(path: Path, host: str) -> bool:
    """Say whether a server's certificate names this host."""
    names = _read(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return _host(host) in names


def valid_until(path: Path) -> datetime:
    """Return when the certificate in a file ends."""
    return _read(path).not_valid_after_utc


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _host(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(**allowed: bool) -> x509.KeyUsage:
    nothing = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "key_cert_sign",
            "crl_sign",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(**(nothing | allowed))


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    """Let a file appear whole, for its owner alone: gateways read it while it changes."""
    hidden = path.with_suffix(".new")
    hidden.unlink(missing_ok=True)
    hidden.touch(mode=0o600, exist_ok=False)
    hidden.write_bytes(content)
    hidden.rename(path)
