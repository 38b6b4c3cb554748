"""Questions over a socket: answered in time or not at all, and never with another's answer."""

import asyncio
from contextlib import asynccontextmanager

import msgspec
import pytest

from corridor.adapters.keys.software import Ed25519Key
from corridor.adapters.stream import frames, mail, questions, signer
from corridor.ports import HubAway

pytestmark = pytest.mark.anyio
KEY = Ed25519Key(b"H" * 32)
ANY = msgspec.msgpack.Decoder(list[str])


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(questions, "WAITS_S", 0.1)


@asynccontextmanager
async def asked(directory, give):
    server = await frames.answer(directory / "socket", ANY, give)
    asker = questions.Questions(directory / "socket", ANY)
    try:
        yield asker
    finally:
        await asker.close()
        server.close()


class Slow:
    """Says nothing about whom it was told to keep silent about, until it may."""

    def __init__(self, *silent):
        self.silent = silent
        self.speak = asyncio.Event()
        self.heard = []

    async def __call__(self, question):
        self.heard.append(question)
        if question[0] in self.silent:
            await self.speak.wait()
        return [*question, "!"]


async def test_silence_is_told_in_time_and_a_late_answer_is_nobodys(tmp_path):
    slow = Slow("a")
    async with asked(tmp_path, slow) as asker:
        with pytest.raises(HubAway):
            await asker.ask(["a"])
        slow.speak.set()
        assert await asker.ask(["b"]) == ["b", "!"]


async def test_whoever_waits_for_a_turn_waits_no_longer(tmp_path):
    async with asked(tmp_path, Slow("a")) as asker, asyncio.timeout(0.3):
        told = await asyncio.gather(*(asker.ask(["a"]) for _ in range(10)), return_exceptions=True)
    assert [type(each) for each in told] == [HubAway] * 10


async def test_what_somebody_gave_up_waiting_for_is_not_told_to_the_next(tmp_path):
    slow = Slow("a")
    async with asked(tmp_path, slow) as asker:
        given_up = asyncio.create_task(asker.ask(["a"]))
        while not slow.heard:
            await asyncio.sleep(0.001)
        given_up.cancel()
        slow.speak.set()
        assert await asker.ask(["b"]) == ["b", "!"]


async def test_a_connection_serves_as_long_as_it_answers(tmp_path):
    connected = []

    async def echo(reader, writer):
        connected.append(writer)
        while (question := await frames.read(reader, ANY)) is not None:
            writer.write(frames.encode(question))
        writer.close()

    server = await frames.listen(tmp_path / "socket", echo)
    asker = questions.Questions(tmp_path / "socket", ANY)
    for word in ("a", "b", "c"):
        assert await asker.ask([word]) == [word]
    assert len(connected) == 1
    await asker.close()
    await asker.close()
    assert await asker.ask(["d"]) == ["d"], "closed is not ended"
    await asker.close()
    server.close()


@pytest.mark.parametrize(
    "said", [b"", b"\0\0\0\2\x09\x90", b"\0\0\0\2\x01\xc0"], ids=["end", "version", "type"]
)
async def test_what_is_no_answer_is_nobody_there(tmp_path, said):
    async def handle(reader, writer):
        await frames.read(reader, ANY)
        writer.write(said)
        writer.close()

    server = await frames.listen(tmp_path / "socket", handle)
    asker = questions.Questions(tmp_path / "socket", ANY)
    for _ in range(2):
        with pytest.raises(HubAway):
            await asker.ask(["a"])
    server.close()


async def test_a_silent_signer_holds_no_reader_of_a_mailbox(tmp_path):
    class Silent:
        async def mailbox(self, participant, _after, _limit):
            if participant == "SEVRRUM0":
                await asyncio.Event().wait()
            return []

    server = await mail.serve(tmp_path / "mail", KEY, Silent())
    stored = mail.StreamMail(tmp_path / "mail")
    async with asyncio.timeout(5):
        with pytest.raises(HubAway):
            await stored.read("SEVRRUM0", 0, 10)
        assert list(await stored.read("PAMRTJ20", 0, 10)) == []
    await stored.close()
    server.close()


async def test_what_a_silent_signer_was_asked_is_asked_again(tmp_path):
    asked_for = []

    async def sign(inputs):
        asked_for.append(inputs)
        if len(asked_for) == 1:
            await asyncio.Event().wait()
        return [KEY.sign(each) for each in inputs][: 1 if len(asked_for) == 2 else None]

    server = await frames.answer(tmp_path / "signer", msgspec.msgpack.Decoder(list[bytes]), sign)
    pen = signer.StreamSigner(tmp_path / "signer")
    async with asyncio.timeout(5):
        assert await pen.sign([b"a", b"b"]) == [KEY.sign(b"a"), KEY.sign(b"b")]
    assert asked_for == [[b"a", b"b"]] * 3, "silence, then too few, then all"
    await pen.close()
    server.close()
