"""Statements through the front door: signed by the hub, of one's own account, and typed refusals for all else."""

import asyncio

import msgspec
import pytest

from corridor.codecs.iso20022.account_report import SIZE_BYTES_MAX
from corridor.codecs.iso20022.camt052 import Report
from corridor.codecs.iso20022.camt053 import Statement
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.domain.instants import DAY, iso_date
from corridor.domain.money import Money
from corridor.ports import HubAway, Stated
from corridor.reports import pages
from tests.unit.gateway.house import ENVIRONMENT, House, a_house, check_hub, eventually, opened
from tests.world import ALFX, CBRR, FUNDS, PAMR, SEVR

pytestmark = pytest.mark.anyio
ADDRESS = "/v1/statements?currency=RUB"


def read(answer, bic=SEVR):
    """Return the header and the message of an answer, everything verified."""
    assert answer.status == 200, answer
    assert answer.headers["content-type"] == "application/xml"
    header = check_hub(answer.headers["corridor-signature"], answer.body)
    assert header.aud == f"{bic}/{ENVIRONMENT}"
    return header, open_envelope(answer.body, size_bytes_max=SIZE_BYTES_MAX).message


async def pay(house, count):
    for n in range(1, count + 1):
        order = house.sevr.order(n, clearing_channel="RTGS", interbank_settlement_amount=Money(n, "RUB"))
        assert (await house.sevr.send(order)).status == 202


async def test_the_day_that_runs_is_told_as_far_as_it_has_come(house):
    await pay(house, 2)
    header, message = read(await house.sevr.get(ADDRESS))
    assert isinstance(message, Report)
    assert (header.batch, header.head) == (house.store.batch, house.store.head.hex())
    assert (message.account, message.account_servicer) == ("SEVRRUM0-RUB", "CORRXXM0")
    assert [each.amount for each in message.balances] == [
        Money(0, "RUB"),
        Money(FUNDS - 3, "RUB"),
        Money(FUNDS - 3, "RUB"),
    ]
    assert [(each.credit_debit, each.sub_family) for each in message.entries][-2:] == [("DBIT", "XBCT")] * 2
    assert message.entries[-1].uetr == house.world.order(2).uetr
    _, theirs = read(await house.pamr.get(ADDRESS), PAMR)
    assert theirs.entries[-1].debtor_agent == SEVR


async def test_a_day_that_has_ended_is_told_in_the_same_bytes_for_ever(house):
    await pay(house, 1)
    day = iso_date(house.clock.now())
    assert isinstance(read(await house.sevr.get(f"{ADDRESS}&day={day}"))[1], Report)
    _, today = read(await house.sevr.get(ADDRESS))
    house.clock.skip(DAY)
    await house.gateway._keys.refresh()
    await pay_again(house, 50)
    first = await house.sevr.get(f"{ADDRESS}&day={day}")
    _, message = read(first)
    assert isinstance(message, Statement)
    assert message.entries == today.entries, "what came later is of the next day"
    await pay_again(house, 51)
    again = await house.sevr.get(f"{ADDRESS}&day={day}")
    assert again.body == first.body
    assert again.headers["corridor-signature"] != first.headers["corridor-signature"], (
        "it names a later batch"
    )
    _, running = read(await house.sevr.get(ADDRESS))
    assert running.balances[0].amount == message.balances[1].amount, "it opens with what there was"
    assert len(running.entries) == 2


async def pay_again(house, n):
    order = house.sevr.order(n, clearing_channel="RTGS", interbank_settlement_amount=Money(1, "RUB"))
    assert (await house.sevr.send(order)).status == 202


async def test_a_long_day_comes_in_pages(house, monkeypatch):
    monkeypatch.setattr(pages, "ENTRIES", 2)
    monkeypatch.setattr("corridor.adapters.memory.reads.ENTRIES", 2)
    await pay(house, 4)
    _, whole = read(await house.sevr.get(ADDRESS))
    last = -(-whole.summary.entries // 2)
    assert last >= 3
    told = []
    for n in range(1, last + 1):
        _, message = read(await house.sevr.get(f"{ADDRESS}&page={n}"))
        assert (message.page, message.is_last_page, message.summary) == (n, n == last, whole.summary)
        told += message.entries
    assert [each.reference for each in told] == [str(n) for n in range(1, whole.summary.entries + 1)]
    beyond = await house.sevr.get(f"{ADDRESS}&page={last + 1}")
    assert (beyond.status, beyond.json["reason"], beyond.json["field"]) == (404, "CH16", "page")


@pytest.mark.parametrize("bic", [ALFX, CBRR])
async def test_providers_and_central_banks_have_accounts_too(house, bic):
    _, message = read(await house.banks[bic].get(ADDRESS), bic)
    assert message.account_owner == bic


@pytest.mark.parametrize(
    ("query", "status", "reason", "field"),
    [
        ("currency=RUB&day=2099-01-01", 404, "DT01", "day"),
        ("currency=RUB&day=2020-01-01", 404, "DT01", "day"),
        ("currency=RUB&day=2026-02-30", 400, "DT01", "day"),
        ("currency=RUB&day=today", 400, None, None),
        ("currency=RUB&page=2", 404, "CH16", "page"),
        ("currency=RUB&page=0", 400, None, None),
        ("currency=RUB&page=100000", 400, None, None),
        ("currency=USD", 404, "AC01", "currency"),
        ("currency=rub", 400, None, None),
        ("currency=RUB&participant=PAMRTJ20", 400, None, None),
        ("day=2026-11-24", 400, None, None),
    ],
)
async def test_what_cannot_be_told_is_refused_by_name(house, query, status, reason, field):
    answer = await house.sevr.get(f"/v1/statements?{query}")
    assert (answer.status, answer.json.get("reason"), answer.json.get("field")) == (status, reason, field)
    assert "corridor-signature" not in answer.headers


async def test_who_is_suspended_reads_its_own_account_and_an_operator_none():
    async with a_house(suspended=SEVR) as house:
        read(await house.sevr.get(ADDRESS))
        answer = await house.persons["alice"].get(ADDRESS)
        assert (answer.status, answer.json["reason"]) == (403, "AG01")


async def test_a_signer_that_is_away_is_a_503():
    class Away:
        async def read(self, *_):
            raise HubAway

    async with opened(House(statements=Away())) as house:
        answer = await house.sevr.get(ADDRESS)
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert msgspec.json.decode(answer.body)["type"] == "urn:corridor:problem:away"


async def test_each_reads_one_page_at_a_time():
    class Slow:
        def __init__(self):
            self.asked, self.go = [], asyncio.Event()

        async def read(self, participant, *_):
            self.asked.append(participant)
            await self.go.wait()
            return Stated("signature", b"<Envelope/>")

    slow = Slow()
    async with opened(House(statements=slow)) as house:
        first = house.sevr.open(ADDRESS)
        await eventually(lambda: slow.asked == [SEVR])
        second = await house.sevr.get(ADDRESS)
        assert (second.status, second.headers["retry-after"]) == (429, "1")
        other = house.pamr.open(ADDRESS)
        await eventually(lambda: slow.asked == [SEVR, PAMR])
        slow.go.set()
        assert [(await each.answer()).status for each in (first, other)] == [200, 200]
        assert (await house.sevr.get(ADDRESS)).status == 200
