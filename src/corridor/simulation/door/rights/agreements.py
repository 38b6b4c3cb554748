"""What two institutions agree on before the deed that is tried: a facility, an account, an arrangement."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from corridor.domain.instants import iso_date
from corridor.simulation.door.attacks.strike import Strike
from corridor.simulation.door.caller import Caller
from corridor.simulation.door.world import CBTJ, SEVR, VOLG

Build = Callable[[Strike, Caller], Awaitable[bytes]]
"""Makes the request of a caller."""


def terms(s: Strike) -> dict[str, Any]:
    """Return the terms of a facility."""
    today = iso_date(s.house.now())
    limit = {"amount": "100", "currency": "RUB", "scale": 2}
    return {
        "limit": limit,
        "rate": "16.5",
        "day_count": "ACT/365F",
        "starts_on": today,
        "ends_on": "2027-11-18",
    }


def deal(*deeds: str, between_others: bool = False) -> Build:
    """Do the last of these deeds, after the others, to a facility that Severny offers to Volga, or to Pamir."""

    async def build(s: Strike, by: Caller) -> bytes:
        if by.bic != VOLG:
            return by.ask(f"/v1/facilities/{deeds[-1]}", **_deed(deeds[-1], 1))
        borrower = s.pamr if between_others else s.volg
        offered = await s.sevr.send(s.sevr.ask("/v1/facilities", borrower=borrower.bic, **terms(s)))
        number = offered.json["answer"]["facility"]
        for deed in deeds[:-1]:
            done = await borrower.send(borrower.ask(f"/v1/facilities/{deed}", **_deed(deed, number)))
            assert done.status == 200, done.body
        return by.ask(f"/v1/facilities/{deeds[-1]}", **_deed(deeds[-1], number))

    return build


def _deed(deed: str, facility: int) -> dict[str, Any]:
    amount = {"amount": "1", "currency": "RUB", "scale": 2}
    return {"facility": facility, **({"amount": amount} if deed in ("draw", "repay") else {})}


def keep(*deeds: str, between_others: bool = False) -> Build:
    """Do the last of these deeds, after the others, to an account that Severny offers to keep for Volga, or for Pamir."""

    async def build(s: Strike, by: Caller) -> bytes:
        if by.bic != VOLG:
            return by.ask(f"/v1/correspondents/{deeds[-1]}", **_kept(s, deeds[-1], 1))
        owner = s.pamr if between_others else s.volg
        await _end_accounts(s, owner)
        parties = {"account_servicer": SEVR, "account_owner": owner.bic, "currency": "RUB"}
        offered = await s.sevr.send(s.sevr.ask("/v1/correspondents", **parties))
        number = offered.json["answer"]["account"]
        for deed in deeds[:-1]:
            done = await owner.send(owner.ask(f"/v1/correspondents/{deed}", **_kept(s, deed, number)))
            assert done.status == 200, done.body
        return by.ask(f"/v1/correspondents/{deeds[-1]}", **_kept(s, deeds[-1], number))

    return build


async def _end_accounts(s: Strike, owner: Caller) -> None:
    """Two banks have one account at a time: end what strikes before this one have left."""
    shown = await owner.send(owner.get("/v1/correspondents"))
    for line in shown.body.splitlines():
        account = json.loads(line)
        if account["account_servicer"] == SEVR:
            number, held = account["account"], account["balance"]
            if held["amount"] != "0":
                await owner.send(owner.ask("/v1/correspondents/withdraw", account=number, amount=held))
            for bank in (s.sevr, owner):
                await bank.send(bank.ask("/v1/correspondents/close", account=number))


def _kept(s: Strike, deed: str, account: int) -> dict[str, Any]:
    amount = {"amount": "1", "currency": "RUB", "scale": 2}
    match deed:
        case "fund" | "withdraw":
            return {"account": account, "amount": amount}
        case "reconcile":
            day = {"day": iso_date(s.house.now()), "count": 1, "credit_debit": "CRDT"}
            return {"account": account, "closing_balance": amount, **day}
    return {"account": account}


async def arrange(_s: Strike, by: Caller) -> bytes:
    """Offer the central bank of somoni an arrangement; what strikes before this one have offered is taken back."""
    shown = await by.send(by.get("/v1/arrangements"))
    if shown.status == 200:
        for line in shown.body.splitlines():
            await by.send(by.ask("/v1/arrangements/end", arrangement=json.loads(line)["arrangement"]))
    swings = {
        name: {"amount": "1", "currency": code, "scale": 2}
        for name, code in (("swing", "RUB"), ("other_swing", "TJS"))
    }
    return by.ask("/v1/arrangements", central_bank=CBTJ, **swings)


def arrange_next(deed: str) -> Build:
    """Do something to an arrangement that nobody has."""

    async def build(_s: Strike, by: Caller) -> bytes:
        return by.ask(f"/v1/arrangements/{deed}", arrangement=1)

    return build
