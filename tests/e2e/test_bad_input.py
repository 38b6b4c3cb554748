"""Bad input through the real front door: a typed answer, a metric, and no change of any balance."""

from pathlib import Path

import pytest

from corridor.decision import BALANCE
from tests.e2e.bad_input import DOCUMENT, ROWS, document
from tests.unit.gateway.house import a_house
from tests.world import word


@pytest.mark.anyio
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.what)
async def test_bad_input(row):
    async with a_house() as house:
        before = posted(house)
        batches = house.batches
        answer = await row.send(house)
        assert answer.status == row.status, answer.body
        heard = [word(opened.message) for opened in await house.sevr.mailbox()]
        assert (heard[-1] if heard else "") == row.hears
        assert posted(house) == before
        if row.told:
            assert answer.json.get("answer", answer.json)["reason"] == row.told
        if row.status not in (202, 422):
            assert house.batches == batches, "it reached the hub"


def posted(house):
    """Return what is posted to each account, and so moved; a reservation alone moves nothing."""
    rows = house.store.rows[BALANCE].values()
    return {
        b.account_id: (b.debits_posted, b.credits_posted) for b in rows if b.debits_posted or b.credits_posted
    }


def test_the_document_is_made_from_these_rows():
    path = Path(__file__).parents[2] / DOCUMENT
    assert path.read_text() == document(), "write it anew: python -m tests.e2e.bad_input"
