"""Mailboxes: read by number, waited for, streamed; hints may be lost, messages may not."""

import asyncio

import msgspec
import pytest

from corridor.gateway.limits import Limits
from corridor.ports import HubAway
from corridor.services.messaging.records import MAILBOX
from tests.unit.gateway.house import JSON, a_house, eventually
from tests.world import PAMR

pytestmark = pytest.mark.anyio


async def pay(house, *numbers):
    for number in numbers:
        assert (await house.sevr.send(house.sevr.order(number))).status == 202


def numbers(answer):
    assert answer.status == 200
    return [line["number"] for line in answer.lines]


async def test_messages_come_by_number_exactly_as_signed(house):
    await pay(house, 1, 2, 3)
    answer = await house.pamr.get("/v1/mailbox?after=0")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert numbers(answer) == [1, 2, 3]
    assert [house.pamr.opened(line).message.end_to_end_id for line in answer.lines] == ["e1", "e2", "e3"]
    assert numbers(await house.pamr.get("/v1/mailbox?after=1&limit=1")) == [2]
    assert numbers(await house.pamr.get("/v1/mailbox?after=3")) == []
    assert numbers(await house.pamr.get("/v1/mailbox?after=99")) == []


async def test_nobody_reads_anothers_mailbox(house):
    await pay(house, 1)
    assert numbers(await house.sevr.get("/v1/mailbox?after=0")) == []


async def test_who_waits_is_told_at_once(house):
    waiting = house.pamr.open("/v1/mailbox?after=0&wait=30")
    await asyncio.sleep(0.02)
    assert not waiting.task.done()
    await pay(house, 1)
    async with asyncio.timeout(5):
        assert numbers(await waiting.answer()) == [1]


async def test_who_waits_in_vain_gets_nothing(house):
    began = house.clock.now()
    assert numbers(await house.pamr.get("/v1/mailbox?after=0&wait=1")) == []
    assert house.clock.now() - began >= 1_000_000


async def test_heard_and_stored_messages_are_the_same_bytes(house):
    await house.pamr.get("/v1/mailbox?after=0")  # from now on the gateway listens for this bank
    await pay(house, 1)
    heard = await house.pamr.get("/v1/mailbox?after=0&wait=5")
    house.gateway._feeds.doubt()
    stored = await house.pamr.get("/v1/mailbox?after=0")
    assert heard.body == stored.body


async def test_a_stream_goes_on_until_the_reader_leaves():
    async with a_house(limits=Limits(heartbeat_s=0.03)) as house:
        await pay(house, 1)
        stream = house.pamr.open("/v1/mailbox?after=0&stream=1")
        assert (await stream.sent.get())["status"] == 200
        assert msgspec.json.decode((await stream.sent.get())["body"])["number"] == 1
        assert (await stream.sent.get())["body"] == b"\n", "a heartbeat"
        await pay(house, 2)
        found = []
        while not found:
            found = (await stream.sent.get())["body"].split()
        assert msgspec.json.decode(found[0] if len(found) == 1 else b" ".join(found))["number"] == 2
        assert house.gateway._mailboxes.readers == 1
        stream.leave()
        async with asyncio.timeout(5):
            await stream.task
        assert house.gateway._mailboxes.readers == 0


async def test_a_stream_ends_with_the_gateway(house):
    stream = house.pamr.open("/v1/mailbox?after=0&stream=1")
    waiting = house.pamr.open("/v1/mailbox?after=0&wait=30")
    await asyncio.sleep(0.02)
    await house.gateway.close()
    async with asyncio.timeout(5):
        await stream.task
        assert numbers(await waiting.answer()) == []


async def test_several_readers_keep_their_own_places(house):
    await pay(house, 1, 2)
    readers = [house.pamr.open(f"/v1/mailbox?after={after}&wait=5") for after in (0, 1, 2)]
    await asyncio.sleep(0.02)
    assert [reader.task.done() for reader in readers] == [True, True, False]
    await pay(house, 3)
    assert [numbers(await reader.answer()) for reader in readers] == [[1, 2], [2], [3]]


async def test_too_many_readers_are_turned_away():
    async with a_house(limits=Limits(readers_per_bank=2)) as house:
        waiting = [house.pamr.open("/v1/mailbox?after=0&wait=30") for _ in range(2)]
        await asyncio.sleep(0.02)
        assert (await house.pamr.get("/v1/mailbox?after=0")).status == 429
        assert (await house.sevr.get("/v1/mailbox?after=0")).status == 200
        await pay(house, 1)
        for each in waiting:
            await each.answer()
        assert numbers(await house.pamr.get("/v1/mailbox?after=0")) == [1]


async def test_a_lost_announcement_is_found_in_the_store(house, monkeypatch):
    monkeypatch.setattr("corridor.gateway.feeds.FIRST_DOUBT_S", 0.1)
    waiting = house.pamr.open("/v1/mailbox?after=0&wait=30")
    await asyncio.sleep(0.02)
    hear, house.link._hear = house.link._hear, lambda _posts: None
    await pay(house, 1)
    house.link._hear = hear
    async with asyncio.timeout(5):
        assert numbers(await waiting.answer()) == [1]


async def test_a_gap_in_what_is_announced_is_filled_from_the_store(house):
    await house.pamr.get("/v1/mailbox?after=0")
    hear, house.link._hear = house.link._hear, lambda _posts: None
    await pay(house, 1)
    house.link._hear = hear
    await pay(house, 2)
    assert numbers(await house.pamr.get("/v1/mailbox?after=0&wait=5")) == [1, 2]
    await pay(house, 3)
    assert numbers(await house.pamr.get("/v1/mailbox?after=2&wait=5")) == [3]


async def test_after_the_hub_was_away_everything_is_read_again(house):
    waiting = house.pamr.open("/v1/mailbox?after=0&wait=30")
    await asyncio.sleep(0.3)
    house.link.cut()  # too short to be noticed by who looks now and then
    command = house.gateway.routes[0].answer.args[0]
    house.process.submit(2, [(1, command(*await proven(house, house.sevr.order(1))))])
    house.link.join()
    async with asyncio.timeout(2):
        assert numbers(await waiting.answer()) == [1]


async def proven(house, body):
    sender = await house.gateway._submissions._authenticator.prove(house.sevr.sign(body).encode(), body)
    return sender, body


async def test_memory_is_bounded_and_what_it_dropped_is_read_from_the_store():
    async with a_house(limits=Limits(feed_posts=3)) as house:
        await house.pamr.get("/v1/mailbox?after=0")
        await pay(house, *range(1, 9))
        feed = house.gateway._feeds.feed(PAMR)
        assert (feed.first, feed.last, len(feed._lines)) == (6, 8, 3)
        assert numbers(await house.pamr.get("/v1/mailbox?after=0")) == list(range(1, 9))
        assert numbers(await house.pamr.get("/v1/mailbox?after=5")) == [6, 7, 8]
        assert feed._size == sum(map(len, feed._lines.values()))


async def test_bytes_are_bounded_too():
    async with a_house(limits=Limits(feed_bytes=1)) as house:
        await house.pamr.get("/v1/mailbox?after=0")
        await pay(house, 1, 2)
        assert house.gateway._feeds.feed(PAMR)._size == 0
        assert numbers(await house.pamr.get("/v1/mailbox?after=0")) == [1, 2]


async def test_what_nobody_reads_any_more_is_forgotten(house, monkeypatch):
    monkeypatch.setattr("corridor.gateway.feeds.FORGET_S", 0.0)
    await house.pamr.get("/v1/mailbox?after=0")
    await house.gateway._feeds.tidy()
    assert not house.gateway._feeds._feeds
    await pay(house, 1)
    assert not house.gateway._feeds._feeds, "mailboxes that nobody reads here cost nothing"


async def test_a_store_that_is_away_is_a_503_to_polls_and_patience_to_streams(house):
    async def away(participant, after, limit):
        raise HubAway

    read, house.mail.read = house.mail.read, away
    answer = await house.pamr.get("/v1/mailbox?after=0")
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    stream = house.pamr.open("/v1/mailbox?after=0&stream=1")
    await stream.sent.get()
    house.mail.read = read
    await pay(house, 1)
    async with asyncio.timeout(5):
        assert msgspec.json.decode((await stream.sent.get())["body"])["number"] == 1
    stream.leave()
    await stream.task


# acknowledgements


def acknowledged(house):
    mailbox = house.store.rows[MAILBOX].get(PAMR)
    return 0 if mailbox is None else mailbox.acknowledged


async def test_reading_on_acknowledges_what_came_before(house):
    await pay(house, 1, 2, 3)
    batches = house.batches
    for after in (0, 1, 2, 1):
        await house.pamr.get(f"/v1/mailbox?after={after}")
    assert house.batches == batches, "positions are coalesced"
    await house.gateway._acknowledgements.tell()
    assert acknowledged(house) == 2
    assert house.batches == batches + 1
    await house.pamr.get("/v1/mailbox?after=2")
    await house.gateway._acknowledgements.tell()
    assert house.batches == batches + 1, "what the hub knows is not said again"


async def test_a_position_can_be_posted(house):
    await pay(house, 1, 2)
    answer = await house.pamr.start("/v1/mailbox/acknowledgement", b'{"number":2}', JSON).answer()
    assert (answer.status, answer.json) == (202, {"number": 2})
    await eventually(lambda: acknowledged(house) == 2)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"number":-1}', b'{"number":"1"}', b'{"number":1,"number":2}']
)
async def test_a_position_that_is_none_is_told(house, body):
    answer = await house.pamr.start("/v1/mailbox/acknowledgement", body, JSON).answer()
    assert (answer.status, answer.json["type"]) == (422, "urn:corridor:problem:invalid")


async def test_a_position_too_high_changes_nothing_and_bars_nothing(house):
    await pay(house, 1)
    await house.pamr.get("/v1/mailbox?after=9")
    await house.gateway._acknowledgements.tell()
    assert acknowledged(house) == 0
    await house.pamr.get("/v1/mailbox?after=1")
    await house.gateway._acknowledgements.tell()
    assert acknowledged(house) == 1


async def test_what_the_hub_could_not_hear_is_told_later(house):
    await pay(house, 1)
    await house.pamr.get("/v1/mailbox?after=1")
    house.link.cut()
    await house.gateway._acknowledgements.tell()
    house.link.join()
    await house.gateway._acknowledgements.tell()
    assert acknowledged(house) == 1
