"""Who may do what, in one table: every command, the roles that may give it, and the second person it takes.

Stopping takes one person, starting again takes two. Why each line is as it is: docs/rulebook.md, section 8.
"""

from collections.abc import Mapping
from typing import Final

from corridor.services.compliance import commands as compliance
from corridor.services.credit import commands as credit
from corridor.services.directory import commands as directory
from corridor.services.fx import commands as fx
from corridor.services.fx.arrangements import commands as arrangements
from corridor.services.governance import commands as governance
from corridor.services.instant import commands as instant
from corridor.services.messaging import commands as messaging
from corridor.services.messaging.admission import FOUNDING, GATEWAY, WORKER, Right
from corridor.services.messaging.commands import Command
from corridor.services.messaging.records import (
    BANK,
    CENTRAL_BANK,
    COMPLIANCE,
    FX_PROVIDER,
    OPERATIONS,
    OPERATOR_ROLES,
    REGISTRAR,
    ROLES,
    SUSPENDED,
    TREASURER,
)
from corridor.services.settlement import commands as settlement
from corridor.services.settlement.correspondents import commands as correspondents
from corridor.services.settlement.funding import commands as funding
from corridor.services.settlement.pvp import commands as pvp
from corridor.services.settlement.returns import commands as returns


def _by(*roles: str, audited: bool = False) -> Right:
    return Right(participants=roles, audited=audited)


def _one(*roles: str) -> Right:
    return Right(operators=roles)


def _suspends(command: messaging.SetParticipantState | messaging.SetOperatorState) -> bool:
    return command.state == SUSPENDED


def _freezes(command: messaging.SetFrozen) -> bool:
    return command.frozen


_REGISTRARS = Right(operators=(REGISTRAR,), second=(REGISTRAR,))
_REGISTRARS_OR_ONE_TO_SUSPEND = Right(operators=(REGISTRAR,), second=(REGISTRAR,), alone=_suspends)
_TREASURERS = Right(operators=(TREASURER,), second=(TREASURER,))
_TREASURERS_OR_ONE_TO_FREEZE = Right(operators=(TREASURER,), second=(TREASURER,), alone=_freezes)
_OPERATIONS = Right(operators=(OPERATIONS,), second=(OPERATIONS,))
_COMPLIANCE = Right(operators=(COMPLIANCE,), second=(COMPLIANCE,))

RIGHTS: Final[Mapping[type[Command], Right]] = {
    # participants
    instant.CreditTransfer: _by(BANK),
    instant.StatusReport: _by(BANK, CENTRAL_BANK),
    instant.StatusRequest: _by(BANK, FX_PROVIDER, CENTRAL_BANK),
    returns.ReturnPayment: _by(BANK),
    fx.RequestQuote: _by(BANK),
    fx.Inquire: _by(BANK),
    fx.ReplyToInquiry: _by(FX_PROVIDER),
    settlement.MoveObligation: _by(BANK),
    settlement.SetObligationPriority: _by(BANK),
    settlement.CancelObligation: _by(BANK),
    pvp.CaptureTrade: _by(BANK, FX_PROVIDER),
    pvp.CancelTrade: _by(BANK, FX_PROVIDER),
    correspondents.OfferCorrespondent: _by(BANK, audited=True),
    correspondents.AcceptCorrespondent: _by(BANK, audited=True),
    correspondents.CloseCorrespondent: _by(BANK, audited=True),
    correspondents.FundCorrespondent: _by(BANK),
    correspondents.WithdrawCorrespondent: _by(BANK),
    correspondents.ReconcileCorrespondent: _by(BANK),
    directory.RegisterAlias: _by(BANK, audited=True),
    directory.RemoveAlias: _by(BANK, audited=True),
    arrangements.OfferArrangement: _by(CENTRAL_BANK, audited=True),
    arrangements.AcceptArrangement: _by(CENTRAL_BANK, audited=True),
    arrangements.EndArrangement: _by(CENTRAL_BANK, audited=True),
    fx.PostRates: _by(FX_PROVIDER),
    credit.OfferFacility: _by(BANK, audited=True),
    credit.AcceptFacility: _by(BANK, audited=True),
    credit.CancelFacility: _by(BANK, audited=True),
    credit.DrawFacility: _by(BANK),
    credit.RepayFacility: _by(BANK),
    credit.SetCreditLine: _by(CENTRAL_BANK, audited=True),
    credit.TakePledge: _by(BANK, CENTRAL_BANK, audited=True),
    credit.ReleasePledge: _by(BANK, CENTRAL_BANK, audited=True),
    fx.PostFixing: _by(CENTRAL_BANK, audited=True),
    funding.TransferLiquidity: _by(BANK, FX_PROVIDER),
    funding.CreditParticipant: _by(CENTRAL_BANK),
    messaging.FundAccount: _by(CENTRAL_BANK),
    # operators
    messaging.AddParticipant: _REGISTRARS,
    messaging.SetParticipantState: _REGISTRARS_OR_ONE_TO_SUSPEND,
    messaging.AddKey: _REGISTRARS,
    messaging.RevokeKey: _one(REGISTRAR),
    messaging.AddOperator: _REGISTRARS,
    messaging.SetOperatorRoles: _REGISTRARS,
    messaging.SetOperatorState: _REGISTRARS_OR_ONE_TO_SUSPEND,
    messaging.SetLimit: _TREASURERS,
    messaging.SetFrozen: _TREASURERS_OR_ONE_TO_FREEZE,
    settlement.SetSettlementLimit: _TREASURERS,
    settlement.SetUrgentReserve: _TREASURERS,
    settlement.SetCutOff: _OPERATIONS,
    settlement.RejectObligation: _OPERATIONS,
    settlement.SetClearingCap: _TREASURERS,
    settlement.DeclareDefault: _TREASURERS,
    settlement.ScheduleCycles: _OPERATIONS,
    settlement.CloseCycle: _one(OPERATIONS),
    fx.SetFxPair: _OPERATIONS,
    fx.SetFxFee: _OPERATIONS,
    fx.SetFxLimit: _TREASURERS,
    compliance.ActivateList: _one(COMPLIANCE),
    compliance.SetScreeningPolicy: _COMPLIANCE,
    compliance.SetContractPolicy: _COMPLIANCE,
    instant.ReleasePayment: _COMPLIANCE,
    instant.RefusePayment: _one(COMPLIANCE),
    messaging.WaiveVoucher: _one(REGISTRAR, OPERATIONS),  # by each of two persons, whom the closed hub counts
    messaging.CloseCase: _one(OPERATIONS, COMPLIANCE),
    # whoever may be the second person for what is proposed
    governance.Approve: _one(REGISTRAR, TREASURER, COMPLIANCE, OPERATIONS),
    governance.RefuseProposal: _one(REGISTRAR, TREASURER, COMPLIANCE, OPERATIONS),
    # what anybody holds of the hub
    messaging.ReportVoucher: Right(participants=ROLES, audited=False, heard_of_suspended=True),
    # what was wrong before any rule; it changes nothing
    messaging.Refused: Right(participants=ROLES, operators=OPERATOR_ROLES, audited=False),
    # the house itself
    messaging.Acknowledge: Right(house=GATEWAY, audited=False),
    messaging.Found: Right(house=FOUNDING),
    settlement.SettleObligations: Right(house=WORKER, audited=False),
    settlement.SettleCycle: Right(house=WORKER, audited=False),
    settlement.TellCycle: Right(house=WORKER, audited=False),
    pvp.SettleTrades: Right(house=WORKER, audited=False),
    messaging.PostTransfers: Right(),  # of workers to come; until then nobody may
}
