"""Genuine messages at the wrong time, in the wrong hands, or once more."""

from typing import Final

from corridor.domain.instants import SECOND, Instant
from corridor.domain.money import Money
from corridor.simulation.door.attacks.strike import Attack, Send, Strike
from corridor.simulation.door.caller import Caller
from corridor.simulation.door.house import House
from corridor.simulation.door.wire import JSON, Answer
from corridor.simulation.door.world import DAY, HUB, first_key, key_of

TWICE_BILLED: Final = Money(900_00, "RUB")


async def pay(house: House, debtor: Caller, creditor: Caller) -> str:
    """Let a payment be made and reserved; return its UETR."""
    payment = house.fresh()
    answer = await debtor.send(debtor.post(debtor.order(payment, creditor.bic)))
    assert answer.status == 202, answer
    await debtor.heard()
    assert (await creditor.heard())[-1] == "pacs.008"
    return payment


async def settle(house: House, debtor: Caller, creditor: Caller) -> str:
    """Let a payment be made and settled; return its UETR."""
    payment = await pay(house, debtor, creditor)
    await creditor.send(creditor.post(creditor.report(payment, "ACCP")))
    assert (await debtor.heard())[-1] == (await creditor.heard())[-1] == "ACSC"
    return payment


async def time_out(house: House, debtor: Caller, creditor: Caller) -> str:
    """Let a payment be made and time out; return its UETR."""
    payment = await pay(house, debtor, creditor)
    await house.skip(8 * SECOND)
    await debtor.send(
        debtor.post(debtor.question(payment))
    )  # wakes the hub, which has slept through the skip
    assert (await debtor.heard())[-1] == "RJCT AB05"
    assert (await creditor.heard())[-1] == "RJCT AB05"
    return payment


def again_after(pause: Instant) -> Send:
    """Send an order, and the same bytes under the same signature after a pause."""

    async def send(s: Strike) -> Answer:
        payment = s.house.fresh()
        sent = s.sevr.post(s.sevr.order(payment, s.volg.bic))
        first = await s.sevr.send(sent)
        await s.volg.heard()
        await s.volg.send(s.volg.post(s.volg.report(payment, "ACCP")))
        await s.volg.heard()
        await s.house.skip(pause)
        again = await s.send(sent)
        s.demand(again.body == first.body, "another answer than the first time")
        return again

    return send


async def again_signed_anew(s: Strike) -> Answer:
    """Send the same content under a new signature."""
    body = s.sevr.order(s.house.fresh(), s.volg.bic)
    first = await s.sevr.send(s.sevr.post(body))
    again = await s.post(body)
    s.demand(again.body == first.body, "another answer than the first time")
    return again


async def request_again(s: Strike) -> Answer:
    """Ask for money twice with one request."""
    issuer = s.house["CBRRRUM0"]
    amount = {"amount": "500", "currency": "RUB", "scale": 2}
    sent = issuer.ask("/v1/funding", participant=s.sevr.bic, amount=amount)
    first = await issuer.send(sent)
    again = await s.send(sent, issuer)
    s.demand(again.body == first.body, "another answer than the first time")
    return again


async def credit_again(s: Strike) -> Answer:
    """Bring money twice with one message: it comes once."""
    issuer = s.house["CBRRRUM0"]
    sent = issuer.post(issuer.credit(s.house.fresh(), s.sevr.bic, "RUB"))
    first = await issuer.send(sent)
    again = await s.send(sent, issuer)
    s.demand(again.body == first.body, "another answer than the first time")
    return again


async def confirmed_by_its_sender(s: Strike) -> Answer:
    """Say in the central bank's place that money has arrived there."""
    transfer = s.house.fresh()
    await s.sevr.send(s.sevr.post(s.sevr.defunding(transfer, s.sevr.bic)))
    return await s.post(s.sevr.report(transfer, "ACSC"))


async def other_amount(s: Strike) -> Answer:
    """Sign two payments under one UETR."""
    payment = await pay(s.house, s.sevr, s.pamr)
    return await s.post(s.sevr.order(payment, interbank_settlement_amount=TWICE_BILLED))


async def anothers_uetr(s: Strike) -> Answer:
    """Sign a payment under another bank's UETR."""
    payment = await pay(s.house, s.sevr, s.pamr)
    return await s.post(s.volg.order(payment), s.volg)


async def used_message_id(s: Strike) -> Answer:
    """Sign other content under a used message id."""
    used = f"{s.sevr.next_id()}-used"
    await s.sevr.send(s.sevr.post(s.sevr.order(s.house.fresh(), message_id=used)))
    await s.pamr.heard()
    return await s.post(s.sevr.order(s.house.fresh(), message_id=used))


async def used_number(s: Strike) -> Answer:
    """Sign another message under a number used before."""
    number = 1_000_000
    await s.sevr.send(s.sevr.post(s.sevr.order(s.house.fresh()), number=number))
    await s.pamr.heard()
    return await s.post(s.sevr.order(s.house.fresh()), number=number)


def dated(by: Instant) -> Send:
    """Sign with a time that is not now."""
    return lambda s: s.post(s.sevr.order(s.house.fresh()), issued_at=s.house.now() + by)


async def by_another_bank(s: Strike) -> Answer:
    """Send another bank's message under one's own signature."""
    return await s.post(s.sevr.order(s.house.fresh()), s.volg)


async def hubs_own_words(s: Strike) -> Answer:
    """Send back what the hub has signed, with its signature: an ACSC for another payment."""
    await settle(s.house, s.sevr, s.pamr)
    line = (await s.pamr.send(s.pamr.get(f"/v1/mailbox?after={s.pamr.position - 1}"))).lines[-1]
    return await s.send(s.pamr.post(line["payload"].encode(), signature=line["signature"]), s.pamr)


async def hubs_words_as_ones_own(s: Strike) -> Answer:
    """Send back what the hub has said, under one's own signature."""
    await settle(s.house, s.sevr, s.pamr)
    line = (await s.pamr.send(s.pamr.get(f"/v1/mailbox?after={s.pamr.position - 1}"))).lines[-1]
    return await s.post(line["payload"].encode(), s.pamr)


async def in_the_hubs_name(s: Strike) -> Answer:
    """Say ACSC in the hub's name, with the hub's key id and audience, but not its key."""
    payment = await pay(s.house, s.sevr, s.pamr)
    body = s.pamr.report(payment, "ACSC")
    return await s.post(body, s.pamr, signer=HUB, key_id=first_key(HUB), key=key_of("guess"))


def answered_by(bic: str, status: str = "ACCP") -> Send:
    """Answer for an open payment as somebody."""

    async def send(s: Strike) -> Answer:
        payment = await pay(s.house, s.sevr, s.pamr)
        caller = s.house[bic]
        return await s.post(caller.report(payment, status), caller)

    return send


async def too_late(s: Strike) -> Answer:
    """Accept after the time-out."""
    payment = await time_out(s.house, s.sevr, s.pamr)
    return await s.post(s.pamr.report(payment, "ACCP"), s.pamr)


async def no_way_back(s: Strike) -> Answer:
    """Refuse after the settlement."""
    payment = await settle(s.house, s.sevr, s.pamr)
    return await s.post(s.pamr.report(payment, "RJCT", "AC04"), s.pamr)


async def asked_by_a_stranger(s: Strike) -> Answer:
    """Ask where somebody else's payment stands."""
    payment = await pay(s.house, s.sevr, s.pamr)
    return await s.post(s.volg.question(payment), s.volg)


async def xml_as_json(s: Strike) -> Answer:
    """Post a signed payment where requests in JSON are taken."""
    return await s.post(s.sevr.order(s.house.fresh()), path="/v1/quotes", media=JSON)


async def a_get_as_a_post(s: Strike) -> Answer:
    """Post what was signed as a GET."""
    return await s.post(b"GET /v1/mailbox?after=0")


ATTACKS: Final = (
    Attack("A21", "the same UETR with another amount", other_amount, 202, "admi.002 DU03", "refused DU03"),
    Attack("A21", "another bank's UETR", anothers_uetr, 202, "admi.002 DU03", "refused DU03"),
    Attack("A21", "other content under a used message id", used_message_id, 202, "admi.002 DU01", "refused DU01"),
    Attack("A22", "the same again a second later", again_after(SECOND), 202, trace="again"),
    Attack("A22", "the same again three weeks later", again_after(21 * DAY), 202, trace="again"),
    Attack("A22", "the same content signed anew", again_signed_anew, 202, trace="again"),
    Attack("A22", "one request for money, sent twice", request_again, 200, trace="again"),
    Attack("A22", "a central bank's credit, sent twice", credit_again, 202, trace="again"),
    Attack("A22", "a number used before", used_number, 202, "admi.002 DU02", "refused DU02"),
    Attack("A22", "signed last week", dated(-7 * DAY), 202, "admi.002 DT01", "refused DT01"),
    Attack("A22", "signed tomorrow", dated(DAY), 202, "admi.002 DT01", "refused DT01"),
    Attack("A23", "another bank's message", by_another_bank, 202, "admi.002 DS0G", "refused DS0G"),
    Attack("A24", "the hub's words with its signature", hubs_own_words, 401, trace="unauthenticated malformed"),
    Attack("A24", "the hub's words as one's own", hubs_words_as_ones_own, 202, "admi.002 DS0G", "refused DS0G"),
    Attack("A24", "an ACSC in the hub's name", in_the_hubs_name, 401, trace="unauthenticated signature"),
    Attack("A24", "an ACSC from the creditor agent", answered_by("PAMRTJ20", "ACSC"), 202, "admi.002 CH20", "refused CH20"),
    Attack("A25", "an acceptance from a stranger", answered_by("VOLGRUM0"), 202, "admi.002 AG01", "refused AG01"),
    Attack("A25", "an acceptance from the debtor agent", answered_by("SEVRRUM0"), 202, "admi.002 AG01", "refused AG01"),
    Attack("A25", "an acceptance from the central bank", answered_by("CBRRRUM0"), 202, "admi.002 NOOR", "refused NOOR"),
    Attack("A25", "money home, confirmed by its sender", confirmed_by_its_sender, 202, "admi.002 NOOR", "refused NOOR"),
    Attack("A25", "a refusal from a stranger", answered_by("ALFXRUM0", "RJCT"), 202, "admi.002 AG01", "refused AG01"),
    Attack("A26", "an acceptance after the time-out", too_late, 202, "RJCT AB05", "accepted"),
    Attack("A27", "a refusal after the settlement", no_way_back, 202, "ACSC", "accepted"),
    Attack("A65", "a question about others' payment", asked_by_a_stranger, 202, "admi.002 NOOR", "refused NOOR"),
    Attack("A72", "a payment where requests are taken", xml_as_json, 422, trace="refused FF01"),
    Attack("A72", "a GET as a POST", a_get_as_a_post, 202, "admi.002 FF01", "refused FF01"),
)  # fmt: skip
