"""The goods that an order pays, by their codes."""

from typing import Final

from corridor.codecs.iso20022.pacs008 import CreditTransfer

GOODS: Final = "PTCD"
"""ExternalDocumentLineType1Code: a product type code, here of the Harmonized System."""


def goods_codes(order: CreditTransfer) -> list[str]:
    """Return the codes of all goods that an order pays."""
    return [line.number for document in order.documents for line in document.lines if line.type == GOODS]
