"""Every cell of the table of rights; an endpoint that nobody thought of is told of."""

import pytest

from corridor.services.fx.commands import PostRates, RequestQuote
from corridor.services.governance.rights import RIGHTS
from corridor.simulation.door.attacks.trial import attack_all, on_uvloop
from corridor.simulation.door.house import open_house
from corridor.simulation.door.rights import trial
from corridor.simulation.door.rights.table import CALLERS, ROWS, cells
from corridor.simulation.door.wire import exchange, request


async def described(house):
    return (await exchange(house.port, request("GET", "/openapi.json"))).json


@pytest.mark.anyio
async def test_every_cell(house):
    document = await described(house)
    assert trial.missing(document) == []
    attacks = (*trial._cells(), *trial._other_methods(document))
    assert len(attacks) > 150
    broken = await attack_all(house, lambda _: None, attacks)
    assert [each for each in broken if "of the processor" not in each] == []


def test_that_every_row_has_a_cell_for_everyone():
    for row in ROWS:
        assert list(cells(row)) == list(CALLERS)


@pytest.mark.anyio
async def test_that_a_new_endpoint_is_missed_and_so_is_one_that_is_gone(house):
    document = await described(house)
    document["paths"]["/v1/secrets"] = {"get": {"security": [{"signature": []}]}}
    del document["paths"]["/v1/rates"]
    del document["paths"]["/v1/quotes"]["post"]["security"]
    assert trial.missing(document)[:2] == [
        "GET /v1/secrets is in no row of the table",
        "POST /v1/quotes says that it is not signed; the table does not",
    ]
    assert "there is no POST /v1/rates" in trial.missing(document)


def test_that_a_right_too_many_is_told(monkeypatch):
    monkeypatch.setitem(RIGHTS, PostRates, RIGHTS[RequestQuote])

    async def main():
        async with open_house() as house:
            return await attack_all(house, lambda _: None, tuple(trial._cells()))

    broken = on_uvloop(main())
    assert any("POST /v1/rates: bank posts its rates: HTTP" in each for each in broken)
