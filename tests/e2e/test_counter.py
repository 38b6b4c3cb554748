"""The counter of the sandbox: what a person at the terminal has simulated institutions do, over the front door."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest

from corridor.adapters.stream import frames
from corridor.cli import counter
from corridor.cli.counter import AccountDeed, Asking, Change, Deed, Move, TradeDeed, TradeTold, Wish
from corridor.cli.home import Home
from corridor.cli.pay import _order as pay
from corridor.cli.person import Refusal
from corridor.cli.request import exchange
from corridor.client import AccountTerms, CorrespondentAccount, Facility, Inquiry, Terms
from corridor.client.requests import Trade
from corridor.codecs.iso20022.pacs002 import StatusReport
from corridor.domain.instants import DAY, iso_date
from corridor.domain.money import Money
from corridor.sandbox.process import Sandbox
from tests.e2e.test_client import a_sandbox
from tests.unit.sandbox.town import a_town

pytestmark = pytest.mark.anyio

SEVR, PAMR, ZARA = "SEVRRUM0", "PAMRTJ20", "ZARFTJ20"
UETR = "00000000-0000-4000-8000-000000000001"


@asynccontextmanager
async def a_counter(directory: Path) -> AsyncIterator[tuple[Home, Sandbox, Any]]:
    async with a_town() as town, a_sandbox(town, directory) as sandbox:
        await sandbox.found()
        with TemporaryDirectory(prefix="corridor-") as name:
            home = Home(Path(name))
            async with await counter.serve(home.sandbox_socket, sandbox):
                yield home, sandbox, town


def roubles(minor: int) -> Money:
    return Money(minor, "RUB")


async def paid(home: Home, wish: Wish, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Pay as `corridor pay` does, once it knows that all who are named are here."""

    async def known(*_: Any) -> None:
        """The town's hub keeps its books in memory."""

    monkeypatch.setattr("corridor.cli.pay.check", known)
    return await pay(home, wish, {}, quiet=True)


async def test_a_payment_spends_the_quote_that_it_names(tmp_path, monkeypatch):
    async with a_counter(tmp_path) as (home, *_):
        asking = Asking(SEVR, PAMR, "RUB", "TJS", roubles(1_000_00), 10)
        inquiry = await exchange(home, asking, Inquiry)
        quote = inquiry.quote
        assert quote is not None
        wish = Wish(SEVR, PAMR, quote.source.minor, "RUB", "TJS", quote=quote)
        notices = await paid(home, wish, monkeypatch)
        assert (notices[-1].status, notices[-1].quote_id) == ("ACCC", quote.quote_id)
        assert (notices[-1].source, notices[-1].destination) == (quote.source, quote.destination)
        again = await paid(home, wish, monkeypatch)
        assert again[-1].status == "RJCT", "a quote is spent once"
        other = await paid(home, msgspec.structs.replace(wish, quote=None), monkeypatch)
        assert other[-1].status == "ACCC"
        assert other[-1].quote_id not in ("", quote.quote_id)
        with pytest.raises(Refusal, match="has no customer with an account in JPY"):
            await paid(home, Wish(SEVR, PAMR, 1, "JPY", "JPY"), monkeypatch)


async def test_a_trade_is_stated_by_both_and_undone_by_both(tmp_path):
    async with a_counter(tmp_path) as (home, _, town):
        today = iso_date(town.clock.now())
        tomorrow = iso_date(town.clock.now() + DAY)
        sold, bought = roubles(100_00), Money(12_00, "TJS")

        def stated(reference: str, day: str = today, **facts: Any) -> Trade:
            return msgspec.structs.replace(Trade(PAMR, reference, today, day, sold, bought), **facts)

        mine = await exchange(home, TradeDeed(SEVR, stated("T1")), TradeTold)
        assert mine.state == "unmatched"
        wrong = stated("T1", counterparty=SEVR, sold=bought, bought=roubles(100_01))
        with pytest.raises(Refusal, match=r"\(trading_side_buy_amount"):
            await exchange(home, TradeDeed(PAMR, wrong), TradeTold)
        mirrored = stated("T1", counterparty=SEVR, sold=bought, bought=sold)
        theirs = await exchange(home, TradeDeed(PAMR, mirrored), TradeTold)
        assert theirs == TradeTold(mine.trade, "settled")

        alone = await exchange(home, TradeDeed(SEVR, stated("T2")), TradeTold)
        undone = await exchange(home, TradeDeed(SEVR, counterparty=PAMR, reference="T2"), TradeTold)
        assert undone == TradeTold(alone.trade, "cancelled")

        await exchange(home, TradeDeed(SEVR, stated("T3", tomorrow)), TradeTold)
        later = msgspec.structs.replace(mirrored, reference="T3", settlement_date=tomorrow)
        matched = await exchange(home, TradeDeed(PAMR, later), TradeTold)
        assert matched.state == "matched"
        for bank, other, state in ((SEVR, PAMR, "matched"), (PAMR, SEVR, "cancelled")):
            told = await exchange(home, TradeDeed(bank, counterparty=other, reference="T3"), TradeTold)
            assert told == TradeTold(matched.trade, state)
        with pytest.raises(Refusal, match=r"^NOOR: "):
            await exchange(home, TradeDeed(SEVR, counterparty=PAMR, reference="T9"), TradeTold)


async def test_every_refusal_reads_alike_and_whoever_is_not_simulated_does_nothing(tmp_path):
    async with a_counter(tmp_path) as (home, *_):
        terms = Terms(
            borrower=PAMR, limit=roubles(1), rate=0, fee_rate=0, day_count="x", starts_on="x", ends_on="x"
        )
        nobody, none = "NEWBRUM0", "AB08: NEWBRUM0 is none of the simulated"
        account = AccountTerms(account_servicer=SEVR, account_owner=PAMR, overdraft=roubles(0), ceiling=None)
        for asked, answer, words in (
            (Deed(nobody, "offer", terms=terms), Facility, none),
            (AccountDeed(nobody, "offer", terms=account), CorrespondentAccount, none),
            (TradeDeed(nobody, counterparty=SEVR, reference="T"), TradeTold, none),
            (Asking(nobody, PAMR, "RUB", "TJS", roubles(1), 1), Inquiry, none),
            (Change(nobody, UETR, "first"), bool, none),
            (Move(nobody, roubles(1), inward=True), StatusReport, "RC01: "),
            (Deed(PAMR, "draw", 1, roubles(1)), Facility, "NOOR: "),
            (AccountDeed(PAMR, "fund", 1, roubles(1)), CorrespondentAccount, "NOOR: "),
            (Change(SEVR, UETR, "cancel"), bool, "NOOR: "),
            (Change(SEVR, UETR, "URGT"), bool, "NOOR: "),
            (Change(SEVR, UETR, "last"), bool, "NOOR: "),
        ):
            with pytest.raises(Refusal, match=f"^{words}"):
                await exchange(home, asked, answer)  # type: ignore[type-var]


async def test_what_waits_is_moved(tmp_path, monkeypatch):
    async with a_counter(tmp_path) as (home, *_):
        gross = Wish(SEVR, PAMR, 99_999_999_999_00, "RUB", "RUB", counter.Gross(priority="NORM"))
        notices = await paid(home, gross, monkeypatch)
        assert notices[-1].status == "PDNG"
        for to in ("first", "last", "URGT", "cancel"):
            assert await exchange(home, Change(SEVR, notices[-1].uetr, to), bool) is True
        with pytest.raises(Refusal):
            await exchange(home, Change(SEVR, notices[-1].uetr, "cancel"), bool)


async def test_what_is_no_request_ends_the_line(tmp_path):
    async with a_counter(tmp_path) as (home, *_):
        reader, writer = await asyncio.open_unix_connection(home.sandbox_socket)
        writer.write(frames.encode("dance"))
        assert await reader.read() == b""
        writer.close()
