"""The name in a certificate: exactly one, of the right kind, with the right beginning."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.codecs.x509 import signer, uri

SEVR = "urn:corridor:signer:SEVRRUM0"


@pytest.mark.parametrize("name", ["SEVRRUM0", "PAMRTJ20XXX", "operator:anna"])
def test_the_name_is_that_of_the_signature(name):
    assert signer([("DNS", "pay.sevr.example"), ("URI", uri(name)), ("IP Address", "10.0.0.1")]) == name


@pytest.mark.parametrize(
    "names",
    [
        (),
        [("DNS", SEVR)],
        [("email", SEVR)],
        [("DirName", ((("commonName", "SEVRRUM0"),),))],
        [("URI", "SEVRRUM0")],
        [("URI", f"x{SEVR}")],
        [("URI", SEVR), ("URI", "urn:corridor:signer:PAMRTJ20")],
        [("URI", SEVR), ("URI", SEVR)],
    ],
)
def test_anything_else_is_nobodys(names):
    assert signer(names) == ""


@given(st.lists(st.tuples(st.sampled_from(["URI", "DNS", "email"]), st.text())))
def test_that_no_other_name_makes_a_signer(names):
    named = [name for name in names if not (name[0] == "URI" and name[1].startswith(uri("")))]
    assert signer(named) == ""
