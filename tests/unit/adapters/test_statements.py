"""The signer's statements over a socket: signed pages, typed refusals, and a signer that is away."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from corridor.adapters.keys.software import Ed25519Key, verifier
from corridor.adapters.stream import frames, questions, statements
from corridor.codecs.iso20022.account_report import SIZE_BYTES_MAX
from corridor.codecs.iso20022.envelope import open_envelope
from corridor.codecs.jws import HubHeader, ReceiptHeader, parse, signing_input
from corridor.ports import HubAway, Unstated
from corridor.reports.pages import ENTRIES
from corridor.reports.statements import NotBegun
from tests.unit.reports.test_pages import TODAY, moved, page

pytestmark = pytest.mark.anyio
KEY = Ed25519Key(b"H" * 32)


@asynccontextmanager
async def served(directory, read):
    path = directory / "statements"
    server = await statements.serve(path, KEY, HubHeader("CORRXXM0", "sandbox", "hub-1"), read)
    asker = statements.StreamStatements(path)
    try:
        yield asker
    finally:
        await asker.close()
        server.close()


async def test_a_page_comes_signed(tmp_path):
    asked = []

    async def read(*facts):
        asked.append(facts)
        return page([moved(-n, n) for n in range(1, ENTRIES + 1)])

    async with served(tmp_path, read) as signer:
        stated = await signer.read("SEVRRUM0", "RUB", TODAY.date, 1)
        again = await signer.read("SEVRRUM0", "RUB", TODAY.date, 1)
    assert asked == [("SEVRRUM0", "RUB", TODAY.date, 1)] * 2
    assert again == stated, "the same page of the same moment has one signature"
    parsed = parse(stated.signature, ReceiptHeader)
    assert verifier("EdDSA", KEY.public).verify(
        signing_input(parsed.protected, stated.payload), parsed.signature
    )
    message = open_envelope(stated.payload, size_bytes_max=SIZE_BYTES_MAX).message
    assert len(message.entries) == ENTRIES


async def test_a_refusal_keeps_its_reason_and_its_words(tmp_path):
    async def read(*_):
        raise NotBegun(field="day")

    async with served(tmp_path, read) as signer:
        with pytest.raises(Unstated) as refused:
            await signer.read("SEVRRUM0", "RUB", "2099-01-01", 1)
        assert (refused.value.reason, refused.value.field) == ("DT01", "day")
        assert "not begun" in refused.value.detail


async def test_a_database_that_is_away_ends_nothing(tmp_path):
    ways = [OSError("no route to host"), None]

    async def read(*_):
        trouble = ways.pop(0)
        if trouble is not None:
            raise trouble
        return page([])

    async with served(tmp_path, read) as signer:
        with pytest.raises(HubAway):
            await signer.read("SEVRRUM0", "RUB", "", 1)
        assert (await signer.read("SEVRRUM0", "RUB", "", 1)).payload


async def test_a_signer_that_is_away_is_tried_again_the_next_time(tmp_path):
    async def read(*_):
        return page([])

    signer = statements.StreamStatements(tmp_path / "statements")
    with pytest.raises(HubAway):
        await signer.read("SEVRRUM0", "RUB", "", 1)
    server = await statements.serve(
        tmp_path / "statements", KEY, HubHeader("CORRXXM0", "sandbox", "hub-1"), read
    )
    assert (await signer.read("SEVRRUM0", "RUB", "", 1)).payload
    await signer.close()
    server.close()


async def test_what_is_no_question_ends_the_connection(tmp_path):
    async def read(*_):
        raise AssertionError

    async with served(tmp_path, read):
        reader, writer = await asyncio.open_unix_connection(tmp_path / "statements")
        writer.write(frames.encode("nothing"))
        assert await reader.read() == b""
        writer.close()


async def test_a_late_answer_is_nobodys(tmp_path, monkeypatch):
    """Not even the next question's."""
    monkeypatch.setattr(questions, "WAITS_S", 0.05)
    late = asyncio.Event()

    async def read(participant, *_):
        if participant == "SEVRRUM0":
            await late.wait()
            return page([moved(-1)])
        return page([])

    async with served(tmp_path, read) as signer:
        with pytest.raises(HubAway):
            await signer.read("SEVRRUM0", "RUB", "", 1)
        late.set()
        stated = await signer.read("PAMRTJ20", "RUB", "", 1)
        assert open_envelope(stated.payload).message.entries == ()
