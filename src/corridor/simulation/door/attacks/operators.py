"""What operators may not do: alone, twice, or fifty at once. Their door is the hub's socket, not the gateway."""

import asyncio
from hashlib import sha256
from itertools import count
from typing import Final

from corridor.domain.parties import Party
from corridor.services.compliance.commands import SetScreeningPolicy
from corridor.services.instant.commands import RefusePayment, ReleasePayment
from corridor.services.messaging.commands import Command, Origin, SetFrozen, SetLimit
from corridor.simulation.door.attacks.strike import Attack, Send, Strike
from corridor.simulation.door.wire import Answer
from corridor.simulation.door.world import SEVR, WANTED

AT_ONCE: Final = 50
_numbers = count(5_000_000)


async def held(s: Strike) -> str:
    """Let a payment be held by screening; return its UETR."""
    await s.house.give(SetScreeningPolicy, on_hit="hold", hold_limit_s=3600)
    payment = s.house.fresh()
    listed = Party(name=WANTED, account="1")
    await s.sevr.send(s.sevr.post(s.sevr.order(payment, debtor=listed)))
    assert (await s.sevr.heard())[-1] == "PDNG"
    return payment


async def told(s: Strike, command: Command) -> Answer:
    """Give a command at the hub's socket; return what it says as HTTP would."""
    given = await s.house.link.submit(command)
    return Answer(200 if given.status == "accepted" else 422, {}, given.body)


async def alone(s: Strike) -> Answer:
    """Release a held payment twice, as one person."""
    payment = await held(s)
    await s.house.give(ReleasePayment, uetr=payment)
    s.afterwards.append(lambda: s.house.give(RefusePayment, uetr=payment))
    return await s.measure(told(s, s.house.operators(ReleasePayment, "alice", uetr=payment)))


async def all_at_once(s: Strike) -> Answer:
    """Let fifty persons release one payment at once: two count, and it is reserved once."""
    payment = await held(s)
    await s.pamr.heard()
    before = (await s.house.ledger()).balances

    async def release() -> Answer:
        given = (s.house.operators(ReleasePayment, f"person{n}", uetr=payment) for n in range(AT_ONCE))
        answers = await asyncio.gather(*(told(s, command) for command in given))
        counted = [answer.status for answer in answers].count(200)
        s.demand(counted == 2, f"{counted} of {AT_ONCE} releases counted")
        return answers[-1]

    answer = await s.measure(release())
    s.complaints = [each for each in s.complaints if "processor" not in each]  # fifty commands
    s.demand(await s.pamr.heard() == ["pacs.008"], "it was not forwarded once")
    after = (await s.house.ledger()).balances
    reserved = sum(b.debits_pending for b in after.values()) - sum(b.debits_pending for b in before.values())
    s.demand(reserved == 100_00, f"{reserved} is reserved")
    return answer


def as_a_bank(command: type[Command], **facts: object) -> Send:
    """Give an operator's command in a bank's name, as a gateway gone bad could."""

    async def send(s: Strike) -> Answer:
        body = s.house.operators(command, "x", **facts).origin.body
        number = next(_numbers)
        origin = Origin(
            SEVR,
            s.sevr.next_id(),
            "json/limit",
            sha256(body).digest(),
            s.house.now(),
            issued_at=s.house.now(),
            number=number,
            key_id=s.sevr.key_id,
            signature=s.sevr.sign(body, number=number),
            body=body,
        )
        return await s.measure(told(s, command(origin, **facts)))

    return send


ATTACKS: Final = (
    Attack("A66", "a bank raises its own limit", as_a_bank(SetLimit, participant=SEVR, currency="RUB", limit=10**12), 422, trace="refused AG01"),
    Attack("A66", "a bank thaws its own account", as_a_bank(SetFrozen, participant=SEVR, currency="RUB", frozen=False), 422, trace="refused AG01"),
    Attack("A66", "a bank releases a payment", as_a_bank(ReleasePayment, uetr="00000000-0000-4000-8000-000000000001"), 422, trace="refused AG01"),
    Attack("A68", "one person releases alone", alone, 422, trace="refused AG01"),
    Attack("A78", "fifty release at once", all_at_once, 422, trace="refused NOOR", moves=True),
)  # fmt: skip
