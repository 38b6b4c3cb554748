"""Bounds: what is too much is turned away with a time to come back; a hub that is away is said to be away."""

import asyncio

import pytest

from corridor.domain.instants import SECOND
from corridor.gateway.limits import Limits
from corridor.gateway.quota import Bucket
from corridor.ports import Told
from tests.unit.gateway.house import a_house
from tests.world import SEVR

pytestmark = pytest.mark.anyio


SAID = Told(1, "accepted", 1, "header..signature", b"{}")


class Silent:
    """A hub that takes everything and says nothing before it is made to."""

    connected = True
    closed = ""

    def __init__(self, said=SAID):
        self.said = said
        self.taken = []
        self.waiting = []
        self.speaks = False

    def on_posts(self, hear):
        pass

    def on_join(self, doubt):
        pass

    def submit(self, command):
        self.taken.append(command)
        answer = asyncio.get_running_loop().create_future()
        if self.speaks:
            answer.set_result(self.said)
        else:
            self.waiting.append(answer)
        return answer

    def speak(self):
        self.speaks = True
        for answer in self.waiting:
            answer.set_result(self.said)


async def test_a_bank_has_so_many_places_and_another_its_own():
    link = Silent()
    async with a_house(link=link, limits=Limits(in_flight_per_bank=2, in_flight=3)) as house:
        waiting = [house.sevr.start("/v1/messages", house.sevr.order(n)) for n in (1, 2)]
        await asyncio.sleep(0.02)
        assert len(link.taken) == 2
        refused = await house.sevr.send(house.sevr.order(3))
        assert (refused.status, refused.headers["retry-after"]) == (429, "1")
        waiting.append(house.pamr.start("/v1/messages", house.pamr.order(4)))
        await asyncio.sleep(0.02)
        assert house.metric("in_flight") == 3
        refused = await house.pamr.send(house.pamr.order(5))
        assert (refused.status, refused.headers["retry-after"]) == (503, "1")
        link.speak()
        assert [(await each.answer()).status for each in waiting] == [202, 202, 202]
        assert house.metric("in_flight") == 0
        assert (await house.sevr.send(house.sevr.order(3))).status == 202


async def test_a_hub_that_does_not_answer_in_time_is_away():
    async with a_house(link=Silent(), limits=Limits(answer_s=0.02)) as house:
        answer = await house.sevr.send(house.sevr.order(1))
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert answer.json["type"] == "urn:corridor:problem:away"
        assert house.metric("in_flight") == 0


async def test_a_bank_may_ask_so_often():
    async with a_house(limits=Limits(requests_per_s=3)) as house:
        statuses = [(await house.sevr.send(house.sevr.order(n))).status for n in range(1, 9)]
        assert statuses[:6] == [202] * 6, "the burst is two seconds' worth"
        assert statuses[-1] == 429
        assert (await house.pamr.get("/v1/mailbox?after=0")).status == 200
        assert (await house.sevr.get("/v1/mailbox?after=0")).status == 429


async def test_nobody_spends_the_quota_of_another():
    async with a_house(limits=Limits(requests_per_s=1)) as house:
        body = house.sevr.order(1)
        for _ in range(10):
            forged = house.pamr.sign(body, signer=SEVR, key_id=house.sevr.key_id)
            exchange = house.pamr.start("/v1/messages", body)
            exchange._scope["headers"] = [
                (name, forged.encode() if name == b"corridor-signature" else value)
                for name, value in exchange._scope["headers"]
            ]
            assert (await exchange.answer()).status == 401
        assert (await house.sevr.send(body)).status == 202


async def test_a_hub_that_is_away_is_said_to_be_away(house):
    house.link.cut()
    answer = await house.sevr.send(house.sevr.order(1))
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert (await house.sevr.get("/health")).json == {"hub": "away", "keys": "fresh"}
    house.link.join()
    assert (await house.sevr.send(house.sevr.order(1))).status == 202


async def test_a_hub_that_goes_before_it_answers_leaves_the_outcome_open(house):
    submit = house.process.submit

    def take_and_go(link, frame):
        submit(link, frame)
        house.link.cut()

    house.process.submit = take_and_go
    assert (await house.sevr.send(house.sevr.order(1))).status == 503
    house.process.submit = submit
    house.link.join()
    assert (await house.sevr.send(house.sevr.order(1))).status == 202
    assert len(await house.pamr.mailbox(wait=5)) == 1, "sent again, paid once"


async def test_a_busy_hub_asks_to_come_back():
    busy = Silent(Told(1, "busy", 0, "header..signature", b""))
    busy.speak()
    async with a_house(link=busy) as house:
        answer = await house.sevr.send(house.sevr.order(1))
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert answer.json["type"] == "urn:corridor:problem:busy"


BUCKETS = [
    # (takes: tokens at second -> seconds to wait)
    ([(20, 0, 0), (1, 0, 1), (1, 0.05, 1), (1, 0.1, 0), (1, 0.1, 1)]),
    ([(20, 0, 0), (10, 0.5, 1), (10, 1, 0)]),
    ([(1, 0, 0), (20, 100, 0), (1, 100, 1)]),  # never more than the burst
    ([(20, 5, 0), (1, 4, 1), (1, 4.1, 0)]),  # a clock that runs back adds nothing
    ([(20, 0, 0), (20, 0, 2)]),
]


@pytest.mark.parametrize("takes", BUCKETS)
def test_buckets(takes):
    bucket = Bucket(per_s=10, burst=20, now=0)
    for tokens, at, wait_s in takes:
        assert bucket.take(tokens, round(at * SECOND)) == wait_s, (tokens, at)


def test_what_is_given_back_is_there_again():
    bucket = Bucket(per_s=1, burst=20, now=0)
    assert bucket.take(20, 0) == 0
    bucket.give_back(19)
    assert bucket.take(19, 0) == 0
    bucket.give_back(100)
    assert bucket.take(21, 0) == 1
