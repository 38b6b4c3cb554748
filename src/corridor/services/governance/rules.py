"""Two persons: a command that takes two is kept as a proposal, and decided when the second person wants it.

Guarantees: what is executed are the very bytes that the maker signed and the checker named by their hash; maker and
checker are different persons with different keys, both with the right when it is executed; it is executed at most
once.
"""

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Any

import msgspec

from corridor.decision import Accepted, Answer, Handler, Key, Rejected, Step, Table
from corridor.domain.instants import DAY, iso
from corridor.services.governance import operations
from corridor.services.governance.commands import Approve, RefuseProposal
from corridor.services.governance.records import (
    EXECUTED,
    EXPIRED,
    OPEN,
    PROPOSAL,
    REFUSED,
    TABLES,
    WITHDRAWN,
    Proposal,
)
from corridor.services.messaging.admission import Right, entitle
from corridor.services.messaging.commands import OPERATION, Command, Origin
from corridor.services.messaging.records import SIGNING_KEY
from corridor.services.messaging.rules import refuse_silently

__all__ = ["TABLES", "TIMERS", "decide", "handlers_of"]

PROPOSAL_LIFE = DAY
OPEN_PROPOSALS = 1_000
"""So many may be open at a time: they are kept in memory."""
TEXT_MAX = 500

Handlers = Mapping[type[Command], Handler]
Rights = Mapping[type[Command], Right]


def decide(step: Step, command: Command, handlers: Handlers, rights: Rights) -> Answer:
    """Decide a command of somebody entitled to it, or keep it until a second person wants it, too."""
    handler = handlers[type(command)]
    if rights[type(command)].takes_two(command):
        return propose(step, command, handler)
    return handler.decide(step, command)


def propose(step: Step, command: Command, handler: Handler) -> Answer:
    """Keep a command. What could not be decided now is refused at once: nobody is asked to approve it."""
    trial = step.trial()
    outcome = handler.decide(trial, command)
    if not isinstance(outcome, Accepted):
        return outcome
    origin = command.origin
    if operations.said(origin) != command:
        return Rejected("FF01", "the signed bytes do not say what was asked of the hub")
    if len(step.resident(PROPOSAL)) >= OPEN_PROPOSALS:
        return Rejected("DS0K", f"{OPEN_PROPOSALS} proposals are open; approve or refuse some")
    step.payment = trial.payment
    proposal = Proposal(
        number=step.number(),
        state=OPEN,
        due_at=step.now + PROPOSAL_LIFE,
        kind=type(command).__name__,
        command=origin.body,
        digest=sha256(origin.body).digest(),
        maker=origin.signer,
        maker_key=origin.key_id,
        message_id=origin.message_id,
        proposed_at=step.now,
        expires_at=step.now + PROPOSAL_LIFE,
    )
    step.put(PROPOSAL, proposal)
    told = {
        "proposal": proposal.number,
        "digest": proposal.digest.hex(),
        "expires_at": iso(proposal.expires_at),
    }
    return Accepted(msgspec.json.encode(told))


def approve(step: Step, command: Approve, handlers: Handlers, rights: Rights) -> Answer:
    """Decide what was proposed, now; the answer is that of the command. If that is refused, the proposal stays."""
    proposal = _open(step, command.proposal)
    if isinstance(proposal, Rejected):
        return proposal
    if proposal.digest.hex() != command.digest or sha256(proposal.command).digest() != proposal.digest:
        return Rejected("DS0B", "this is not the hash of what was proposed", "digest")
    made = operations.read(origin_of(proposal))
    right, checker = rights[type(made)], command.origin
    refusal = (
        _same_person(step, proposal, checker)
        or entitle(step, checker.signer, checker.key_id, Right(operators=right.second))
        or entitle(step, proposal.maker, proposal.maker_key, right)
    )
    if refusal is not None:
        return refusal
    answer = handlers[type(made)].decide(step, made)
    if isinstance(answer, Accepted):
        _close(step, proposal, EXECUTED, checker)
    return answer


def refuse_proposal(step: Step, command: RefuseProposal, rights: Rights) -> Answer:
    """End a proposal without effect, as its maker or as somebody who might have approved it."""
    proposal = _open(step, command.proposal)
    if isinstance(proposal, Rejected):
        return proposal
    if len(command.text) > TEXT_MAX or not (command.text.isprintable() and command.text.strip()):
        return Rejected("CH16", f"say why, in 1 to {TEXT_MAX} printable characters", "text")
    by = command.origin
    if by.signer == proposal.maker:
        _close(step, proposal, WITHDRAWN, by, command.text)
        return Accepted()
    right = rights[type(operations.read(origin_of(proposal)))]
    refusal = entitle(step, by.signer, by.key_id, Right(operators=right.second))
    if refusal is not None:
        return refusal
    _close(step, proposal, REFUSED, by, command.text)
    return Accepted()


def expire_proposal(step: Step, proposal: Proposal) -> None:
    """End a proposal that nobody has approved in time."""
    step.put(PROPOSAL, msgspec.structs.replace(proposal, state=EXPIRED, due_at=None, decided_at=step.now))


def origin_of(proposal: Proposal) -> Origin:
    """Return where the proposed command came from."""
    return Origin(
        proposal.maker,
        proposal.message_id,
        OPERATION,
        proposal.digest,
        proposal.proposed_at,
        key_id=proposal.maker_key,
        body=proposal.command,
    )


def _open(step: Step, number: int) -> Proposal | Rejected:
    proposal = step.get(PROPOSAL, number)
    if proposal is None:
        return Rejected("NOOR", "no such proposal", "proposal")
    if proposal.state != OPEN or proposal.expires_at <= step.now:
        ended = EXPIRED if proposal.state == OPEN else proposal.state
        return Rejected("NOOR", f"the proposal is {ended} already", "proposal")
    return proposal


def _same_person(step: Step, proposal: Proposal, checker: Origin) -> Rejected | None:
    """Refuse whoever is the maker, under whatever name."""
    keys = [step.get(SIGNING_KEY, key_id) for key_id in (proposal.maker_key, checker.key_id)]
    publics = {key.public for key in keys if key is not None}
    if checker.signer == proposal.maker or len(publics) < len(keys):
        return Rejected("AG01", "a second person must approve it", "iss")
    return None


def _close(step: Step, proposal: Proposal, state: str, by: Origin, text: str = "") -> None:
    step.put(
        PROPOSAL,
        msgspec.structs.replace(
            proposal,
            state=state,
            due_at=None,
            checker=by.signer,
            checker_key=by.key_id,
            decided_at=step.now,
            text=text,
        ),
    )


def handlers_of(handlers: Handlers, rights: Rights) -> dict[type[Command], Handler]:
    """Return how proposals are decided on, whose commands these handlers decide under these rights."""
    return {
        Approve: Handler(
            lambda step, command: approve(step, command, handlers, rights), refuse_silently, _keys
        ),
        RefuseProposal: Handler(
            lambda step, command: refuse_proposal(step, command, rights), refuse_silently, _keys
        ),
    }


def _keys(command: Approve | RefuseProposal) -> Iterable[tuple[Table[Any], Key]]:
    return ((PROPOSAL, command.proposal),)


TIMERS: dict[Table[Any], Callable[[Step, Any], None]] = {PROPOSAL: expire_proposal}
