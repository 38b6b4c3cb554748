"""Values that no payment and no request may carry, and limits met to the unit."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from corridor.codecs.iso20022.pacs008 import AgreedRate
from corridor.domain.instants import SECOND
from corridor.domain.money import Money
from corridor.domain.parties import Party
from corridor.simulation.door.attacks.strike import Attack, Send, Strike
from corridor.simulation.door.attacks.xml import AMOUNT, NAME, changed, swapped
from corridor.simulation.door.wire import JSON, Answer
from corridor.simulation.door.world import CERTIFIED, SUSPENDED, UNKNOWN, WANTED


def order(**facts: Any) -> Send:
    """Send an order with such facts."""
    return lambda s: s.post(s.sevr.order(s.house.fresh(), **facts))


def amount(text: str, currency: str = "RUB") -> Send:
    """Send an order of an amount as it is written."""
    return swapped(AMOUNT, f'<IntrBkSttlmAmt Ccy="{currency}">{text}</IntrBkSttlmAmt>'.encode())


def name(text: str) -> Send:
    """Send an order of a debtor with a name."""
    return swapped(NAME, text.encode())


def within(mark: bytes, new: bytes) -> Send:
    """Put something into the order before a tag."""
    return changed(lambda body: body.replace(mark, new + mark, 1))


async def all_but_one_too_much(s: Strike) -> Answer:
    """Order one minor unit more than there is."""
    return await s.post(s.volg.order(s.house.fresh(), **rub(await _has(s) + 1)), s.volg)


async def to_the_last_unit(s: Strike) -> Answer:
    """Order exactly what there is: it passes, and one unit more does not."""
    payment, all_of_it = s.house.fresh(), await _has(s)
    answer = await s.post(s.volg.order(payment, **rub(all_of_it)), s.volg)
    await s.pamr.heard()
    await s.volg.send(s.volg.post(s.volg.order(s.house.fresh(), **rub(1))))
    s.demand((await s.volg.heard())[-1:] == ["RJCT AM04"], "one unit beyond the limit passed")
    await s.pamr.send(s.pamr.post(s.pamr.report(payment, "RJCT", "AC04")))
    s.demand((await s.volg.heard())[-1:] == ["RJCT AC04"], "the payment to the last unit was not reserved")
    await s.volg.send(s.volg.post(s.volg.order(s.house.fresh(), UNKNOWN)))
    return answer


def rub(minor: int, currency: str = "RUB") -> dict[str, Any]:
    """Return the amount of an order."""
    return {"interbank_settlement_amount": Money(minor, currency)}


async def quote(s: Strike) -> dict[str, Any]:
    """Let fresh rates be posted and a quote be given to one bank."""
    tier = {"from_amount": "0", "bid": "8.50", "ask": "8.60"}
    pair = {"base_currency": "TJS", "quote_currency": "RUB"}
    assert (await s.alfx.send(s.alfx.ask("/v1/rates", **pair, tiers=[tier]))).status == 200
    answer = await s.sevr.send(s.sevr.ask("/v1/quotes", **QUOTE))
    assert answer.status == 200, answer
    given: dict[str, Any] = answer.json["answer"]
    return given


QUOTE: Final = {
    "creditor_agent": "PAMRTJ20",
    "source_currency": "RUB",
    "destination_currency": "TJS",
    "amount": {"amount": "100000", "currency": "RUB", "scale": 2},
}


def agreed(given: dict[str, Any]) -> dict[str, Any]:
    """Return what an order on a quote says."""
    rate = AgreedRate(
        unit_currency=given["unit_currency"],
        quoted_currency=given["quoted_currency"],
        rate=Decimal(given["rate"]),
        quote_id=given["quote_id"],
    )
    return {**rub(100_000), "agreed_rate": rate}


def quoted(
    *, later: int = 0, before: bool = False, by: str = "SEVRRUM0", minor: int = 100_000, **altered: str
) -> Send:
    """Pay on a quote: too late, twice, as another bank, or altered."""

    async def send(s: Strike) -> Answer:
        facts = agreed(await quote(s) | altered) | rub(minor)
        if before:
            await s.sevr.send(s.sevr.post(s.sevr.order(s.house.fresh(), **facts)))
            await s.pamr.heard()
        if later:
            await s.house.skip(later)
        caller = s.house[by]
        return await s.post(caller.order(s.house.fresh(), **facts), caller)

    return send


async def anothers_quote_burnt(s: Strike) -> Answer:
    """Order in another bank's name on its quote: refused, and the quote must still be good."""
    facts = agreed(await quote(s))
    answer = await s.post(s.volg.order(s.house.fresh(), debtor_agent=s.sevr.bic, **facts), s.volg)
    await s.sevr.send(s.sevr.post(s.sevr.order(s.house.fresh(), **facts)))
    s.demand(not await s.sevr.heard(), "the quote was spent by a stranger")
    await s.volg.heard()
    await s.volg.send(s.volg.post(s.volg.order(s.house.fresh(), debtor_agent=s.sevr.bic)))
    return answer


def asked(change: Callable[[bytes], bytes], path: str = "/v1/quotes") -> Send:
    """Send a request in JSON that was changed before it was signed."""

    async def send(s: Strike) -> Answer:
        sent = s.sevr.ask(path, **QUOTE).partition(b"\r\n\r\n")[2]
        return await s.post(change(sent), path=path, media=JSON)

    return send


def replaced(old: str, new: str) -> Send:
    """Send a request with something else in it."""
    return asked(lambda body: body.replace(old.encode(), new.encode()))


async def _has(s: Strike) -> int:
    """Return all the roubles that one bank has."""
    ledger = await s.house.ledger()
    (account,) = (a for a in ledger.accounts.values() if (a.participant, a.currency) == (s.volg.bic, "RUB"))
    balance = ledger.balances[account.id]
    has: int = balance.credits_posted - balance.debits_posted - balance.debits_pending
    return has


def _refused(number: str, name: str, reason: str, send: Send) -> Attack:
    return Attack(number, name, send, 202, f"admi.002 {reason}", f"refused {reason}")


def _rejected(number: str, name: str, reason: str, send: Send) -> Attack:
    return Attack(number, name, send, 202, f"RJCT {reason}", f"refused {reason}")


def _answered(number: str, name: str, reason: str, send: Send) -> Attack:
    return Attack(number, name, send, 422, trace=f"refused {reason}")


AMOUNTS: Final = (
    _rejected("A47", "an amount of zero", "AM01", amount("0.00")),
    _refused("A47", "a negative amount", "CH16", amount("-100.00")),
    _refused("A47", "a negative zero", "AM12", amount("-0")),
    _refused("A47", "19 digits", "CH16", amount("1234567890123456789")),
    _refused("A47", "17 digits and two decimals", "AM12", amount("12345678901234567.00")),
    _refused("A47", "an exponent", "CH16", amount("1e2")),
    _refused("A47", "a sign", "AM12", amount("+100.00")),
    _refused("A47", "a comma", "CH16", amount("100,00")),
    _refused("A47", "nothing", "CH16", amount("")),
    _refused("A47", "hexadecimal", "CH16", amount("0x64")),
    _refused("A47", "NaN", "CH16", amount("NaN")),
    _refused("A47", "INF", "CH16", amount("INF")),
    _refused("A47", "RUB 1.001", "CH20", amount("1.001")),
    _refused("A47", "JPY 1.00", "CH20", amount("1.00", "JPY")),
    _refused("A47", "KWD 1.0001", "CH20", amount("1.0001", "KWD")),
    _refused("A47", "a currency in small letters", "CH16", amount("100.00", "rub")),
    _refused("A47", "a currency that is none", "AM03", amount("100.00", "ZZZ")),
    _answered("A48", "NaN in JSON", "FF01", replaced('"100000"', "NaN")),
    _answered("A48", "Infinity in JSON", "FF01", replaced('"100000"', "Infinity")),
    _answered("A48", "a number for a text", "CH16", replaced('"100000"', "100000")),
    _answered("A48", "an exponent in JSON", "CH16", replaced("100000", "1e5")),
    _answered("A48", "a negative amount in JSON", "CH16", replaced("100000", "-100000")),
    _answered("A48", "19 digits in JSON", "CH16", replaced("100000", "1234567890123456789")),
    _answered("A48", "decimals in JSON", "CH16", replaced("100000", "1000.00")),
    _answered("A48", "JPY with two decimals", "CH20", replaced('"currency":"RUB"', '"currency":"JPY"')),
    _answered("A48", "a scale of another currency", "CH20", replaced('"scale":2', '"scale":4')),
    _answered("A48", "a scale that is a fraction", "CH16", replaced('"scale":2', '"scale":2.5')),
    _answered("A48", "an amount of 18 digits", "AB07", replaced("100000", "999999999999999999")),
)  # fmt: skip

TEXTS: Final = (
    _answered("A49", "a member twice", "FF01", replaced('"scale":2', '"scale":2,"scale":2')),
    _answered("A49", "a message id twice", "FF01", replaced('{"message_id"', '{"message_id":"x","message_id"')),
    _answered("A49", "a member twice, spelt in two ways", "FF01", replaced('"scale":2', '"scale":2,"sc\\u0061le":3')),
    _answered("A49", "JSON after JSON", "FF01", asked(lambda body: body * 2)),
    _answered("A49", "JSON with a comment", "FF01", asked(lambda body: body + b"// x")),
    _answered("A49", "JSON in UTF-16", "FF01", asked(lambda body: body.decode().encode("utf-16"))),
    _answered("A49", "JSON with a mark", "FF01", asked(lambda body: b"\xef\xbb\xbf" + body)),
    _answered("A49", "JSON of 30,000 levels", "CH16", asked(lambda _: b"[" * 30_000 + b"]" * 30_000)),
    _answered("A49", "half a surrogate pair in JSON", "FF01", replaced("PAMRTJ20", "\\ud800")),
    _refused("A50", "a line feed in a name", "CH16", name("Иван&#10;Петров")),
    _refused("A50", "a bell in a name", "FF01", name("Иван\x07")),
    _refused("A50", "an override of direction", "CH16", name("Иван \u202evortep")),
    _refused("A50", "a mark of direction", "CH16", name("Иван\u200fПетров")),
    _refused("A50", "an invisible space", "CH16", name("Иван\u200bПетров")),
    _refused("A50", "a byte order mark inside", "CH16", name("Иван\ufeffПетров")),
    _refused("A50", "a character of private use", "CH16", name("Иван\ue000")),
    _refused("A50", "a tag character", "CH16", name("Иван\U000e0041")),
    _refused("A50", "a name of spaces", "BE21", name("   ")),
    _answered("A50", "a control in a message id", "CH16", replaced('"message_id":"', '"message_id":"\\u0000')),
    _answered("A67", "a member that nobody knows", "CH17", replaced('"scale":2', '"scale":2,"is_admin":true')),
    _answered("A67", "a role in a request", "CH17", replaced('{"message_id"', '{"role":"hub","message_id"')),
    _answered("A67", "a prototype", "CH17", replaced('"scale":2', '"scale":2,"__proto__":{"x":1}')),
)  # fmt: skip

DATES: Final = (
    _refused("A51", "30 February", "CH16", within(b"<ChrgBr>", b"<IntrBkSttlmDt>2026-02-30</IntrBkSttlmDt>")),
    _refused("A51", "a created time without a zone", "DT01", changed(lambda b: _in_document(b, b"Z</CreDtTm>", b"</CreDtTm>"))),
    _refused("A51", "the hour 25", "CH16", changed(lambda b: _in_document(b, b"T11:", b"T25:") if b"T11:" in b else _in_document(b, b"T", b"T25", 1))),
    _refused("A51", "the year zero", "CH16", changed(lambda b: _in_document(b, b"<CreDtTm>2026", b"<CreDtTm>0000"))),
    _refused("A52", "two transactions that are one", "AM18", swapped(b"<NbOfTxs>1", b"<NbOfTxs>2")),
    _refused("A52", "a control sum that is wrong", "CH17", within(b"<SttlmInf>", b"<CtrlSum>999</CtrlSum>")),
)  # fmt: skip

PARTIES: Final = (
    _rejected("A53", "a currency nobody settles here", "AM03", order(**rub(100, "USD"))),
    _rejected("A54", "a payment to oneself", "AG03", order(agent="SEVRRUM0")),
    _rejected("A54", "in another bank's name", "RC03", order(debtor_agent="VOLGRUM0")),
    _refused("A54", "an instructing agent that is another", "AGNT", order(instructing_agent="VOLGRUM0")),
    _refused("A54", "an instructed agent that is not the hub", "AGNT", order(instructed_agent="PAMRTJ20")),
    _rejected("A54", "to a bank nobody knows", "RC04", order(agent=UNKNOWN)),
    _rejected("A54", "to a bank that is suspended", "AB08", order(agent=SUSPENDED)),
    _rejected("A54", "to a bank that is not active yet", "AB08", order(agent=CERTIFIED)),
    _rejected("A54", "to a phone number nobody has", "BE23", order(creditor_proxy_type="MBNO", creditor_proxy="+992917000001")),
    _rejected("A54", "to a person on the list", "RR04", order(debtor=Party(name=WANTED, account="1"))),
    _rejected("A55", "one unit more than there is", "AM04", all_but_one_too_much),
    Attack("A55", "to the last unit", to_the_last_unit, 202, "RJCT RC04", "refused RC04", moves=True),
)  # fmt: skip

QUOTES: Final = (
    _rejected("A56", "a quote nobody gave", "TK01", quoted(quote_id="00000000-0000-4000-8000-000000000000")),
    _rejected("A56", "a quote that has expired", "TKXP", quoted(later=61 * SECOND)),
    _rejected("A56", "a quote used before", "TKSG", quoted(before=True)),
    _rejected("A56", "a quote, one unit more", "AM09", quoted(minor=100_001)),
    _rejected("A56", "a quote at another rate", "CH16", quoted(rate="8.59")),
    _rejected("A56", "a quote of another bank", "TKCM", quoted(by="VOLGRUM0")),
    Attack("A56", "a quote of another bank, in its name", anothers_quote_burnt, 202, "RJCT RC03", "refused RC03", moves=True),
)  # fmt: skip


def _in_document(body: bytes, old: bytes, new: bytes, times: int = -1) -> bytes:
    """Change the document, which comes after the header."""
    at = body.index(b"<Document")
    return body[:at] + body[at:].replace(old, new, times)


ATTACKS: Final = (*AMOUNTS, *TEXTS, *DATES, *PARTIES, *QUOTES)
