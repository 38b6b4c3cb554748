"""pacs.009.001.08, Financial Institution Credit Transfer: money of institutions, not of their customers.

Version 8 is what most settlement systems of central banks run.
"""

import msgspec

from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.parts import account, agent
from corridor.codecs.iso20022.table import AMOUNT, CODE, DATE, INSTANT, TEXT, Row, Table, fixed
from corridor.domain.instants import Instant
from corridor.domain.money import Money


class InstitutionTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """So much for the creditor, an institution, as `instructing_agent` tells it to `instructed_agent`.

    Shape: institutions are BICs, dates `2026-11-24`, ids Max35Text.
    """

    message_id: str
    created_at: Instant
    settlement_method: str
    clearing_system: str | None = None

    instruction_id: str | None = None
    end_to_end_id: str
    transaction_id: str | None = None
    uetr: str
    clearing_system_reference: str | None = None

    interbank_settlement_amount: Money
    interbank_settlement_date: str | None = None

    instructing_agent: str
    instructed_agent: str
    debtor: str
    debtor_account: str | None = None
    creditor: str
    creditor_account: str | None = None
    remittance: tuple[str, ...] = ()


TRANSACTION = (
    Row("PmtId/InstrId", "instruction_id", TEXT),
    Row("PmtId/EndToEndId", "end_to_end_id", TEXT),
    Row("PmtId/TxId", "transaction_id", TEXT),
    Row("PmtId/UETR", "uetr", CODE),
    Row("PmtId/ClrSysRef", "clearing_system_reference", TEXT),
    Row("IntrBkSttlmAmt", "interbank_settlement_amount", AMOUNT),
    Row("IntrBkSttlmDt", "interbank_settlement_date", DATE),
    agent("InstgAgt", "instructing_agent"),
    agent("InstdAgt", "instructed_agent"),
    agent("Dbtr", "debtor"),
    *account("DbtrAcct", "debtor_account"),
    agent("Cdtr", "creditor"),
    *account("CdtrAcct", "creditor_account"),
    Row("RmtInf/Ustrd", "remittance", TEXT, many=True),
)

CODEC = Codec(
    "pacs.009.001.08",
    Table(
        InstitutionTransfer,
        (
            Row("GrpHdr/MsgId", "message_id", TEXT),
            Row("GrpHdr/CreDtTm", "created_at", INSTANT),
            Row("GrpHdr/NbOfTxs", "", fixed("1", "AM18", "A message carries exactly one transaction.")),
            Row("GrpHdr/SttlmInf/SttlmMtd", "settlement_method", CODE),
            Row("GrpHdr/SttlmInf/ClrSys/Prtry", "clearing_system", TEXT),
            *(Row(f"CdtTrfTxInf/{row.path}", *row[1:]) for row in TRANSACTION),
        ),
    ),
    root="FICdtTrf",
)
