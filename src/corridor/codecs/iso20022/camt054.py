"""camt.054.001.08, Bank to Customer Debit Credit Notification: what was booked on an account.

An FX provider gets one for each leg of a conversion, lender and borrower one for each sum that a facility moves.
"""

from decimal import Decimal

import msgspec

from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.parts import account, agent
from corridor.codecs.iso20022.table import AMOUNT, CODE, DATE, INSTANT, RATE, TEXT, Row, Table
from corridor.domain.instants import Instant
from corridor.domain.money import Money


class CurrencyExchange(msgspec.Struct, frozen=True, kw_only=True):
    """One unit of `unit_currency` cost `rate` units of the other currency.

    Shape: `contract_id` has at most 35 characters: a quote's UUID stands there without its hyphens.
    """

    source_currency: str
    target_currency: str
    unit_currency: str
    rate: Decimal
    contract_id: str | None = None
    quoted_at: Instant | None = None


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One booking: `amount` was debited (DBIT) or credited (CRDT).

    Shape: `status` is a code of ExternalEntryStatus1Code (BOOK); domain, family and sub-family are the bank
    transaction code. `counter_value` is the other side of a conversion.
    """

    reference: str | None = None
    amount: Money
    credit_debit: str
    status: str
    booked_at: Instant
    value_date: str | None = None
    servicer_reference: str | None = None
    domain: str
    family: str
    sub_family: str
    message_id: str | None = None
    instruction_id: str | None = None
    end_to_end_id: str | None = None
    uetr: str | None = None
    transaction_id: str | None = None
    clearing_system_reference: str | None = None
    counter_value: Money | None = None
    exchange: CurrencyExchange | None = None
    debtor_agent: str | None = None
    creditor_agent: str | None = None
    additional_information: str | None = None


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """Entries of one account of the receiver."""

    message_id: str
    created_at: Instant
    notification_id: str
    account: str
    account_currency: str | None = None
    entries: tuple[Entry, ...] = ()


ENTRY = Table(
    Entry,
    (
        Row("NtryRef", "reference", TEXT),
        Row("Amt", "amount", AMOUNT),
        Row("CdtDbtInd", "credit_debit", CODE),
        Row("Sts/Cd", "status", TEXT),
        Row("BookgDt/DtTm", "booked_at", INSTANT),
        Row("ValDt/Dt", "value_date", DATE),
        Row("AcctSvcrRef", "servicer_reference", TEXT),
        Row("BkTxCd/Domn/Cd", "domain", TEXT),
        Row("BkTxCd/Domn/Fmly/Cd", "family", TEXT),
        Row("BkTxCd/Domn/Fmly/SubFmlyCd", "sub_family", TEXT),
        Row("NtryDtls/TxDtls/Refs/MsgId", "message_id", TEXT),
        Row("NtryDtls/TxDtls/Refs/InstrId", "instruction_id", TEXT),
        Row("NtryDtls/TxDtls/Refs/EndToEndId", "end_to_end_id", TEXT),
        Row("NtryDtls/TxDtls/Refs/UETR", "uetr", CODE),
        Row("NtryDtls/TxDtls/Refs/TxId", "transaction_id", TEXT),
        Row("NtryDtls/TxDtls/Refs/ClrSysRef", "clearing_system_reference", TEXT),
        Row("NtryDtls/TxDtls/AmtDtls/CntrValAmt/Amt", "counter_value", AMOUNT),
        Row("NtryDtls/TxDtls/AmtDtls/CntrValAmt/CcyXchg/SrcCcy", "exchange.source_currency", CODE),
        Row("NtryDtls/TxDtls/AmtDtls/CntrValAmt/CcyXchg/TrgtCcy", "exchange.target_currency", CODE),
        Row("NtryDtls/TxDtls/AmtDtls/CntrValAmt/CcyXchg/UnitCcy", "exchange.unit_currency", CODE),
        Row("NtryDtls/TxDtls/AmtDtls/CntrValAmt/CcyXchg/XchgRate", "exchange.rate", RATE),
        Row("NtryDtls/TxDtls/AmtDtls/CntrValAmt/CcyXchg/CtrctId", "exchange.contract_id", TEXT),
        Row("NtryDtls/TxDtls/AmtDtls/CntrValAmt/CcyXchg/QtnDt", "exchange.quoted_at", INSTANT),
        agent("NtryDtls/TxDtls/RltdAgts/DbtrAgt", "debtor_agent"),
        agent("NtryDtls/TxDtls/RltdAgts/CdtrAgt", "creditor_agent"),
        Row("NtryDtls/TxDtls/AddtlTxInf", "additional_information", TEXT),
    ),
)

CODEC = Codec(
    "camt.054.001.08",
    Table(
        Notification,
        (
            Row("GrpHdr/MsgId", "message_id", TEXT),
            Row("GrpHdr/CreDtTm", "created_at", INSTANT),
            Row("Ntfctn/Id", "notification_id", TEXT),
            *account("Ntfctn/Acct", "account"),
            Row("Ntfctn/Acct/Ccy", "account_currency", CODE),
            Row("Ntfctn/Ntry", "entries", ENTRY, many=True),
        ),
    ),
    root="BkToCstmrDbtCdtNtfctn",
)
