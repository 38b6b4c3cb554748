"""Each payment is one product: the first that it fits."""

import doctest

import pytest

from corridor.domain.reasons import code_set
from corridor.reports import products
from corridor.reports.products import PRODUCTS, product_of


def test_the_examples():
    assert doctest.testmod(products).failed == 0


@pytest.mark.parametrize(
    ("category", "purpose", "goods", "name"),
    [
        ("TAXS", "", "", "taxes"),
        ("", "TAXS", "2710", "taxes"),
        ("SALA", "", "", "salaries"),
        ("", "DEPD", "", "wages sent home"),
        ("", "GDDS", "2710194210", "oil products"),
        ("", "GDDS", "2716000000", "electricity"),
        ("", "ELEC", "", "electricity"),
        ("", "GDDS", "7304310000", "pipes"),
        ("", "GDDS", "7210490000", "metal"),
        ("", "GDDS", "73", "metal"),
        ("", "GDDS", "8703231981", "cars"),
        ("", "GDDS", "8429521000", "machinery"),
        ("", "GDDS", "6203423100", "garments"),
        ("", "", "0901", "other goods"),
        ("", "GDDS", "", "other goods"),
        ("", "SCVE", "", "services"),
        ("", "", "", "other"),
        ("", "CHAR", "", "other"),
    ],
)
def test_what_a_payment_is_for(category, purpose, goods, name):
    assert product_of(category, purpose, goods) == name


def test_every_code_is_iso_s():
    purposes, categories = code_set("ExternalPurpose1Code"), code_set("ExternalCategoryPurpose1Code")
    for product in PRODUCTS:
        assert set(product.purposes) <= set(purposes), product
        assert set(product.categories) <= set(categories), product
    assert len({product.name for product in PRODUCTS}) == len(PRODUCTS)
