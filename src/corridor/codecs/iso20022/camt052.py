"""camt.052.001.08, Bank to Customer Account Report: a settlement account on the business day that runs."""

from corridor.codecs.iso20022.account_report import AccountReport, rows
from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.table import Table


class Report(AccountReport, frozen=True, kw_only=True):
    """One page of a report. Its balances are OPBD, opening; ITBD, booked so far; ITAV, that less what is reserved."""


CODEC = Codec(
    "camt.052.001.08",
    Table(Report, rows("Rpt", pages="RptPgntn", information="AddtlRptInf")),
    root="BkToCstmrAcctRpt",
)
