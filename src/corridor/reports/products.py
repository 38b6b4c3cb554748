"""What a payment is for, in one word: the first product of the list that it fits. The list is the law, SQL its copy."""

from typing import Final

import msgspec


class Product(msgspec.Struct, frozen=True):
    """Payments with one of these codes. Goods codes are headings: `72` is everything that begins so.

    Codes are of ExternalPurpose1Code, of ExternalCategoryPurpose1Code and of the Harmonized System.
    """

    name: str
    purposes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()
    trade: bool = True


PRODUCTS: Final = (
    Product("taxes", ("TAXS", "VATX"), ("TAXS", "VATX")),
    Product("salaries", ("SALA", "PAYR"), ("SALA",), trade=False),
    Product("wages sent home", ("DEPD",), trade=False),
    Product("electricity", ("ELEC",), goods=("2716",)),
    Product("oil products", goods=("2710",)),
    Product("pipes", goods=("7303", "7304", "7305", "7306")),
    Product("metal", goods=("72", "73", "74", "75", "76", "78", "79", "80", "81")),
    Product("cars", goods=("87",)),
    Product("machinery", goods=("84", "85")),
    Product("garments", goods=("61", "62", "63")),
    Product("other goods", ("GDDS", "GDSV"), goods=("",)),
    Product("services", ("SCVE",)),
)
OTHER: Final = "other"
"""What fits none."""


def product_of(category_purpose: str, purpose: str, goods_code: str) -> str:
    """Return the name of the product.

    >>> product_of("", "GDDS", "7304190000"), product_of("", "GDDS", ""), product_of("", "", "")
    ('pipes', 'other goods', 'other')
    """
    for product in PRODUCTS:
        if (
            purpose in product.purposes
            or category_purpose in product.categories
            or (goods_code and goods_code.startswith(product.goods))
        ):
            return product.name
    return OTHER
