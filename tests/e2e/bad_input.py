"""Everything wrong that a bank may send, and what it hears: rows for the test and for docs/bad-input.md."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from corridor.adapters.keys.software import Ed25519Key
from corridor.codecs.iso20022.camt050 import LiquidityTransfer
from corridor.codecs.iso20022.pacs004 import PaymentReturn
from corridor.codecs.iso20022.pacs008 import DocumentLine, ReferredDocument
from corridor.codecs.iso20022.pacs009 import InstitutionTransfer
from corridor.domain.instants import SECOND, iso, iso_date
from corridor.domain.money import Money
from tests.rig import HUB
from tests.unit.gateway.house import XML, Bank, Exchange, House
from tests.world import ALFX, CBRR, FUNDS, PAMR, SEVR, agreed

STRANGER = Ed25519Key(b"S" * 32)
GOODS_UNDER_NO_CODE = ReferredDocument(
    type="CINV", number="118", lines=(DocumentLine(type="PTCD", number="oil"),)
)
Send = Callable[[House], Awaitable[Any]]


class Row(NamedTuple):
    """`status` is the HTTP answer's; `hears` what then stands in the sender's mailbox, last.

    `told` is the reason in the answer to a request in JSON or to a look-up, which nothing in the mailbox repeats.
    """

    what: str
    status: int
    hears: str
    send: Send
    told: str = ""


def order(n: int = 1, **facts: Any) -> Send:
    async def send(house: House) -> Any:
        return await house.sevr.send(house.sevr.order(n, **facts))

    return send


def look(query: str) -> Send:
    async def send(house: House) -> Any:
        return await house.sevr.get(f"/v1/statements?{query}")

    return send


def changed(change: Callable[[bytes], bytes]) -> Send:
    async def send(house: House) -> Any:
        return await house.sevr.send(change(house.sevr.order(1)))

    return send


def signed(**facts: Any) -> Send:
    async def send(house: House) -> Any:
        bank = house.sevr
        body = bank.order(1)
        return await posted(bank, body, bank.sign(body, **facts))

    return send


async def posted(bank: Bank, body: bytes, signature: str | None) -> Any:
    headers = [*XML, ("content-length", str(len(body)))]
    if signature is not None:
        headers.append(("corridor-signature", signature))
    return await Exchange(bank.house.gateway, "POST", "/v1/messages", headers, (body,)).answer()


async def unsigned(house: House) -> Any:
    return await posted(house.sevr, house.sevr.order(1), None)


async def one_bit(house: House) -> Any:
    body = house.sevr.order(1)
    flipped = bytearray(body)
    flipped[len(body) // 2] ^= 1
    return await posted(house.sevr, bytes(flipped), house.sevr.sign(body))


async def twice_the_same(house: House) -> Any:
    body = house.sevr.order(1)
    first, again = await house.sevr.send(body), await house.sevr.send(body)
    assert first.body == again.body
    return again


async def other_content(house: House) -> Any:
    await house.sevr.send(house.sevr.order(1))
    return await house.sevr.send(house.sevr.order(2, message_id=f"{SEVR}-m1"))


async def same_uetr(house: House) -> Any:
    await house.sevr.send(house.sevr.order(1))
    return await house.sevr.send(house.sevr.order(1, message_id=f"{SEVR}-other"))


def trade(*, by: str = SEVR, first: bool = False, **facts: Any) -> Send:
    """State a trade; `first`, the other side has stated it."""

    async def send(house: House) -> Any:
        today = iso_date(house.clock.now())
        roubles, somoni = (
            {"amount": a, "currency": c, "scale": 2} for a, c in (("850", "RUB"), ("100", "TJS"))
        )
        stated = {"common_reference": "T1", "trade_date": today, "settlement_date": today}
        if first:
            theirs = {"trading_side_sell_amount": somoni, "trading_side_buy_amount": roubles}
            captured = await house.pamr.request("/v1/trades", counterparty_side=SEVR, **stated, **theirs)
            assert captured.status == 200, captured.body
        ours = {
            "trading_side_sell_amount": roubles,
            "trading_side_buy_amount": somoni,
            "counterparty_side": PAMR,
        }
        return await house.banks[by].request("/v1/trades", **(stated | ours | facts))

    return send


def undo_a_trade(reference: str) -> Send:
    async def send(house: House) -> Any:
        await trade()(house)
        return await house.pamr.request(
            "/v1/trades/cancel", counterparty_side=SEVR, common_reference=reference
        )

    return send


def money_home(kopecks: int = 100, *, twice: bool = False, **facts: Any) -> Send:
    """Send money to the central bank."""

    async def send(house: House) -> Any:
        filled: dict[str, Any] = {
            "message_id": f"{SEVR}-m7",
            "created_at": house.clock.now(),
            "end_to_end_id": "e7",
            "uetr": house.world.order(7).uetr,
            "creditor": SEVR,
            "creditor_account": "30101810400000000225",
            "amount": Money(kopecks, "RUB"),
            "debtor": SEVR,
            "debtor_account": f"{SEVR}-RUB",
        }
        if twice:
            first = LiquidityTransfer(**filled | {"message_id": f"{SEVR}-m6"})
            await house.sevr.send(house.sevr.envelope(first, "camt.050.001.07"))
        message = LiquidityTransfer(**filled | facts)
        return await house.sevr.send(house.sevr.envelope(message, "camt.050.001.07"))

    return send


def returned(creditor: str = PAMR, **facts: Any) -> Send:
    """Give a payment back that was never settled: one that went out or, to SEVR, came in."""

    async def send(house: House) -> Any:
        debtor = house.pamr if creditor == SEVR else house.sevr
        await debtor.send(debtor.order(7, creditor=creditor))
        message_id = f"{SEVR}-m8"
        filled: dict[str, Any] = {
            "message_id": message_id,
            "created_at": house.clock.now(),
            "return_id": "r1",
            "original_uetr": house.world.order(7).uetr,
            "returned_amount": Money(100_00, "RUB"),
            "instructing_agent": SEVR,
            "instructed_agent": HUB,
            "reason": "AC04",
        }
        message = PaymentReturn(**(filled | facts))
        return await house.sevr.send(house.sevr.envelope(message, "pacs.004.001.09"))

    return send


async def money_from_a_bank(house: House) -> Any:
    message = InstitutionTransfer(
        message_id=f"{SEVR}-m7",
        created_at=house.clock.now(),
        settlement_method="CLRG",
        end_to_end_id="e7",
        uetr=house.world.order(7).uetr,
        interbank_settlement_amount=Money(100, "RUB"),
        instructing_agent=SEVR,
        instructed_agent=HUB,
        debtor=SEVR,
        creditor=SEVR,
    )
    return await house.sevr.send(house.sevr.envelope(message, "pacs.009.001.08"))


async def confirmed_by_itself(house: House) -> Any:
    await money_home()(house)
    return await house.sevr.send(house.sevr.report(7, "ACSC"))


async def a_trade_twice(house: House) -> Any:
    await trade()(house)
    return await trade()(house)


def with_quote(n: int = 1, **changes: Any) -> Send:
    async def send(house: House) -> Any:
        quote = await ask_quote(house) | {k: v for k, v in changes.items() if k in ("rate", "quote_id")}
        if "skip" in changes:
            house.clock.skip(changes["skip"])
            await house.gateway._keys.refresh()
        amount = Money(changes.get("amount", 100_000), "RUB")
        if "before" in changes:
            first = house.sevr.order(n + 1, interbank_settlement_amount=amount, agreed_rate=agreed(quote))
            await house.sevr.send(first)
        facts = {"interbank_settlement_amount": amount, "agreed_rate": agreed(quote)}
        facts |= {name: changes[name] for name in ("clearing_channel",) if name in changes}
        return await house.sevr.send(house.sevr.order(n, **facts))

    return send


async def ask_quote(house: House) -> dict[str, Any]:
    provider = house.banks["ALFXRUM0"]
    rates = {"base_currency": "TJS", "quote_currency": "RUB"}
    tier = {"from_amount": "0", "bid": "8.50", "ask": "8.60"}
    assert (await provider.request("/v1/rates", **rates, tiers=[tier])).status == 200
    asked = {"creditor_agent": PAMR, "source_currency": "RUB", "destination_currency": "TJS"}
    amount = {"amount": "100000", "currency": "RUB", "scale": 2}
    answer = await house.sevr.request("/v1/quotes", **asked, amount=amount)
    assert answer.status == 200, answer.body
    return answer.json["answer"]


def inquire(**facts: Any) -> Send:
    async def send(house: House) -> Any:
        await ask_quote(house)
        asked = {"creditor_agent": PAMR, "source_currency": "RUB", "destination_currency": "TJS"}
        return await house.sevr.request(
            "/v1/inquiries", **(asked | {"amount": json_amount(1_000_00)} | facts)
        )

    return send


def reply(
    rate: str = "8.55", *, skip: int = 0, other: int = 0, twice: bool = False, amount: int = 1_000_00
) -> Send:
    """Reply as the provider that is asked."""

    async def send(house: House) -> Any:
        asked = (await inquire(amount=json_amount(amount))(house)).json["answer"]
        if skip:
            house.clock.skip(skip)
            await house.gateway._keys.refresh()
        replied = {"inquiry": asked["inquiry"] + other, "rate": rate}
        if twice:
            await house.banks[ALFX].request("/v1/inquiries/reply", **replied)
        return await house.banks[ALFX].request("/v1/inquiries/reply", **replied)

    return send


def gross(n: int = 1, **facts: Any) -> Send:
    return order(n, **({"clearing_channel": "RTGS"} | facts))


def changed_gross(was: bytes, becomes: bytes) -> Send:
    async def send(house: House) -> Any:
        facts = {"clearing_channel": "RTGS", "settlement_priority": "NORM", "till_time": "23:59:59Z"}
        body = house.sevr.order(1, **facts)
        assert was in body
        return await house.sevr.send(body.replace(was, becomes))

    return send


def credit(deed: str, *before: str, by: str = PAMR, **members: Any) -> Send:
    """Severny offers Pamir a facility of 1,000.00; after other deeds somebody does one that is wrong."""

    async def send(house: House) -> Any:
        number = 0
        for each in (*before, deed):
            path = f"/v1/facilities/{each}" if each != "offer" else "/v1/facilities"
            last = each == deed
            actor = by if last else SEVR if each == "offer" else PAMR
            facts = OFFER | {"borrower": PAMR} if each == "offer" else {"facility": number}
            answer = await house.banks[actor].request(path, **facts, **(members if last else {}))
            if not last:
                assert answer.status == 200, answer.body
                number = answer.json["answer"]["facility"]
        return answer

    return send


KEPT = {"account_servicer": PAMR, "account_owner": SEVR, "currency": "RUB"}


def keep(**changes: Any) -> Send:
    async def send(house: House) -> Any:
        return await house.sevr.request("/v1/correspondents", **(KEPT | changes))

    return send


def kept(deed: str, opened: bool = False, **members: Any) -> Send:
    """Severny offers that Pamir keeps an account for it, perhaps Pamir accepts, and Severny does something wrong."""

    async def send(house: House) -> Any:
        offered = await house.sevr.request("/v1/correspondents", **KEPT)
        account = {"account": offered.json["answer"]["account"]}
        if opened:
            assert (await house.pamr.request("/v1/correspondents/accept", **account)).status == 200
        return await house.sevr.request(f"/v1/correspondents/{deed}", **account, **members)

    return send


async def beyond_the_overdraft(house: House) -> Any:
    """The account is open, and nothing is on it."""
    offered = await house.sevr.request("/v1/correspondents", **KEPT)
    number = offered.json["answer"]["account"]
    assert (await house.pamr.request("/v1/correspondents/accept", account=number)).status == 200
    return await gross(clearing_channel="BOOK", settlement_method="INDA")(house)


async def after_the_cut_off(house: House) -> Any:
    """The day of roubles has just ended, and the order names it."""
    time = f"{iso(house.clock.now() - SECOND)[11:19]}Z"
    operation = {"type": "SetCutOff", "currency": "RUB", "time": time}
    proposed = await house.persons["alice"].request("/v1/operations", operation=operation)
    told = proposed.json["answer"]
    approval = {"type": "Approve", "proposal": str(told["proposal"]), "digest": told["digest"]}
    assert (await house.persons["bob"].request("/v1/operations", operation=approval)).status == 200
    return await gross(interbank_settlement_date=iso_date(house.clock.now()))(house)


def offer(**changes: Any) -> Send:
    async def send(house: House) -> Any:
        return await house.sevr.request("/v1/facilities", **({"borrower": PAMR} | OFFER | changes))

    return send


def collateral(currency: str, by: str) -> Send:
    async def send(house: House) -> Any:
        facts = {
            "pledge_id": "bonds",
            "pledger": SEVR,
            "haircut_bps": 0,
            "valid_until": "2027-11-18T00:00:00Z",
        }
        return await house.banks[by].request("/v1/pledges", **facts, value=json_amount(1, currency))

    return send


def json_amount(minor: int, currency: str = "RUB") -> dict[str, Any]:
    return {"amount": str(minor), "currency": currency, "scale": 2}


OFFER = {
    "limit": json_amount(1_000_00),
    "rate": "16.5",
    "day_count": "ACT/365F",
    "starts_on": "2026-11-18",
    "ends_on": "2027-11-18",
}


def rub(minor: int, currency: str = "RUB") -> dict[str, Any]:
    return {"interbank_settlement_amount": Money(minor, currency)}


ROWS = (
    # bytes
    Row("truncated", 202, "admi.002 FF01", changed(lambda body: body[: len(body) // 2])),
    Row("larger than 64 KiB", 413, "", changed(lambda body: body + b" " * 2**16)),
    Row("no XML at all", 202, "admi.002 FF01", changed(lambda _: b"\x00\xff")),
    Row("a DOCTYPE", 202, "admi.002 FF01", changed(lambda body: b"<!DOCTYPE x>" + body)),
    Row(
        "a comment inside an amount",
        202,
        "admi.002 FF01",
        changed(lambda body: body.replace(b"100.00", b"10<!-- -->0.00")),
    ),
    Row("another schema", 202, "admi.002 FF01", changed(lambda body: body.replace(b".001.13", b".001.12"))),
    Row(
        "an element not in its place",
        202,
        "admi.002 CH17",
        changed(lambda b: b.replace(b"ChrgBr", b"ChrgBx")),
    ),
    Row("too many decimals", 202, "admi.002 CH20", changed(lambda b: b.replace(b"100.00", b"100.001"))),
    # signatures
    Row("no signature", 401, "", unsigned),
    Row("one bit flipped", 401, "", one_bit),
    Row("another's key", 401, "", signed(key=STRANGER)),
    Row("an unknown key id", 401, "", signed(key_id="SEVRRUM0-9")),
    Row("signed for another hub", 401, "", signed(audience="OTHRXXM0/sandbox")),
    Row("signed for another environment", 401, "", signed(audience="CORRXXM0/production")),
    Row("signed last week", 202, "admi.002 DT01", signed(issued_at=1_794_000_000_000_000)),
    # identity
    Row("the same message again", 202, "", twice_the_same),
    Row("another message under a used id", 202, "admi.002 DU01", other_content),
    Row("another payment under a used UETR", 202, "admi.002 DU03", same_uetr),
    # returns
    Row(
        "a return of an unknown payment",
        202,
        "admi.002 NOOR",
        returned(original_uetr="00000000-0000-4000-8000-000000000099"),
    ),
    Row("a return of what it has paid itself", 202, "admi.002 AG01", returned()),
    Row("a return of what is not settled", 202, "admi.002 FF12", returned(SEVR)),
    # parties
    Row("an unknown bank", 202, "RJCT RC04", order(creditor_agent="NOPERUM0")),
    Row("a payment to oneself", 202, "RJCT AG03", order(creditor_agent=SEVR)),
    Row(
        "an unknown phone number",
        202,
        "RJCT BE23",
        order(creditor_proxy_type="MBNO", creditor_proxy="+992917000001"),
    ),
    # goods
    Row("goods under no code", 202, "RJCT CH16", order(documents=(GOODS_UNDER_NO_CODE,))),
    # money
    Row("a currency nobody settles here", 202, "RJCT AM03", order(**rub(100, "USD"))),
    Row("an amount of zero", 202, "RJCT AM01", order(**rub(0))),
    Row("more than the account holds", 202, "RJCT AM04", order(**rub(FUNDS + 1))),
    # gross settlement
    Row("a settlement date that has passed", 202, "RJCT DT01", gross(interbank_settlement_date="2020-01-01")),
    Row(
        "a settlement date that is none", 202, "admi.002 CH16", gross(interbank_settlement_date="2026-02-30")
    ),
    Row("a settlement date too far ahead", 202, "RJCT DT01", gross(interbank_settlement_date="2099-01-01")),
    Row("a day that has ended", 202, "RJCT TM01", after_the_cut_off),
    Row("a reject time that has passed", 202, "RJCT AB03", gross(reject_time="00:00:00+14:00")),
    Row(
        "a reject time before it may settle",
        202,
        "RJCT DT01",
        gross(from_time="23:59:58Z", reject_time="23:59:57Z"),
    ),
    Row("a time without an offset", 202, "admi.002 DT01", changed_gross(b"23:59:59Z", b"23:59:59")),
    Row("a priority of another scheme", 202, "admi.002 CH16", changed_gross(b">NORM<", b">SLOW<")),
    Row("a channel nobody settles by", 202, "RJCT CH16", gross(clearing_channel="RTNS")),
    Row(
        "a netted payment with a priority",
        202,
        "RJCT CH17",
        gross(clearing_channel="MPNS", settlement_priority="HIGH"),
    ),
    Row("a netted payment of who does not net", 202, "RJCT AM03", gross(clearing_channel="MPNS")),
    Row(
        "a payment on a correspondent account by another method",
        202,
        "RJCT CH16",
        gross(clearing_channel="BOOK"),
    ),
    Row(
        "a payment on an account that nobody keeps",
        202,
        "RJCT AM03",
        gross(clearing_channel="BOOK", settlement_method="INDA"),
    ),
    Row("an instant payment on a correspondent account", 202, "RJCT CH16", order(settlement_method="INGA")),
    Row("a payment beyond the overdraft", 202, "RJCT AM04", beyond_the_overdraft),
    Row("a gross payment with a quote", 202, "RJCT CH17", with_quote(clearing_channel="RTGS")),
    Row("an instant payment that would wait", 202, "RJCT CH17", order(settlement_priority="NORM")),
    Row("an instant payment with a time", 202, "RJCT CH17", order(till_time="23:59:59Z")),
    # trades
    Row("a trade with nobody", 422, "", trade(counterparty_side="NOBDRUM0"), "RC04"),
    Row("a trade with oneself", 422, "", trade(counterparty_side=SEVR), "AG03"),
    Row(
        "a trade of one currency",
        422,
        "",
        trade(trading_side_buy_amount={"amount": "1", "currency": "RUB", "scale": 2}),
        "CURR",
    ),
    Row(
        "a trade of nothing",
        422,
        "",
        trade(trading_side_sell_amount={"amount": "0", "currency": "RUB", "scale": 2}),
        "AM01",
    ),
    Row(
        "a trade of another scale",
        422,
        "",
        trade(trading_side_sell_amount={"amount": "1", "currency": "RUB", "scale": 3}),
        "CH20",
    ),
    Row(
        "a trade that should have settled",
        422,
        "",
        trade(trade_date="2020-01-01", settlement_date="2020-01-01"),
        "DT01",
    ),
    Row("a trade on a day that is none", 422, "", trade(settlement_date="2026-02-30"), "DT01"),
    Row("a trade too far ahead", 422, "", trade(settlement_date="2099-01-01"), "DT01"),
    Row("a trade agreed tomorrow", 422, "", trade(trade_date="2099-01-01"), "DT01"),
    Row("a reject time of a trade that is none", 422, "", trade(reject_time="noon"), "DT01"),
    Row("the same side of a trade twice", 422, "Notification", a_trade_twice, "DU03"),
    Row(
        "a trade that the other side states otherwise",
        422,
        "Notification",
        trade(first=True, trading_side_buy_amount={"amount": "101", "currency": "TJS", "scale": 2}),
        "AM09",
    ),
    Row(
        "a trade undone by who has not stated it",
        422,
        "Notification",
        undo_a_trade("T1"),
        "NOOR",
    ),
    # quotes
    Row("more money home than there is", 202, "RJCT AM04", money_home(FUNDS + 1)),
    Row("no money home", 202, "RJCT AM01", money_home(0)),
    Row("money home to another", 202, "RJCT AG01", money_home(creditor=PAMR)),
    Row("another's money home", 202, "RJCT AG01", money_home(debtor=PAMR)),
    Row(
        "money home out of an account in another currency",
        202,
        "RJCT AC02",
        money_home(debtor_account=f"{SEVR}-TJS"),
    ),
    Row("money home yesterday", 202, "RJCT DT01", money_home(settlement_date="2020-01-01")),
    Row("money home under a used UETR", 202, "admi.002 DU03", money_home(twice=True, amount=Money(7, "RUB"))),
    Row("money home, confirmed by who sends it", 202, "admi.002 NOOR", confirmed_by_itself),
    Row("money from who issues none", 202, "admi.002 AG01", money_from_a_bank),
    Row("a quote nobody gave", 202, "RJCT TK01", with_quote(quote_id="00000000-0000-4000-8000-000000000000")),
    Row("a quote that has expired", 202, "RJCT TKXP", with_quote(skip=61_000_000)),
    Row("a quote used before", 202, "RJCT TKSG", with_quote(before=True)),
    Row("a quote with another amount", 202, "RJCT AM09", with_quote(amount=100_001)),
    Row("a quote with another rate", 202, "RJCT CH16", with_quote(rate="8.59")),
    # inquiries
    Row("an inquiry for nothing", 422, "", inquire(amount=json_amount(0)), "AM01"),
    Row("an inquiry within one currency", 422, "", inquire(destination_currency="RUB"), "CURR"),
    Row("an inquiry for an unknown bank", 422, "", inquire(creditor_agent="NOPERUM0"), "RC04"),
    Row("an inquiry that waits too long", 422, "", inquire(within_s=61), "CH16"),
    Row("a reply that nobody asked for", 422, "", reply(other=1_000), "NOOR"),
    Row("a reply far from the last rate", 422, "", reply("9.99"), "CH16"),
    Row("a reply too late", 422, "Notification", reply(skip=11 * SECOND), "TM01"),
    Row("a reply to what has ended", 422, "Notification", reply(twice=True), "TM01"),
    Row("a reply beyond the provider's balance", 422, "", reply(amount=10 * FUNDS), "AM23"),
    # statements
    Row("a statement in a currency without an account", 404, "", look("currency=USD"), "AC01"),
    Row("a statement of a day that has not begun", 404, "", look("currency=RUB&day=2099-01-01"), "DT01"),
    Row("a statement of long ago", 404, "", look("currency=RUB&day=2020-01-01"), "DT01"),
    Row("a statement of no date", 400, "", look("currency=RUB&day=2026-02-30"), "DT01"),
    Row("a page behind the last", 404, "", look("currency=RUB&page=99"), "CH16"),
    Row("another's statement", 400, "", look("currency=RUB&participant=PAMRTJ20")),
    # correspondent accounts
    Row("an account for oneself", 422, "", keep(account_servicer=SEVR), "AG03"),
    Row("an account for an unknown bank", 422, "", keep(account_servicer="NOPERUM0"), "RC04"),
    Row("an account between others", 422, "", keep(account_owner="NOPERUM0"), "AG01"),
    Row("an account in a currency nobody settles here", 422, "", keep(currency="USD"), "AM03"),
    Row("an overdraft in another currency", 422, "", keep(overdraft=json_amount(1, "TJS")), "CURR"),
    Row("an account accepted by who has offered it", 422, "", kept("accept"), "AG01"),
    Row("an account funded before it is open", 422, "", kept("fund", amount=json_amount(1)), "CH20"),
    Row(
        "an account funded in another currency",
        422,
        "",
        kept("fund", True, amount=json_amount(1, "TJS")),
        "CURR",
    ),
    Row("more funded than there is", 422, "", kept("fund", True, amount=json_amount(FUNDS + 1)), "AM04"),
    Row("more taken back than is on it", 422, "", kept("withdraw", True, amount=json_amount(1)), "AM04"),
    # credit
    Row("a facility for a rate above 100 %", 422, "", offer(rate="100.1"), "CH16"),
    Row("a facility by an unknown day count", 422, "", offer(day_count="ACT/ACT"), "CH16"),
    Row("a facility that begins in the past", 422, "", offer(starts_on="2026-11-17"), "DT01"),
    Row("a facility for an unknown bank", 422, "", offer(borrower="NOPERUM0"), "RC04"),
    Row("a facility in a currency nobody settles here", 422, "", offer(limit=json_amount(1, "USD")), "AM03"),
    Row("an offer accepted by its lender", 422, "", credit("accept", "offer", by=SEVR), "AG01"),
    Row("another's offer accepted", 422, "", credit("accept", "offer", by=ALFX), "AG01"),
    Row("drawn before it was accepted", 422, "", credit("draw", "offer", amount=json_amount(1)), "CH20"),
    Row(
        "drawn beyond the limit",
        422,
        "",
        credit("draw", "offer", "accept", amount=json_amount(1_000_01)),
        "AM14",
    ),
    Row(
        "drawn in another currency",
        422,
        "",
        credit("draw", "offer", "accept", amount=json_amount(1, "TJS")),
        "CURR",
    ),
    Row(
        "drawn by the lender",
        422,
        "",
        credit("draw", "offer", "accept", by=SEVR, amount=json_amount(1)),
        "AG01",
    ),
    Row(
        "repaid what is not owed", 422, "", credit("repay", "offer", "accept", amount=json_amount(1)), "AM09"
    ),
    Row("collateral in the wrong currency", 422, "", collateral("TJS", CBRR), "CURR"),
)

DOCUMENT = "docs/bad-input.md"


def _heard(row: Row) -> str:
    return {"": "–", "Notification": "camt.054"}.get(row.hears, row.hears)


def document() -> str:
    """Return docs/bad-input.md as these rows have it."""
    lines = [
        "# Bad input",
        "",
        "What is wrong, what the door answers, and what then stands in the mailbox. No balance changes in any of",
        "these cases. Made from `tests/e2e/bad_input.py`, which CI sends for real.",
        "",
        "| sent | HTTP | mailbox |",
        "| --- | --- | --- |",
        *(f"| {row.what} | {row.status} {row.told}".rstrip() + f" | {_heard(row)} |" for row in ROWS),
        "",
        "`401`: not authenticated; answered, counted and dropped at the gateway. `202`: the hub has stored it;",
        "the answer is its signed receipt. `admi.002` refuses a message, `RJCT` a payment (`pacs.002`), with an",
        "ISO reason. `422`: the hub has stored a request in JSON and refuses it; the reason stands in the signed",
        "answer. The same message again gets the stored answer, byte for byte. `400` and `404`: what was asked for",
        "cannot be told; nothing is stored.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    from pathlib import Path

    (Path(__file__).parents[2] / DOCUMENT).write_text(document())
