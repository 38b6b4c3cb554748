"""Keys: vectors of RFC 8032 and RFC 7515, and what a stranger's bytes may not do."""

import stat
import subprocess
from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.adapters.keys import software

SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
    "d25bf5f0595bbe24655141438e7a100b"
)
"""RFC 8032, 7.1, test 1: the empty message."""


ES256_PUBLIC = b"\x04" + bytes.fromhex(
    "7fcdce2770f6c45d4183cbee6fdb4b7b580733357be9ef13bacf6e3c7bd15445"
    "c7f144cd1bbd9b7e872cdfedb9eeb9f4b3695d6ea90b24ad8a4623288588e5ad"
)
"""RFC 7515, A.3.1, as an uncompressed point."""


def b64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_ed25519_signs_as_rfc_8032_has_it():
    key = software.Ed25519Key(SEED)
    assert (key.public, key.sign(b"")) == (PUBLIC, SIGNATURE)
    assert software.verifier("EdDSA", PUBLIC).verify(b"", SIGNATURE)


def test_es256_verifies_the_example_of_rfc_7515():
    """RFC 7515, A.3."""
    signed = (
        b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9p"
        b"c19yb290Ijp0cnVlfQ"
    )
    signature = b64("DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")
    verifier = software.verifier("ES256", ES256_PUBLIC)
    assert verifier.verify(signed, signature)
    assert not verifier.verify(signed + b".", signature)


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
def test_a_key_is_written_for_its_owner_alone_and_read_again(tmp_path, algorithm):
    path = tmp_path / "keys" / "bank.pem"
    key = software.generate(algorithm, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = software.read(path)
    assert (again.algorithm, again.public) == (algorithm, key.public)
    assert software.verifier(algorithm, key.public).verify(b"paid", again.sign(b"paid"))
    with pytest.raises(FileExistsError):
        software.generate(algorithm, path)


@pytest.mark.parametrize("algorithm", ["EdDSA", "ES256"])
@given(signature=st.binary(max_size=80), message=st.binary(max_size=40))
def test_no_bytes_are_a_signature_by_chance_or_make_it_fail(algorithm, signature, message):
    public = PUBLIC if algorithm == "EdDSA" else ES256_PUBLIC
    assert not software.verifier(algorithm, public).verify(message + b"!", signature)


def test_openssl_reads_and_makes_our_keys(tmp_path):
    key = software.generate("EdDSA", tmp_path / "ours.pem")
    command = ["openssl", "pkey", "-in", str(tmp_path / "ours.pem"), "-pubout", "-outform", "DER"]
    try:
        shown = subprocess.run(command, check=True, capture_output=True).stdout
    except FileNotFoundError:
        pytest.skip("no openssl here")
    assert shown.endswith(key.public)


def test_other_keys_are_refused(tmp_path):
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    other = ec.generate_private_key(ec.SECP384R1())
    path = tmp_path / "p384.pem"
    path.write_bytes(other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(ValueError, match=r"p384\.pem"):
        software.read(path)
    with pytest.raises(ValueError, match="HS256"):
        software.verifier("HS256", PUBLIC)
