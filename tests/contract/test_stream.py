"""Links over sockets: commands in, answers out, and what happens when one end goes away."""

import asyncio

import msgspec
import pytest

from corridor.adapters.keys.software import Ed25519Key, verifier
from corridor.adapters.stream import frames, link, mail, signer
from corridor.codecs.jws import DeliveredHeader, HubHeader, parse
from corridor.ports import HubAway, Post, Told
from corridor.services.messaging.commands import Acknowledge, CloseCase, Origin

ORIGIN = Origin("SEVRRUM0", "m1", "operator", b"d" * 32, 1, body=b"\x00<bytes/>")
KEY = Ed25519Key(bytes(32))
NO_TEXT = frames.encode([(1, Acknowledge(ORIGIN, participant="S", number=1))]).replace(b"SEVR", b"SEV\xb9")


class Hub:
    """Answers every command with its own ticket."""

    closed = ""

    def __init__(self):
        self.links = {}
        self.heard = []

    def connect(self, number, send):
        self.links[number] = send

    def disconnect(self, number):
        del self.links[number]

    def submit(self, number, commands):
        self.heard.append(commands)
        self.links[number]([Told(ticket, "accepted", 1, "h..s", b"{}") for ticket, _ in commands], [])


async def connected(hub_link):
    hub_link.open()
    while not hub_link.connected:
        await asyncio.sleep(0.001)


@pytest.mark.anyio
async def test_commands_together_travel_in_one_frame_and_come_back(tmp_path):
    hub = Hub()
    server = await link.serve(tmp_path / "hub", hub, Acknowledge | CloseCase)
    hub_link = link.StreamLink(tmp_path / "hub")
    await connected(hub_link)
    commands = [Acknowledge(ORIGIN, participant="SEVRRUM0", number=7), CloseCase(ORIGIN, case=1, text="ё")]
    answers = await asyncio.gather(*(hub_link.submit(command) for command in commands))
    assert [a.status for a in answers] == ["accepted", "accepted"]
    assert [[command for _, command in frame] for frame in hub.heard] == [commands]
    await hub_link.close()
    server.close()


@pytest.mark.anyio
async def test_deliveries_are_heard_and_a_lost_hub_is_told(tmp_path):
    hub = Hub()
    server = await link.serve(tmp_path / "hub", hub, Acknowledge)
    hub_link = link.StreamLink(tmp_path / "hub")
    heard = []
    hub_link.on_posts(heard.extend)
    await connected(hub_link)
    post = Post("SEVRRUM0", 1, "h..s", b"<Envelope/>")
    while not hub.links:
        await asyncio.sleep(0.001)
    hub.links[1]([], [post])
    hub.submit = lambda _number, _commands: None
    lost = hub_link.submit(Acknowledge(ORIGIN, participant="SEVRRUM0", number=7))
    while not heard:
        await asyncio.sleep(0.001)
    assert heard == [post]
    hub_link._writer.close()  # as if the hub had ended
    with pytest.raises(HubAway):
        await lost
    await hub_link.close()
    with pytest.raises(HubAway):
        await hub_link.submit(Acknowledge(ORIGIN, participant="SEVRRUM0", number=7))
    server.close()


@pytest.mark.anyio
async def test_who_joins_again_is_told_so_however_short_the_cut_was(tmp_path):
    hub = Hub()
    server = await link.serve(tmp_path / "hub", hub, Acknowledge)
    hub_link = link.StreamLink(tmp_path / "hub")
    joined = asyncio.Queue()
    hub_link.on_join(lambda: joined.put_nowait(set(hub.links)))
    await connected(hub_link)
    assert await joined.get(), "by then the hub knows the link, so nothing announced later is missed"
    hub_link._writer.close()
    assert await joined.get()
    await hub_link.close()
    server.close()


@pytest.mark.anyio
@pytest.mark.parametrize(
    "sent",
    [b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\2\x09\x90", b"\0\0\0\2\x01\xc1", NO_TEXT],
    ids=["empty", "too long", "other version", "no MessagePack", "no UTF-8"],
)
async def test_what_is_no_frame_ends_the_connection_and_nothing_else(tmp_path, sent):
    hub = Hub()
    server = await link.serve(tmp_path / "hub", hub, Acknowledge)
    reader, writer = await asyncio.open_unix_connection(tmp_path / "hub")
    writer.write(sent)
    assert await reader.read() == frames.encode(link.Answers((), ())), "welcomed, and no more"
    assert hub.heard == []
    hub_link = link.StreamLink(tmp_path / "hub")
    await connected(hub_link)
    assert (await hub_link.submit(Acknowledge(ORIGIN, participant="S", number=1))).status == "accepted"
    await hub_link.close()
    writer.close()
    server.close()


@pytest.mark.anyio
async def test_the_signer_signs_in_order_and_while_it_is_away_signing_waits(tmp_path):
    away = signer.StreamSigner(tmp_path / "signer")
    waiting = asyncio.create_task(away.sign([b"a", b"b"]))
    await asyncio.sleep(0.01)
    server = await signer.serve(tmp_path / "signer", KEY)
    assert await waiting == [KEY.sign(b"a"), KEY.sign(b"b")]
    await away.close()
    await asyncio.sleep(0.01)
    server.close()


class Stored:
    async def mailbox(self, participant, after, limit):
        header = HubHeader("CORRXXM0", "sandbox", "CORRXXM0-1")
        messages = [
            (n, header.message(participant, 1, n, n, bytes(32)), f"<{n}/>".encode()) for n in (1, 2, 3)
        ]
        return [m for m in messages if m[0] > after][:limit]


@pytest.mark.anyio
async def test_stored_messages_come_with_the_same_signature_whenever_asked(tmp_path):
    server = await mail.serve(tmp_path / "mail", KEY, Stored())
    stored = mail.StreamMail(tmp_path / "mail")
    posts = await stored.read("SEVRRUM0", 1, 10)
    assert [p.number for p in posts] == [2, 3]
    assert list(await stored.read("SEVRRUM0", 1, 10)) == list(posts)
    detached = parse(posts[0].signature, DeliveredHeader)
    assert detached.header.num == 2
    assert verifier("EdDSA", KEY.public).verify(
        detached.protected + b"." + posts[0].payload, detached.signature
    )
    await stored.close()
    await asyncio.sleep(0.01)
    server.close()


def test_a_frame_says_its_length_and_version():
    frame = frames.encode([1, "x"])
    assert frame[:5] == (len(frame) - 4).to_bytes(4, "big") + b"\x01"
    assert msgspec.msgpack.decode(frame[5:]) == [1, "x"]
