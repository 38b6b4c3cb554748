"""docs/fx.md: the day of two providers goes as it is told."""

import re
from pathlib import Path

from corridor.decision import Rejected
from corridor.services.fx.commands import SetFxLimit
from corridor.services.fx.records import QUOTE
from tests.unit.services.fx.fx_market import ALFA, OPERATOR, PAMIR, SEVERNY, SUGD, tier
from tests.unit.services.fx.test_fx_inquiries import Asking, number_of

DOCUMENT = Path(__file__).parents[4] / "docs/fx.md"
PROVIDERS = {"A": ALFA, "S": SUGD}
NAMES = {bic: name for name, bic in PROVIDERS.items()}


def test_the_day_of_two_providers() -> None:
    market = Asking()
    (day,) = re.findall(r"```\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert len(day.splitlines()) == 18
    for line in day.splitlines():
        event, told = re.split(r"  +", line)
        assert happen(market, event) == told, line


def happen(market: Asking, event: str) -> str:
    """Let it happen, and return who quotes at which rate, or why nobody does."""
    words = event.split()
    match words:
        case [name, "posts", bid, ask]:
            assert market.post(PROVIDERS[name], tier(0, bid, ask)).body == b""
        case [name, "may", *_, amount, currency]:
            kind = "quote" if "quote" in words else "position"
            minor = int(amount) * 100
            market.must(SetFxLimit(market.origin(OPERATOR), PROVIDERS[name], currency, kind, minor))
        case ["a", "minute", "later"]:
            market.wait(61)
        case ["inquiry:", *replies]:
            number = number_of(market.inquire(500_00))
            for name, rate in zip(replies[::2], replies[1::2], strict=True):
                market.reply(number, PROVIDERS[name], rate)
            market.wait(11)
            ended = market.inquiry(number)
            return ended.reason or said(market, ended.quote_id)
        case [amount, _, way, "roubles", *of]:
            sides = {"source": "TJS", "destination": "RUB", "signer": PAMIR, "creditor_agent": SEVERNY}
            facts = sides if way == "into" else {"fixed": "destination"}
            provider = PROVIDERS[of[1]] if of else ""
            before = {each.quote_id for each in market.quotes()}
            answer = market.ask(int(amount) * 100, provider=provider, **facts)
            if isinstance(answer, Rejected):
                return answer.reason
            (quote_id,) = {each.quote_id for each in market.quotes()} - before
            return said(market, quote_id)
    return "-"


def said(market: Asking, quote_id: str) -> str:
    quote = market.durable[QUOTE, quote_id]
    return f"{NAMES[quote.provider]} at {quote.rate:.4f}"
