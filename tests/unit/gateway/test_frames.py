"""What the door makes of messages and requests reaches a hub in another process unchanged."""

import typing

import msgspec
import pytest

from corridor.adapters.stream import frames
from corridor.hub.lists import HANDLERS
from tests.unit.gateway.test_requests import ALIAS_OF_RUSTAM, COLLATERAL, FIXING, FUNDING, OFFER, QUOTE, RATES
from tests.world import ALFX, CBRR, CBTJ, PAMR, SEVR

pytestmark = pytest.mark.anyio


async def test_every_command_survives_the_frame(house):
    decoder = msgspec.msgpack.Decoder(list[tuple[int, typing.Union[tuple(HANDLERS)]]])  # noqa: UP007
    submit, travelled = house.process.submit, []

    def travel(link, commands):
        arrived = decoder.decode(frames.encode(commands)[5:])
        assert arrived == commands
        travelled.append(type(arrived[0][1]).__name__)
        submit(link, arrived)

    house.process.submit = travel
    assert (await house.sevr.send(house.sevr.order(1))).status == 202
    assert (await house.pamr.send(house.pamr.report(1, "ACCP"))).status == 202
    assert (await house.sevr.send(b"not XML")).status == 202
    assert (await house.banks[ALFX].request("/v1/rates", **RATES)).status == 200
    assert (await house.sevr.request("/v1/quotes", **QUOTE)).status == 200
    asked = (await house.sevr.request("/v1/inquiries", **QUOTE)).json["answer"]
    replied = await house.banks[ALFX].request("/v1/inquiries/reply", inquiry=asked["inquiry"], rate="8.55")
    assert replied.status == 200
    assert (await house.pamr.request("/v1/aliases", **ALIAS_OF_RUSTAM)).status == 200
    assert (await house.pamr.request("/v1/aliases/remove", phone="+992917000001")).status == 200
    assert (await house.banks[CBRR].request("/v1/funding", **FUNDING)).status == 200
    offered = (await house.sevr.request("/v1/facilities", **OFFER)).json["answer"]
    facility, amount = {"facility": offered["facility"]}, {"amount": OFFER["limit"]}
    assert (await house.pamr.request("/v1/facilities/accept", **facility)).status == 200
    assert (await house.pamr.request("/v1/facilities/draw", **facility, **amount)).status == 200
    assert (await house.pamr.request("/v1/facilities/repay", **facility, **amount)).status == 200
    assert (await house.pamr.request("/v1/facilities/cancel", **facility)).status == 200
    line = {"participant": SEVR, "line": OFFER["limit"]}
    assert (await house.banks[CBRR].request("/v1/credit-lines", **line)).status == 200
    assert (await house.banks[CBRR].request("/v1/pledges", **COLLATERAL)).status == 200
    assert (await house.banks[CBRR].request("/v1/pledges/release", pledge_id="bonds")).status == 200
    assert (await house.banks[CBRR].request("/v1/fixings", **FIXING)).status == 200
    kept = {"account_servicer": SEVR, "account_owner": PAMR, "currency": "RUB"}
    account = {"account": (await house.sevr.request("/v1/correspondents", **kept)).json["answer"]["account"]}
    assert (await house.pamr.request("/v1/correspondents/accept", **account)).status == 200
    assert (await house.pamr.request("/v1/correspondents/fund", **account, **amount)).status == 200
    assert (await house.pamr.request("/v1/correspondents/withdraw", **account, **amount)).status == 200
    stated = {"day": "2026-11-18", "closing_balance": OFFER["limit"], "credit_debit": "CRDT", "count": 1}
    entries = [{"number": 1, "amount": "1", "credit_debit": "DBIT"}]
    compared = await house.pamr.request("/v1/correspondents/reconcile", **account, **stated, entries=entries)
    assert compared.status == 200
    assert (await house.pamr.request("/v1/correspondents/close", **account)).status == 200
    swings = {"swing": OFFER["limit"], "other_swing": OFFER["limit"] | {"currency": "TJS"}}
    offered = await house.banks[CBRR].request("/v1/arrangements", central_bank=CBTJ, **swings)
    arrangement = {"arrangement": offered.json["answer"]["arrangement"]}
    assert (await house.banks[CBTJ].request("/v1/arrangements/accept", **arrangement)).status == 200
    assert (await house.banks[CBTJ].request("/v1/arrangements/end", **arrangement)).status == 200
    await house.pamr.get("/v1/mailbox?after=1")
    await house.gateway._acknowledgements.tell()
    assert travelled == [
        "CreditTransfer",
        "StatusReport",
        "Refused",
        "PostRates",
        "RequestQuote",
        "Inquire",
        "ReplyToInquiry",
        "RegisterAlias",
        "RemoveAlias",
        "FundAccount",
        "OfferFacility",
        "AcceptFacility",
        "DrawFacility",
        "RepayFacility",
        "CancelFacility",
        "SetCreditLine",
        "TakePledge",
        "ReleasePledge",
        "PostFixing",
        "OfferCorrespondent",
        "AcceptCorrespondent",
        "FundCorrespondent",
        "WithdrawCorrespondent",
        "ReconcileCorrespondent",
        "CloseCorrespondent",
        "OfferArrangement",
        "AcceptArrangement",
        "EndArrangement",
        "Acknowledge",
    ]
