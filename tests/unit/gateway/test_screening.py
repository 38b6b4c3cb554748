"""Screening at the door: all parties, the list in force, and a newer one when the hub asks for it."""

import msgspec
import pytest

from corridor.domain.parties import Party
from corridor.services.compliance.commands import ActivateList
from corridor.services.compliance.lists import Entry, Kind, ListedName, ListVersion, Quality
from corridor.services.compliance.screening import Index
from tests.unit.gateway.house import House, OneList, opened
from tests.world import LIST, SEVR

pytestmark = pytest.mark.anyio


async def test_all_parties_are_screened(house):
    body = house.sevr.order(
        1,
        ultimate_debtor=Party(name="ООО Ромашка"),
        ultimate_creditor=Party(name="Нигора Саидова"),
    )
    assert (await house.sevr.send(body)).status == 202
    assert house.names.asked == ["Иван Петров", "Рустам Каримов", "ООО Ромашка", "Нигора Саидова"]


class Renewed(House):
    """The hub has put a newer list in force since the gateway loaded its own."""

    def __init__(self, *versions):
        super().__init__()
        self.world.operate(ActivateList, version="list-2", entries=20_000)
        self._lists = [OneList(version) for version in versions]

    async def load_list(self):
        if len(self._lists) == 1:
            return self._lists[0]
        return self._lists.pop(0)


async def test_an_older_list_is_renewed_and_the_names_screened_anew(monkeypatch):
    monkeypatch.setattr("corridor.gateway.screening.NEWER_AT_MOST_EVERY", 0)
    async with opened(Renewed(LIST, "list-2")) as house:
        answer = await house.sevr.send(house.sevr.order(1))
        assert answer.status == 202
        assert house.metric("commands_total", status="again") == 1
        assert len(await house.pamr.mailbox(wait=5)) == 1


async def test_a_list_that_is_not_at_hand_is_a_503_and_no_payment(monkeypatch):
    monkeypatch.setattr("corridor.gateway.screening.NEWER_AT_MOST_EVERY", 0)
    async with opened(Renewed(LIST)) as house:
        before = house.batches
        answer = await house.sevr.send(house.sevr.order(1))
        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        assert house.batches == before, "nothing is decided or stored"


async def test_a_list_is_fetched_once_a_second_at_most():
    async with opened(Renewed(LIST, "list-2")) as house:
        assert (await house.sevr.send(house.sevr.order(1))).status == 503
        house.clock.skip(1_000_000)
        assert (await house.sevr.send(house.sevr.order(1))).status == 202


async def test_without_a_list_nothing_is_paid():
    class Listless(House):
        async def load_list(self):
            raise OSError("no such file")

    async with opened(Listless()) as house:
        assert (await house.sevr.send(house.sevr.order(1))).status == 503


async def test_a_hit_refuses_and_says_no_more():
    class Listed(House):
        async def load_list(self):
            entry = Entry("made-up", "7", Kind.PERSON, (ListedName("Рустам Каримов", Quality.STRONG),))
            return Index.build([entry], ListVersion(LIST))

    async with opened(Listed()) as house:
        assert (await house.sevr.send(house.sevr.order(1))).status == 202
        (told,) = await house.sevr.mailbox(wait=5)
        assert (told.message.transaction_status, told.message.reason) == ("RJCT", "RR04")
        assert house.world.balance(SEVR, "RUB") == 1_000_000_00


async def test_a_name_that_is_none_is_refused():
    class Real(House):
        async def load_list(self):
            return Index.build([], ListVersion(LIST))

    async with opened(Real()) as house:
        order = msgspec.structs.replace(house.world.order(1), creditor=Party(name="***", account="20206972"))
        await house.sevr.send(house.sevr.envelope(order, "pacs.008.001.13"))
        (told,) = await house.sevr.mailbox(wait=5)
        assert told.message.reason == "BE21"
