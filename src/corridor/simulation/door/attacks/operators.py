"""What operators may not do: without the right, alone, twice, too late, or fifty at once; and past the door, unsigned."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, Final

import msgspec

from corridor.domain.instants import DAY, SECOND
from corridor.domain.parties import Party
from corridor.services.compliance.commands import SetScreeningPolicy
from corridor.services.fx.commands import SetFxFee
from corridor.services.governance.commands import Approve, RefuseProposal
from corridor.services.instant.commands import RefusePayment, ReleasePayment
from corridor.services.messaging.commands import (
    Command,
    Found,
    Founder,
    RevokeKey,
    SetFrozen,
    SetLimit,
    SetOperatorRoles,
    SetOperatorState,
    SetParticipantState,
)
from corridor.services.messaging.records import AUDITOR, TREASURER
from corridor.simulation.door import world
from corridor.simulation.door.attacks.strike import Attack, Send, Strike
from corridor.simulation.door.caller import Caller
from corridor.simulation.door.wire import JSON, Answer
from corridor.simulation.door.world import ANNA, AWAY, LIDA, OLGA, SEVR, VERA, WANTED
from corridor.simulation.staff import Staff

AT_ONCE: Final = 50
RAISED: Final[dict[str, Any]] = {"participant": SEVR, "currency": "RUB", "limit": 10**12}
FEE: Final[dict[str, Any]] = {"currency": "RUB", "rate_bps": 0, "minimum_amount": 0}
LOST: Final = f"{SEVR}-lost"
_numbers = count(1 << 40)
STATUSES: Final = {"accepted": 200, "unproven": 401}

Tidy = Callable[[], Awaitable[object]]


def operates(who: str, command: type[Command], **facts: Any) -> Send:
    """Send an operator's command to the door in somebody's name."""

    async def send(s: Strike) -> Answer:
        by = s.house[who]
        return await s.send(by.operate(command, **facts), by)

    return send


class Proposed(msgspec.Struct, frozen=True):
    """What the maker is told of a command that takes two persons."""

    proposal: int
    digest: str
    expires_at: str


async def propose(s: Strike, maker: str, command: type[Command], **facts: Any) -> Proposed:
    """Let somebody propose what takes two; it is withdrawn in the end if nobody has approved it."""
    by = s.house[maker]
    answer = await by.send(by.operate(command, **facts))
    assert answer.status == 200, answer
    proposed = msgspec.convert(answer.json["answer"], Proposed)
    tidy = by.operate(RefuseProposal, proposal=proposed.proposal, text="a trial")
    s.afterwards.append(lambda: by.send(tidy))
    return proposed


async def approve(s: Strike, checker: str, proposed: Proposed, digest: str = "") -> Answer:
    """Let somebody approve a proposal."""
    facts = {"proposal": proposed.proposal, "digest": digest or proposed.digest}
    return await operates(checker, Approve, **facts)(s)


def approved_by(checker: str, command: type[Command], **facts: Any) -> Send:
    """Let somebody approve what another has proposed."""

    async def send(s: Strike) -> Answer:
        return await approve(s, checker, await propose(s, ANNA, command, **facts))

    return send


async def released_alone(s: Strike) -> Answer:
    """Propose to release a held payment, and approve it."""
    return await approve(s, ANNA, await propose(s, ANNA, ReleasePayment, uetr=await held(s)))


def after(change: type[Command], back: dict[str, Any], *, maker: str, checker: str, **facts: Any) -> Send:
    """Let something happen to a person between proposal and approval, and be undone in the end."""

    async def send(s: Strike) -> Answer:
        proposed = await propose(s, maker, SetLimit, **RAISED)
        await s.house.give(change, **facts)
        s.afterwards.insert(0, lambda: s.house.give(change, **(facts | back)))
        return await approve(s, checker, proposed)

    return send


async def another_hash(s: Strike) -> Answer:
    """Approve what was seen; what was proposed is something else."""
    seen = await propose(s, ANNA, SetLimit, **(RAISED | {"limit": 1}))
    return await approve(s, VERA, await propose(s, ANNA, SetLimit, **RAISED), seen.digest)


async def expired(s: Strike) -> Answer:
    """Approve a day later."""
    proposed = await propose(s, ANNA, SetLimit, **RAISED)
    await s.house.skip(DAY + SECOND)
    return await approve(s, VERA, proposed)


async def withdrawn(s: Strike) -> Answer:
    """Approve what its maker has taken back."""
    proposed = await propose(s, ANNA, SetLimit, **RAISED)
    await s.afterwards.pop()()
    return await approve(s, VERA, proposed)


async def held(s: Strike) -> str:
    """Let a payment be held by screening, and refused in the end; return its UETR."""
    await s.house.give(SetScreeningPolicy, on_hit="hold", hold_limit_s=3600)
    payment = s.house.fresh()
    listed = Party(name=WANTED, account="1")
    await s.sevr.send(s.sevr.post(s.sevr.order(payment, debtor=listed)))
    assert (await s.sevr.heard())[-1] == "PDNG"
    anna = s.house[ANNA]
    s.afterwards.append(lambda: anna.send(anna.operate(RefusePayment, uetr=payment)))
    return payment


async def all_at_once(s: Strike) -> Answer:
    """Approve the release of one payment fifty times at once: one counts, and it is reserved once."""
    proposed = await propose(s, ANNA, ReleasePayment, uetr=await held(s))
    await s.pamr.heard()
    before = (await s.house.ledger()).balances
    vera = s.house[VERA]
    facts = {"proposal": proposed.proposal, "digest": proposed.digest}
    sent = [vera.operate(Approve, **facts) for _ in range(AT_ONCE)]

    async def approvals() -> Answer:
        answers = await asyncio.gather(*map(vera.send, sent))
        counted = [answer.status for answer in answers].count(200)
        s.demand(counted == 1, f"{counted} of {AT_ONCE} approvals counted")
        return next(answer for answer in answers if answer.status != 200)

    answer = await s.measure(approvals(), vera)
    s.complaints = [each for each in s.complaints if "processor" not in each]  # fifty requests
    s.demand(await s.pamr.heard() == ["pacs.008"], "it was not forwarded once")
    after = (await s.house.ledger()).balances
    reserved = sum(b.debits_pending for b in after.values()) - sum(b.debits_pending for b in before.values())
    s.demand(reserved == 100_00, f"{reserved} is reserved")
    return answer


async def told(s: Strike, command: Command, by: Caller | None = None) -> Answer:
    """Give a command at the hub's own socket; return what it says as HTTP would."""

    async def give() -> Answer:
        given = await s.house.link.submit(command)
        return Answer(STATUSES.get(given.status, 422), {}, given.body)

    return await s.measure(give(), by)


def as_a_bank(command: type[Command], **facts: Any) -> Send:
    """Give an operator's command in a bank's name, as a gateway gone bad could."""

    async def send(s: Strike) -> Answer:
        ordered = s.house.staff.order(command, **facts)
        signed = s.house.staff.sign(ordered, s.house.now())
        number = next(_numbers)
        signature = s.sevr.sign(ordered.body, number=number)
        own = {"signer": SEVR, "key_id": s.sevr.key_id, "number": number, "signature": signature}
        return await told(s, bent(signed, **own))

    return send


def bent(command: Command, **facts: Any) -> Command:
    """Return a command that says something else of where it came from."""
    return msgspec.structs.replace(command, origin=msgspec.structs.replace(command.origin, **facts))


def forged(bend: Callable[[Strike, Command], Command]) -> Send:
    """Give an operator's command at the hub's socket, genuine but for one thing."""

    async def send(s: Strike) -> Answer:
        staff = s.house.staff
        return await told(s, bend(s, staff.sign(staff.order(SetLimit, **RAISED), s.house.now())))

    return send


def by_a_bank(s: Strike, command: Command) -> Command:
    """Sign an operator's bytes with a bank's key."""
    return bent(command, signature=s.sevr.sign(command.origin.body, number=command.origin.number))


def by_another_operator(s: Strike, command: Command) -> Command:
    """Sign in one's own name what is given in another's."""
    olga = s.house[OLGA]
    body, number = command.origin.body, command.origin.number
    return bent(command, key_id=olga.key_id, signature=olga.sign(body, number=number))


def under_another_key(s: Strike, command: Command) -> Command:
    """Sign with one's own key under the name of another's."""
    body, number = command.origin.body, command.origin.number
    return bent(command, signature=s.house[ANNA].sign(body, number=number, key_id=s.house[VERA].key_id))


def founded_again(message_id: str = "", *, other_keys: bool = False, body: bytes = b"") -> Send:
    """Hold the founding ceremony once more."""

    async def send(s: Strike) -> Answer:
        staff = s.house.staff
        if other_keys:
            staff = Staff(f"{world.HUB}/{world.ENVIRONMENT}", lambda name: world.key_of(f"{name}-2"))
        founding = staff.founding(s.house.now(), *filter(None, [message_id]))
        return await told(s, bent(founding, body=body) if body else founding)

    return send


async def revoked(s: Strike) -> Answer:
    """Acknowledge with a key that was revoked a moment ago."""
    await s.house.give_all([world.add_key(s.house.staff, SEVR, world.new_key(LOST))])
    await s.house.give(RevokeKey, key_id=LOST)
    await s.house.skip(10 * SECOND)
    return await s.post(
        b'{"number":0}',
        path="/v1/mailbox/acknowledgement",
        media=JSON,
        key_id=LOST,
        key=world.key_of(LOST),
    )


_FOUNDER: Final = Founder(ANNA, (TREASURER,), world.new_key("mallory-1"))
_AUDITOR_NOW: Final = {"name": LIDA, "roles": (AUDITOR,)}
_AWAY_NOW: Final = {"name": LIDA, "state": "suspended"}
_TREASURER_AGAIN: Final = {"roles": (TREASURER,)}
_ACTIVE_AGAIN: Final = {"state": "active"}
_NOTHING: Final = "00000000-0000-4000-8000-000000000001"

ATTACKS: Final = (
    Attack("A66", "a bank raises its limit at the door", operates(SEVR, SetLimit, **RAISED), 422, trace="refused AG01"),
    Attack("A66", "a bank approves", approved_by(SEVR, SetLimit, **RAISED), 422, trace="refused AG01"),
    Attack("A66", "a bank raises its own limit", as_a_bank(SetLimit, **RAISED), 422, trace="refused AG01"),
    Attack("A66", "a bank thaws its own account", as_a_bank(SetFrozen, participant=SEVR, currency="RUB", frozen=False), 422, trace="refused AG01"),
    Attack("A66", "a bank releases a payment", as_a_bank(ReleasePayment, uetr=_NOTHING), 422, trace="refused AG01"),
    Attack("A66", "an auditor freezes an account", operates(OLGA, SetFrozen, participant=SEVR, currency="RUB", frozen=True), 422, trace="refused AG01"),
    Attack("A66", "an auditor approves", approved_by(OLGA, SetLimit, **RAISED), 422, trace="refused AG01"),
    Attack("A66", "a treasurer makes himself registrar", operates(LIDA, SetOperatorRoles, name=LIDA, roles=("registrar",)), 422, trace="refused AG01"),
    Attack("A66", "a treasurer approves a fee", approved_by(LIDA, SetFxFee, **FEE), 422, trace="refused AG01"),
    Attack("A66", "a suspended operator freezes an account", operates(AWAY, SetFrozen, participant=SEVR, currency="RUB", frozen=True), 422, trace="refused AG01"),
    Attack("A66", "a suspended operator approves", approved_by(AWAY, SetLimit, **RAISED), 422, trace="refused AG01"),
    Attack("A66", "an operator is founded at the door", operates(ANNA, Found, founders=(_FOUNDER,)), 422, trace="refused CH16"),
    Attack("A68", "a maker approves his own limit", approved_by(ANNA, SetLimit, **RAISED), 422, trace="refused AG01"),
    Attack("A68", "a maker approves his own state of a participant", approved_by(ANNA, SetParticipantState, bic=world.CERTIFIED, state="active"), 422, trace="refused AG01"),
    Attack("A68", "one person releases alone", released_alone, 422, trace="refused AG01"),
    Attack("A68", "an approval of something else", another_hash, 422, trace="refused DS0B"),
    Attack("A68", "an approval a day later", expired, 422, trace="refused NOOR"),
    Attack("A68", "an approval of what was withdrawn", withdrawn, 422, trace="refused NOOR"),
    Attack("A69", "the checker loses the role", after(SetOperatorRoles, _TREASURER_AGAIN, maker=ANNA, checker=LIDA, **_AUDITOR_NOW), 422, trace="refused AG01"),
    Attack("A69", "the checker is suspended", after(SetOperatorState, _ACTIVE_AGAIN, maker=ANNA, checker=LIDA, **_AWAY_NOW), 422, trace="refused AG01"),
    Attack("A69", "the maker loses the role", after(SetOperatorRoles, _TREASURER_AGAIN, maker=LIDA, checker=VERA, **_AUDITOR_NOW), 422, trace="refused AG01"),
    Attack("A69", "the maker is suspended", after(SetOperatorState, _ACTIVE_AGAIN, maker=LIDA, checker=VERA, **_AWAY_NOW), 422, trace="refused AG01"),
    Attack("A78", "fifty approve at once", all_at_once, 422, trace="refused NOOR", moves=True),
    Attack("A66", "past the door: unsigned", forged(lambda _, command: bent(command, signature="")), 401),
    Attack("A66", "past the door: a bank's signature", forged(by_a_bank), 401),
    Attack("A66", "past the door: another operator's signature", forged(by_another_operator), 401),
    Attack("A66", "past the door: under another key's name", forged(under_another_key), 401),
    Attack("A66", "past the door: other facts than were signed", forged(lambda _, command: msgspec.structs.replace(command, limit=10**15)), 401),
    Attack("A66", "past the door: another number", forged(lambda _, command: bent(command, number=1 << 41)), 401),
    Attack("A66", "past the door: another message id", forged(lambda _, command: bent(command, message_id="x")), 401),
    Attack("A66", "past the door: in the founders' name", forged(lambda _, command: bent(command, signer="founding")), 401),
    Attack("A66", "past the door: in the gateway's name", forged(lambda _, command: bent(command, signer="gateway")), 422, trace="refused AG01"),
    Attack("A66", "founded a second time", founded_again(), 200, trace="again"),
    Attack("A66", "founded anew", founded_again("founding-2"), 422, trace="refused AG01"),
    Attack("A66", "founded anew under the same id", founded_again(other_keys=True), 422, trace="refused DU01"),
    Attack("A66", "founded by others than signed it", founded_again("founding-3", body=b"{}"), 401),
    Attack("A13", "a revoked key acknowledges", revoked, 401, trace="unauthenticated key not valid"),
)  # fmt: skip
