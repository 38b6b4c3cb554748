"""camt.053.001.08, Bank to Customer Statement: a settlement account on a business day that has ended."""

from corridor.codecs.iso20022.account_report import AccountReport, rows
from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.table import Table


class Statement(AccountReport, frozen=True, kw_only=True):
    """One page of a statement. Its balances are OPBD and CLBD: opening and closing, booked."""


CODEC = Codec(
    "camt.053.001.08",
    Table(Statement, rows("Stmt", pages="StmtPgntn", information="AddtlStmtInf")),
    root="BkToCstmrStmt",
)
