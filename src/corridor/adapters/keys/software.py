"""Signing and verifying with keys in this process's memory: Ed25519 by libsodium, ES256 by OpenSSL."""

from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

from corridor.codecs.jws import SIGNATURE_BYTES, Algorithm

EDDSA: Final = "EdDSA"
ES256: Final = "ES256"
_COORDINATE = 32
_ECDSA = ec.ECDSA(SHA256())


class PrivateKey(Protocol):
    """A key that signs; it can be asked for its public half, never for itself."""

    @property
    def algorithm(self) -> Algorithm: ...

    @property
    def public(self) -> bytes: ...

    def sign(self, signing_input: bytes) -> bytes: ...


class Ed25519Key:
    """An Ed25519 key. The same bytes always get the same signature (RFC 8032)."""

    algorithm: Algorithm = EDDSA

    def __init__(self, seed: bytes) -> None:
        self._key = SigningKey(seed)
        self.public = bytes(self._key.verify_key)

    def sign(self, signing_input: bytes) -> bytes:
        return self._key.sign(signing_input).signature


class P256Key:
    """An ECDSA key on P-256; signatures are r and s of 32 bytes each, as JWS wants them (RFC 7518, 3.4)."""

    algorithm: Algorithm = ES256

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self._key = key
        self.public = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def sign(self, signing_input: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(signing_input, _ECDSA))
        return r.to_bytes(_COORDINATE, "big") + s.to_bytes(_COORDINATE, "big")


class Ed25519Verifier:
    """Verifies signatures of one Ed25519 public key."""

    def __init__(self, public: bytes) -> None:
        self._public = bytes(VerifyKey(public))

    def verify(self, signing_input: bytes, signature: bytes) -> bool:
        if len(signature) != SIGNATURE_BYTES:
            return False
        try:
            crypto_sign_open(signature + signing_input, self._public)
        except BadSignatureError:
            return False
        return True


class P256Verifier:
    """Verifies signatures of one P-256 public key."""

    def __init__(self, public: bytes) -> None:
        self._key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)

    def verify(self, signing_input: bytes, signature: bytes) -> bool:
        if len(signature) != 2 * _COORDINATE:
            return False
        r = int.from_bytes(signature[:_COORDINATE], "big")
        s = int.from_bytes(signature[_COORDINATE:], "big")
        try:
            self._key.verify(encode_dss_signature(r, s), signing_input, _ECDSA)
        except InvalidSignature:
            return False
        return True


def verifier(algorithm: str, public: bytes) -> Ed25519Verifier | P256Verifier:
    """Return what verifies a key's signatures; the algorithm is the registry's, never the message's.

    Raises: ValueError for an unknown algorithm or a public key that is none.
    """
    if algorithm == EDDSA:
        return Ed25519Verifier(public)
    if algorithm == ES256:
        return P256Verifier(public)
    raise ValueError(f"no such algorithm: {algorithm}")


def generate(algorithm: str, path: Path) -> PrivateKey:
    """Make a key, and write it to a new file that only its owner can read."""
    key = Ed25519PrivateKey.generate() if algorithm == EDDSA else ec.generate_private_key(ec.SECP256R1())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return read(path)


def at(path: Path) -> tuple[Algorithm, bytes]:
    """Return algorithm and public half of the key in this file, made now if there is none."""
    key = read(path) if path.exists() else generate(EDDSA, path)
    return key.algorithm, key.public


def read(path: Path) -> PrivateKey:
    """Read a P-256 or Ed25519 key in PEM, as OpenSSL writes them.

    Raises: ValueError for any other.
    """
    key = load_pem_private_key(path.read_bytes(), None)
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return P256Key(key)
    if isinstance(key, Ed25519PrivateKey):
        return Ed25519Key(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
    raise ValueError(f"{path} holds neither an Ed25519 nor a P-256 key")
