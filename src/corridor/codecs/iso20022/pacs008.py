"""pacs.008.001.13, FI to FI Customer Credit Transfer: one payment.

Version 13 is the first that carries an agreed rate with the id of its quote (`AgrdRate/QtId`).
"""

from decimal import Decimal

import msgspec

from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.parts import account, agent, party
from corridor.codecs.iso20022.table import AMOUNT, CODE, DATE, INSTANT, RATE, TEXT, TIME, Row, Table, fixed
from corridor.domain.instants import Instant
from corridor.domain.money import Money
from corridor.domain.parties import Party


class AgreedRate(msgspec.Struct, frozen=True, kw_only=True):
    """The rate of a quote: one unit of `unit_currency` costs `rate` units of `quoted_currency`.

    Shape: `quote_id` is a UUID of version 4; `rate` has at most 11 digits and 10 decimals.
    """

    unit_currency: str
    quoted_currency: str
    rate: Decimal
    quoted_at: Instant | None = None
    quote_id: str
    fx_agent: str | None = None


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """What `agent` took, with a code of ExternalChargeType1Code."""

    amount: Money
    agent: str
    type: str | None = None


class DocumentLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a line of a document is for, of a type of ExternalDocumentLineType1Code.

    Shape: PTCD is a product type code; Corridor reads it as a code of the Harmonized System, of 2 to 10 digits, as
    `issuer` publishes it (WCO, EAEU).
    """

    type: str
    issuer: str | None = None
    number: str
    description: str | None = None


class ReferredDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice (CINV), contract (CONT) or other document of ExternalDocumentType1Code that is paid.

    Shape: a date and its type, of ExternalDateType1Code (INDA: the document's own date), come together.
    """

    type: str
    number: str
    date_type: str | None = None
    date: str | None = None
    lines: tuple[DocumentLine, ...] = ()


class RegulatoryReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an authority's balance of payments counts a payment, or so much of it, as.

    Shape: `side` says whose report it is, the debtor's (DEBT), the creditor's (CRED) or both (BOTH); `code` is of
    the list of the authority in `authority_country`; `country` is the other one that the operation is with.
    """

    side: str | None = None
    authority_country: str | None = None
    country: str | None = None
    code: str
    amount: Money | None = None
    information: str | None = None


class TaxRemittance(msgspec.Struct, frozen=True, kw_only=True):
    """What a treasury needs to book a tax: who pays which tax, to which authority, on what ground."""

    creditor_tax_id: str | None = None
    creditor_registration_id: str | None = None
    debtor_tax_id: str | None = None
    debtor_registration_id: str | None = None
    administration_zone: str | None = None
    reference_number: str | None = None
    method: str | None = None
    total_tax_amount: Money | None = None
    date: str | None = None
    record_type: str | None = None
    record_category: str | None = None
    record_debtor_status: str | None = None


class CreditTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """One payment between two customers, as `instructing_agent` tells it to `instructed_agent`.

    Shape: agents are BICs, dates `2026-11-24`, times `17:00:00+03:00`, ids Max35Text. `creditor_proxy` is what
    the debtor knows the creditor by when not by account, of a type of ExternalProxyAccountType1Code (MBNO: a
    phone number in E.164). `clearing_channel` is RTGS, MPNS or BOOK, absent for an instant payment; the times
    are of the settlement date: not after, not before, and refuse if not settled by.
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
    clearing_channel: str | None = None
    service_level: str | None = None
    local_instrument: str | None = None
    category_purpose: str | None = None

    interbank_settlement_amount: Money
    interbank_settlement_date: str | None = None
    settlement_priority: str | None = None
    till_time: str | None = None
    from_time: str | None = None
    reject_time: str | None = None
    acceptance_at: Instant | None = None
    instructed_amount: Money | None = None
    exchange_rate: Decimal | None = None
    agreed_rate: AgreedRate | None = None
    charge_bearer: str
    charges: tuple[Charge, ...] = ()

    instructing_agent: str
    instructed_agent: str
    intermediary_agent: str | None = None
    ultimate_debtor: Party | None = None
    debtor: Party
    debtor_account_currency: str | None = None
    debtor_agent: str
    creditor_agent: str
    creditor: Party
    creditor_account_currency: str | None = None
    creditor_proxy_type: str | None = None
    creditor_proxy: str | None = None
    ultimate_creditor: Party | None = None

    purpose: str | None = None
    regulatory: tuple[RegulatoryReport, ...] = ()
    remittance: tuple[str, ...] = ()
    documents: tuple[ReferredDocument, ...] = ()
    creditor_reference: str | None = None
    tax: TaxRemittance | None = None


CHARGE = Table(
    Charge,
    (
        Row("Amt", "amount", AMOUNT),
        agent("Agt", "agent"),
        Row("Tp/Cd", "type", TEXT),
    ),
)

REGULATORY = Table(
    RegulatoryReport,
    (
        Row("DbtCdtRptgInd", "side", CODE),
        Row("Authrty/Ctry", "authority_country", CODE),
        Row("Dtls/Ctry", "country", CODE),
        Row("Dtls/Cd", "code", TEXT),
        Row("Dtls/Amt", "amount", AMOUNT),
        Row("Dtls/Inf", "information", TEXT),
    ),
)

LINE = Table(
    DocumentLine,
    (
        Row("Id/Tp/CdOrPrtry/Cd", "type", TEXT),
        Row("Id/Tp/Issr", "issuer", TEXT),
        Row("Id/Nb", "number", TEXT),
        Row("Desc", "description", TEXT),
    ),
)

DOCUMENT = Table(
    ReferredDocument,
    (
        Row("Tp/CdOrPrtry/Cd", "type", TEXT),
        Row("Nb", "number", TEXT),
        Row("RltdDt/Tp/Cd", "date_type", TEXT),
        Row("RltdDt/Dt", "date", DATE),
        Row("LineDtls", "lines", LINE, many=True),
    ),
)

TAX = (
    Row("Cdtr/TaxId", "creditor_tax_id", TEXT),
    Row("Cdtr/RegnId", "creditor_registration_id", TEXT),
    Row("Dbtr/TaxId", "debtor_tax_id", TEXT),
    Row("Dbtr/RegnId", "debtor_registration_id", TEXT),
    Row("AdmstnZone", "administration_zone", TEXT),
    Row("RefNb", "reference_number", TEXT),
    Row("Mtd", "method", TEXT),
    Row("TtlTaxAmt", "total_tax_amount", AMOUNT),
    Row("Dt", "date", DATE),
    Row("Rcrd/Tp", "record_type", TEXT),
    Row("Rcrd/Ctgy", "record_category", TEXT),
    Row("Rcrd/DbtrSts", "record_debtor_status", TEXT),
)

TRANSACTION = (
    Row("PmtId/InstrId", "instruction_id", TEXT),
    Row("PmtId/EndToEndId", "end_to_end_id", TEXT),
    Row("PmtId/TxId", "transaction_id", TEXT),
    Row("PmtId/UETR", "uetr", CODE),
    Row("PmtId/ClrSysRef", "clearing_system_reference", TEXT),
    Row("PmtTpInf/ClrChanl", "clearing_channel", CODE),
    Row("PmtTpInf/SvcLvl/Cd", "service_level", TEXT),
    Row("PmtTpInf/LclInstrm/Cd", "local_instrument", TEXT),
    Row("PmtTpInf/CtgyPurp/Cd", "category_purpose", TEXT),
    Row("IntrBkSttlmAmt", "interbank_settlement_amount", AMOUNT),
    Row("IntrBkSttlmDt", "interbank_settlement_date", DATE),
    Row("SttlmPrty", "settlement_priority", CODE),
    Row("SttlmTmReq/TillTm", "till_time", TIME),
    Row("SttlmTmReq/FrTm", "from_time", TIME),
    Row("SttlmTmReq/RjctTm", "reject_time", TIME),
    Row("AddtlDtTm/AccptncDtTm", "acceptance_at", INSTANT),
    Row("InstdAmt", "instructed_amount", AMOUNT),
    Row("XchgRate", "exchange_rate", RATE),
    Row("AgrdRate/UnitCcy", "agreed_rate.unit_currency", CODE),
    Row("AgrdRate/QtdCcy", "agreed_rate.quoted_currency", CODE),
    Row("AgrdRate/PreAgrdXchgRate", "agreed_rate.rate", RATE),
    Row("AgrdRate/QtnDtTm", "agreed_rate.quoted_at", INSTANT),
    Row("AgrdRate/QtId", "agreed_rate.quote_id", CODE),
    agent("AgrdRate/FXAgt", "agreed_rate.fx_agent"),
    Row("ChrgBr", "charge_bearer", CODE),
    Row("ChrgsInf", "charges", CHARGE, many=True),
    agent("InstgAgt", "instructing_agent"),
    agent("InstdAgt", "instructed_agent"),
    agent("IntrmyAgt1", "intermediary_agent"),
    *party("UltmtDbtr", "ultimate_debtor"),
    *party("Dbtr", "debtor"),
    *account("DbtrAcct", "debtor.account"),
    Row("DbtrAcct/Ccy", "debtor_account_currency", CODE),
    agent("DbtrAgt", "debtor_agent"),
    agent("CdtrAgt", "creditor_agent"),
    *party("Cdtr", "creditor"),
    *account("CdtrAcct", "creditor.account"),
    Row("CdtrAcct/Ccy", "creditor_account_currency", CODE),
    Row("CdtrAcct/Prxy/Tp/Cd", "creditor_proxy_type", TEXT),
    Row("CdtrAcct/Prxy/Id", "creditor_proxy", TEXT),
    *party("UltmtCdtr", "ultimate_creditor"),
    Row("Purp/Cd", "purpose", TEXT),
    Row("RgltryRptg", "regulatory", REGULATORY, many=True),
    Row("RmtInf/Ustrd", "remittance", TEXT, many=True),
    Row("RmtInf/Strd/RfrdDocInf", "documents", DOCUMENT, many=True),
    Row("RmtInf/Strd/CdtrRefInf/Ref", "creditor_reference", TEXT),
    *(Row(f"RmtInf/Strd/TaxRmt/{row.path}", f"tax.{row.field}", row.kind) for row in TAX),
)

CODEC = Codec(
    "pacs.008.001.13",
    Table(
        CreditTransfer,
        (
            Row("GrpHdr/MsgId", "message_id", TEXT),
            Row("GrpHdr/CreDtTm", "created_at", INSTANT),
            Row("GrpHdr/NbOfTxs", "", fixed("1", "AM18", "A message carries exactly one transaction.")),
            Row("GrpHdr/SttlmInf/SttlmMtd", "settlement_method", CODE),
            Row("GrpHdr/SttlmInf/ClrSys/Prtry", "clearing_system", TEXT),
            *(Row(f"CdtTrfTxInf/{row.path}", *row[1:]) for row in TRANSACTION),
        ),
    ),
    root="FIToFICstmrCdtTrf",
)
