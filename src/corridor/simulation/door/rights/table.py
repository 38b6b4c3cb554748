"""The table: one row for each thing that can be done at the door, one column for each kind of caller.

To add an endpoint: one row or more. To add a kind of caller: one more word in CALLERS and in each row.

A cell is the HTTP status and, where the hub refuses, the reason in its log; `-` is a cell that makes no sense.
Nobody signs: the request is sent without a signature. An unknown caller signs with a key nobody has registered.
"""

from typing import Any, Final, NamedTuple

from corridor.domain.instants import iso_date
from corridor.domain.money import Money
from corridor.services.compliance.commands import SetScreeningPolicy
from corridor.services.governance.commands import Approve
from corridor.services.messaging.commands import Found, SetFrozen, SetLimit
from corridor.simulation.door.attacks.operators import propose
from corridor.simulation.door.attacks.replays import pay, settle
from corridor.simulation.door.attacks.strike import Strike
from corridor.simulation.door.attacks.values import QUOTE, quote
from corridor.simulation.door.caller import Caller
from corridor.simulation.door.rights.agreements import Build, arrange, arrange_next, deal, keep, terms
from corridor.simulation.door.wire import JSON, Answer
from corridor.simulation.door.world import (
    ALFX,
    ANNA,
    CBRR,
    CERTIFIED,
    PAMR,
    SEVR,
    SUSPENDED,
    UNKNOWN,
    VERA,
    VOLG,
)

CALLERS: Final = {
    "bank": VOLG,
    "fx_provider": ALFX,
    "central_bank": CBRR,
    "operator": ANNA,
    "suspended": SUSPENDED,
    "certified": CERTIFIED,
    "unknown": UNKNOWN,
    "nobody": UNKNOWN,
}


class Row(NamedTuple):
    """What is done, how it is built, and what each kind of caller hears, in the order of CALLERS.

    `stored`: the hub decides it, so the log tells. `moves`: money, payments or what others are told change where it is accepted.
    """

    operation: str
    what: str
    build: Build
    cells: str
    stored: bool = True
    moves: bool = False


def _author(s: Strike, by: Caller) -> Caller:
    """Return in whose name somebody writes: an operator has none in an envelope and takes a bank's."""
    return s.sevr if by.bic == ANNA else by


async def _pay(s: Strike, by: Caller) -> bytes:
    return by.post(_author(s, by).order(s.house.fresh(), PAMR))


async def _pay_for_another(s: Strike, by: Caller) -> bytes:
    return by.post(_author(s, by).order(s.house.fresh(), PAMR, debtor_agent=SEVR))


async def _accept(s: Strike, by: Caller) -> bytes:
    return by.post(by.report(await pay(s.house, s.sevr, by), "ACCP"))


async def _accept_for_another(s: Strike, by: Caller) -> bytes:
    return by.post(_author(s, by).report(await pay(s.house, s.sevr, s.pamr), "ACCP"))


async def _ask(s: Strike, by: Caller) -> bytes:
    return by.post(by.question(await pay(s.house, s.sevr, by)))


async def _ask_for_another(s: Strike, by: Caller) -> bytes:
    return by.post(_author(s, by).question(await pay(s.house, s.sevr, s.pamr)))


async def _give_back(s: Strike, by: Caller) -> bytes:
    return by.post(by.give_back(await settle(s.house, s.sevr, by)))


async def _give_back_anothers(s: Strike, by: Caller) -> bytes:
    return by.post(_author(s, by).give_back(await settle(s.house, s.sevr, s.pamr)))


async def _rates(_s: Strike, by: Caller) -> bytes:
    tier = {"from_amount": "0", "bid": "8.50", "ask": "8.60"}
    return by.ask("/v1/rates", base_currency="TJS", quote_currency="RUB", tiers=[tier])


def _stated(s: Strike, other: str) -> dict[str, Any]:
    today = iso_date(s.house.now())
    return {
        "counterparty_side": other,
        "common_reference": s.house.fresh().replace("-", ""),
        "trade_date": today,
        "settlement_date": today,
        "trading_side_sell_amount": {"amount": "850", "currency": "RUB", "scale": 2},
        "trading_side_buy_amount": {"amount": "100", "currency": "TJS", "scale": 2},
    }


async def _capture(s: Strike, by: Caller) -> bytes:
    return by.ask("/v1/trades", **_stated(s, PAMR))


async def _undo(s: Strike, by: Caller) -> bytes:
    stated = _stated(s, PAMR)
    await by.send(by.ask("/v1/trades", **stated))
    names = ("counterparty_side", "common_reference")
    return by.ask("/v1/trades/cancel", **{name: stated[name] for name in names})


async def _undo_anothers(s: Strike, by: Caller) -> bytes:
    stated = _stated(s, PAMR)
    assert (await s.sevr.send(s.sevr.ask("/v1/trades", **stated))).status == 200
    names = ("counterparty_side", "common_reference")
    return by.ask("/v1/trades/cancel", **{name: stated[name] for name in names})


async def _quote(s: Strike, by: Caller) -> bytes:
    await quote(s)
    return by.ask("/v1/quotes", **QUOTE)


async def _inquire(s: Strike, by: Caller) -> bytes:
    await quote(s)
    return by.ask("/v1/inquiries", **QUOTE)


async def _reply(s: Strike, by: Caller) -> bytes:
    return by.ask("/v1/inquiries/reply", inquiry=await _asked(s), rate="8.55")


async def _reply_unasked(s: Strike, by: Caller) -> bytes:
    return by.ask("/v1/inquiries/reply", inquiry=await _asked(s) + 1_000, rate="8.55")


async def _asked(s: Strike) -> int:
    """Let a bank ask all providers, and return the number of the inquiry."""
    await quote(s)
    answer = await s.sevr.send(s.sevr.ask("/v1/inquiries", **QUOTE))
    number: int = answer.json["answer"]["inquiry"]
    return number


def _alias(phone: str) -> Build:
    async def build(_s: Strike, by: Caller) -> bytes:
        account = "40817810000000000001"
        return by.ask("/v1/aliases", phone=phone, currency="RUB", account=account, name="Анна Волгина")

    return build


def _remove(phone: str) -> Build:
    async def build(_s: Strike, by: Caller) -> bytes:
        return by.ask("/v1/aliases/remove", phone=phone)

    return build


async def _alias_of_another(s: Strike, by: Caller) -> bytes:
    await _register(s)
    return await _alias(ANOTHERS)(s, by)


async def _remove_anothers(s: Strike, by: Caller) -> bytes:
    await _register(s)
    return await _remove(ANOTHERS)(s, by)


async def _register(s: Strike) -> None:
    account = "20206972000000000001"
    facts = {"phone": ANOTHERS, "currency": "TJS", "account": account, "name": "Рустам Каримов"}
    assert (await s.pamr.send(s.pamr.ask("/v1/aliases", **facts))).status == 200


def _fund(currency: str) -> Build:
    async def build(_s: Strike, by: Caller) -> bytes:
        amount = {"amount": "1", "currency": currency, "scale": 2}
        return by.ask("/v1/funding", participant=SEVR, amount=amount)

    return build


def _defund(owner: str = "") -> Build:
    async def build(s: Strike, by: Caller) -> bytes:
        author = _author(s, by)
        return by.post(author.defunding(s.house.fresh(), owner or author.bic))

    return build


def _credit(currency: str) -> Build:
    async def build(s: Strike, by: Caller) -> bytes:
        return by.post(_author(s, by).credit(s.house.fresh(), SEVR, currency))

    return build


async def _confirm(s: Strike, by: Caller) -> bytes:
    """Say of money that Severny sends to its central bank that it is there."""
    uetr = s.house.fresh()
    assert (await s.sevr.send(s.sevr.post(s.sevr.defunding(uetr, SEVR)))).status == 202
    return by.post(_author(s, by).report(uetr, "ACSC"))


async def _offer(s: Strike, by: Caller) -> bytes:
    return by.ask("/v1/facilities", borrower=PAMR, **terms(s))


def _keep_for(owner: str) -> Build:
    async def build(_s: Strike, by: Caller) -> bytes:
        return by.ask("/v1/correspondents", account_servicer=VOLG, account_owner=owner, currency="RUB")

    return build


async def _keep_for_others(_s: Strike, by: Caller) -> bytes:
    return by.ask("/v1/correspondents", account_servicer=SEVR, account_owner=PAMR, currency="RUB")


def _fix(quoted: str) -> Build:
    async def build(s: Strike, by: Caller) -> bytes:
        day = iso_date(s.house.now())
        return by.ask("/v1/fixings", day=day, base_currency="USD", quote_currency=quoted, rate="89.5")

    return build


def _line(currency: str) -> Build:
    async def build(_s: Strike, by: Caller) -> bytes:
        return by.ask(
            "/v1/credit-lines", participant=PAMR, line={"amount": "1", "currency": currency, "scale": 2}
        )

    return build


async def _pledge(_s: Strike, by: Caller) -> bytes:
    return by.ask("/v1/pledges", **_collateral(by.next_id()))


def _collateral(pledge_id: str) -> dict[str, Any]:
    value = {"amount": "1", "currency": "RUB", "scale": 2}
    facts = {"pledger": PAMR, "haircut_bps": 0, "valid_until": "2027-11-18T00:00:00Z"}
    return {"pledge_id": pledge_id, "value": value, **facts}


async def _release(s: Strike, by: Caller) -> bytes:
    pledge_id, taker = by.next_id(), s.house[CBRR]
    assert (await taker.send(taker.ask("/v1/pledges", **_collateral(pledge_id)))).status == 200
    return by.ask("/v1/pledges/release", pledge_id=pledge_id)


def _get(target: str) -> Build:
    async def build(s: Strike, by: Caller) -> bytes:
        if target.endswith(ANOTHERS):
            await _register(s)
        return by.get(target)

    return build


def _queue(path: str, **facts: str) -> Build:
    async def build(s: Strike, by: Caller) -> bytes:
        uetr = await _wait(s, by)
        return by.ask(f"/v1/queue/{path}", uetr=uetr, **facts)

    return build


async def _wait(s: Strike, by: Caller) -> str:
    """Let a payment wait that nobody has the money for, of the caller's if that is a bank that takes part."""
    bank, payment = by if by.bic == VOLG else s.sevr, s.house.fresh()
    amount = Money(10**15, "RUB")
    order = bank.order(payment, PAMR, clearing_channel="RTGS", interbank_settlement_amount=amount)
    assert (await bank.send(bank.post(order))).status == 202
    assert (await bank.heard())[-1] == "PDNG"
    return payment


async def _cancel_anothers(s: Strike, by: Caller) -> bytes:
    return by.ask("/v1/queue/cancel", uetr=await _wait(s, s.sevr))


async def _acknowledge(_s: Strike, by: Caller) -> bytes:
    return by.post(b'{"number":0}', "/v1/mailbox/acknowledgement", media=JSON)


async def _acknowledge_for_another(_s: Strike, by: Caller) -> bytes:
    body = b'{"number":0,"participant":"PAMRTJ20"}'
    return by.post(body, "/v1/mailbox/acknowledgement", media=JSON)


async def _order(_s: Strike, by: Caller) -> bytes:
    return by.operate(SetLimit, participant=SEVR, currency="RUB", limit=5)


async def _stop(_s: Strike, by: Caller) -> bytes:
    return by.operate(SetFrozen, participant=CERTIFIED, currency="RUB", frozen=True)


async def _approve(s: Strike, by: Caller) -> bytes:
    proposed = await propose(s, VERA, SetScreeningPolicy, on_hit="refuse", hold_limit_s=60)
    return by.operate(Approve, proposal=proposed.proposal, digest=proposed.digest)


async def _found(_s: Strike, by: Caller) -> bytes:
    return by.operate(Found, founders=())


async def _report(s: Strike, by: Caller) -> bytes:
    known = by if by.bic != UNKNOWN else s.sevr
    return _voucher(by, await known.send(known.ask("/v1/quotes")))


async def _report_anothers(s: Strike, by: Caller) -> bytes:
    return _voucher(by, await s.sevr.send(s.sevr.ask("/v1/quotes")))


def _voucher(by: Caller, receipt: Answer) -> bytes:
    signature = receipt.headers["corridor-signature"]
    return by.ask("/v1/vouchers", signature=signature, payload=receipt.body.decode())


OWN, ANOTHERS = "+79161234567", "+992917000778"

# fmt: off
ROWS: Final = (
    #                                                                        bank       fx_provider  central_bank operator     suspended    certified    unknown nobody
    Row("POST /v1/messages", "pays from its own account", _pay,              "202        202 AG01     202 AG01     202 DS0G     202 AG01     202 AG01     401     401", moves=True),
    Row("POST /v1/messages", "pays from another's", _pay_for_another,        "202 RC03   202 AG01     202 AG01     202 DS0G     202 AG01     202 AG01     401     401"),
    Row("POST /v1/messages", "accepts a payment to itself", _accept,         "202        -            -            -            -            -            -       -  ", moves=True),
    Row("POST /v1/messages", "accepts a payment to another", _accept_for_another,
                                                                             "202 AG01   202 AG01     202 NOOR     202 DS0G     202 AG01     202 AG01     401     401"),
    Row("POST /v1/messages", "asks for a payment of its own", _ask,          "202        -            -            -            -            -            -       -  "),
    Row("POST /v1/messages", "asks for another's payment", _ask_for_another, "202 NOOR   202 NOOR     202 NOOR     202 DS0G     202 AG01     202 AG01     401     401"),
    Row("POST /v1/messages", "gives a payment back", _give_back,             "202        -            -            -            -            -            -       -  ", moves=True),
    Row("POST /v1/messages", "gives another's back", _give_back_anothers,    "202 AG01   202 AG01     202 AG01     202 DS0G     202 AG01     202 AG01     401     401"),
    Row("POST /v1/messages", "sends its own money home", _defund(),          "202        202          202 AG01     202 DS0G     202 AG01     202 AG01     401     401", moves=True),
    Row("POST /v1/messages", "sends another's money home", _defund(PAMR),    "202 AG01   202 AG01     202 AG01     202 DS0G     202 AG01     202 AG01     401     401"),
    Row("POST /v1/messages", "credits its currency", _credit("RUB"),         "202 AG01   202 AG01     202          202 DS0G     202 AG01     202 AG01     401     401", moves=True),
    Row("POST /v1/messages", "credits another's currency", _credit("TJS"),   "202 AG01   202 AG01     202 AG01     202 DS0G     202 AG01     202 AG01     401     401"),
    Row("POST /v1/messages", "confirms what it was asked", _confirm,         "202 NOOR   202 AG01     202          202 DS0G     202 AG01     202 AG01     401     401", moves=True),
    Row("POST /v1/rates", "posts its rates", _rates,                         "422 AG01   200          422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/quotes", "asks for a quote", _quote,                       "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/inquiries", "asks several providers", _inquire,            "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/inquiries/reply", "replies to what it is asked", _reply,   "422 AG01   200          422 AG01     422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/inquiries/reply", "replies to what nobody asked", _reply_unasked,
                                                                             "422 AG01   422 NOOR     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("GET /v1/inquiries", "reads its inquiries", _get("/v1/inquiries"),   "200        200          403          403          403          403          401     401", stored=False),
    Row("POST /v1/aliases", "registers a number", _alias(OWN),               "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/aliases", "registers another's number", _alias_of_another, "422 BE23   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/aliases/remove", "frees its number", _remove(OWN),         "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/aliases/remove", "frees another's number", _remove_anothers,
                                                                             "422 BE23   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/funding", "issues its currency", _fund("RUB"),             "422 AG01   422 AG01     200          422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/funding", "issues another's currency", _fund("TJS"),       "422 AG01   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/queue/move", "puts its own first", _queue("move", to="first"),
                                                                             "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/queue/priority", "hurries its own", _queue("priority", priority="URGT"),
                                                                             "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/queue/cancel", "takes back its own", _queue("cancel"),     "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/queue/cancel", "takes back another's", _cancel_anothers,   "422 NOOR   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/facilities", "offers to lend", _offer,                     "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/facilities/accept", "takes an offer", deal("accept"),      "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/facilities/accept", "takes another's offer", deal("accept", between_others=True),
                                                                             "422 NOOR   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/facilities/cancel", "declines an offer", deal("cancel"),   "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/facilities/cancel", "declines another's offer", deal("cancel", between_others=True),
                                                                             "422 NOOR   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/facilities/draw", "draws", deal("accept", "draw"),         "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/facilities/draw", "draws for another", deal("accept", "draw", between_others=True),
                                                                             "422 NOOR   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/facilities/repay", "repays", deal("accept", "draw", "repay"),
                                                                             "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/facilities/repay", "repays for another", deal("accept", "draw", "repay", between_others=True),
                                                                             "422 NOOR   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("GET /v1/facilities", "reads its facilities", _get("/v1/facilities"),
                                                                             "200        403          403          403          403          403          401     401", stored=False),
    Row("POST /v1/correspondents", "offers to keep an account", _keep_for(PAMR),
                                                                             "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/correspondents", "offers it between others", _keep_for_others,
                                                                             "422 AG01   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/correspondents/accept", "takes an offer", keep("accept"),  "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/correspondents/accept", "takes another's offer", keep("accept", between_others=True),
                                                                             "422 NOOR   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/correspondents/close", "wants its own closed", keep("accept", "close"),
                                                                             "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/correspondents/close", "wants another's closed", keep("accept", "close", between_others=True),
                                                                             "422 NOOR   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/correspondents/fund", "brings money to its own", keep("accept", "fund"),
                                                                             "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/correspondents/fund", "brings another's money", keep("accept", "fund", between_others=True),
                                                                             "422 NOOR   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/correspondents/withdraw", "takes its money back", keep("accept", "fund", "withdraw"),
                                                                             "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/correspondents/withdraw", "takes another's money", keep("accept", "fund", "withdraw", between_others=True),
                                                                             "422 NOOR   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/correspondents/reconcile", "compares its book", keep("accept", "fund", "reconcile"),
                                                                             "200        422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/correspondents/reconcile", "compares another's", keep("accept", "fund", "reconcile", between_others=True),
                                                                             "422 NOOR   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("GET /v1/correspondents", "reads its accounts", _get("/v1/correspondents"),
                                                                             "200        403          403          403          403          403          401     401", stored=False),
    Row("POST /v1/arrangements", "offers an arrangement", arrange,           "422 AG01   422 AG01     200          422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/arrangements/accept", "takes an offer", arrange_next("accept"),
                                                                             "422 AG01   422 AG01     422 NOOR     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/arrangements/end", "ends its arrangement", arrange_next("end"),
                                                                             "422 AG01   422 AG01     422 NOOR     422 AG01     422 AG01     422 AG01     401     401"),
    Row("GET /v1/arrangements", "reads its arrangements", _get("/v1/arrangements"),
                                                                             "403        403          200          403          403          403          401     401", stored=False),
    Row("POST /v1/credit-lines", "lends in its currency", _line("RUB"),      "422 AG01   422 AG01     200          422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/credit-lines", "lends in another's", _line("TJS"),         "422 AG01   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/pledges", "takes collateral for a line", _pledge,          "422 CURR   422 AG01     200          422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/pledges/release", "releases a central bank's", _release,   "422 NOOR   422 AG01     200          422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/fixings", "fixes a rate in its currency", _fix("RUB"),     "422 AG01   422 AG01     200          422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/fixings", "fixes a rate in another's", _fix("TJS"),        "422 AG01   422 AG01     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/trades", "states a trade of its own", _capture,            "200        200          422 AG01     422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/trades/cancel", "undoes its own trade", _undo,             "200        200          422 AG01     422 AG01     422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/trades/cancel", "undoes another's trade", _undo_anothers,  "422 NOOR   422 NOOR     422 AG01     422 AG01     422 AG01     422 AG01     401     401"),
    Row("POST /v1/operations", "orders what takes two", _order,              "422 AG01   422 AG01     422 AG01     200          422 AG01     422 AG01     401     401"),
    Row("POST /v1/operations", "stops alone", _stop,                         "422 AG01   422 AG01     422 AG01     200          422 AG01     422 AG01     401     401", moves=True),
    Row("POST /v1/operations", "approves another's order", _approve,         "422 AG01   422 AG01     422 AG01     200          422 AG01     422 AG01     401     401"),
    Row("POST /v1/operations", "founds anew", _found,                        "422 CH16   422 CH16     422 CH16     422 CH16     422 AG01     422 AG01     401     401"),
    Row("POST /v1/vouchers", "reports what it holds", _report,               "200        200          200          422 AG01     200          422 AG01     401     401"),
    Row("POST /v1/vouchers", "reports what another holds", _report_anothers, "422 DS28   422 DS28     422 DS28     422 DS28     422 AG01     422 AG01     401     401"),
    Row("GET /v1/mailbox", "reads its mailbox", _get("/v1/mailbox?after=0"), "200        200          200          403          200          200          401     401", stored=False),
    Row("GET /v1/mailbox", "names another's", _get("/v1/mailbox?after=0&participant=PAMRTJ20"),
                                                                             "400        400          400          403          400          400          401     401", stored=False),
    Row("GET /v1/statements", "reads its account", _get("/v1/statements?currency=RUB"),
                                                                             "200        200          200          403          200          200          401     401", stored=False),
    Row("GET /v1/statements", "names another's", _get("/v1/statements?currency=RUB&participant=PAMRTJ20"),
                                                                             "400        400          400          403          400          400          401     401", stored=False),
    Row("POST /v1/mailbox/acknowledgement", "acknowledges", _acknowledge,    "202        202          202          403          202          202          401     401", stored=False),
    Row("POST /v1/mailbox/acknowledgement", "acknowledges another's", _acknowledge_for_another,
                                                                             "422        422          422          403          422          422          401     401", stored=False),
    Row("GET /v1/aliases/{phone}", "looks up a number", _get(f"/v1/aliases/{ANOTHERS}"),
                                                                             "200        403          403          403          403          403          401     401", stored=False),
    Row("GET /v1/aliases/{phone}", "looks up nobody's", _get("/v1/aliases/+992917000779"),
                                                                             "404        403          403          403          403          403          401     401", stored=False),
    Row("GET /health", "asks for health", _get("/health"),                   "200        200          200          200          200          200          200     200", stored=False),
    Row("GET /metrics", "asks for metrics", _get("/metrics"),                "200        200          200          200          200          200          200     200", stored=False),
    Row("GET /openapi.json", "asks for the description", _get("/openapi.json"),
                                                                             "200        200          200          200          200          200          200     200", stored=False),
)
# fmt: on


def cells(row: Row) -> dict[str, str]:
    """Return what each kind of caller hears."""
    words: list[str] = []
    for word in row.cells.split():
        if word.isdigit() or word == "-":
            words.append(word)
        else:
            words[-1] += f" {word}"
    return dict(zip(CALLERS, words, strict=True))
