"""camt.050.001.07, Liquidity Credit Transfer: an institution moves money between two accounts of its own.

One of the two is its settlement account here, the other one is at the central bank of the currency.
"""

import msgspec

from corridor.codecs.iso20022.codec import Codec
from corridor.codecs.iso20022.parts import account, agent
from corridor.codecs.iso20022.table import AMOUNT, CODE, DATE, INSTANT, TEXT, Row, Table
from corridor.domain.instants import Instant
from corridor.domain.money import Money


class LiquidityTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """So much is to leave the debtor's account for the creditor's, who are one institution.

    Shape: `creditor` and `debtor` are BICs, ids Max35Text.
    """

    message_id: str
    created_at: Instant

    instruction_id: str | None = None
    end_to_end_id: str
    transaction_id: str | None = None
    uetr: str

    creditor: str
    creditor_account: str
    amount: Money
    debtor: str
    debtor_account: str
    settlement_date: str | None = None


CODEC = Codec(
    "camt.050.001.07",
    Table(
        LiquidityTransfer,
        (
            Row("MsgHdr/MsgId", "message_id", TEXT),
            Row("MsgHdr/CreDtTm", "created_at", INSTANT),
            Row("LqdtyCdtTrf/LqdtyTrfId/InstrId", "instruction_id", TEXT),
            Row("LqdtyCdtTrf/LqdtyTrfId/EndToEndId", "end_to_end_id", TEXT),
            Row("LqdtyCdtTrf/LqdtyTrfId/TxId", "transaction_id", TEXT),
            Row("LqdtyCdtTrf/LqdtyTrfId/UETR", "uetr", CODE),
            agent("LqdtyCdtTrf/Cdtr", "creditor"),
            *account("LqdtyCdtTrf/CdtrAcct", "creditor_account"),
            Row("LqdtyCdtTrf/TrfdAmt/AmtWthCcy", "amount", AMOUNT),
            agent("LqdtyCdtTrf/Dbtr", "debtor"),
            *account("LqdtyCdtTrf/DbtrAcct", "debtor_account"),
            Row("LqdtyCdtTrf/SttlmDt", "settlement_date", DATE),
        ),
    ),
    root="LqdtyCdtTrf",
)
