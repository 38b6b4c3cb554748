import pytest
from hypothesis import given
from hypothesis import strategies as st

from corridor.adapters.keys.software import Ed25519Key
from corridor.client.errors import Forged, Gap
from corridor.client.mailbox import LINE_BYTES_MAX, MailboxReader
from corridor.client.signing import HubSeal
from tests.unit.client.hub_side import PROFILE, UETR, line, payload, status_of

LINES = [line(number) for number in range(1, 6)]
STREAM = b"\n" + b"\n".join(LINES) + b"\n\n"


def reader(last=0):
    return MailboxReader(HubSeal(PROFILE), last)


@given(st.lists(st.integers(0, len(STREAM)), max_size=12).map(sorted))
def test_how_the_stream_is_cut_into_pieces_changes_nothing(cuts):
    mailbox, seen = reader(), []
    for start, end in zip([0, *cuts], [*cuts, len(STREAM)], strict=True):
        seen += mailbox.read(STREAM[start:end])
    assert [delivery.number for delivery in seen] == [1, 2, 3, 4, 5]
    assert {delivery.opened.message.original_uetr for delivery in seen} == {UETR}


def test_what_was_read_before_is_left_out():
    assert [each.number for each in reader(3).read(b"".join(LINES))] == [4, 5]
    again = reader()
    assert [each.number for each in again.read(LINES[0] + LINES[0] + LINES[1] + LINES[0])] == [1, 2]


def test_a_gap_is_refused_and_what_came_before_it_is_good():
    mailbox, seen = reader(), []
    with pytest.raises(Gap) as raised:
        seen.extend(mailbox.read(LINES[0] + LINES[2]))
    assert raised.value.reason == "DU02"
    assert mailbox.last == 1
    mailbox.restart()
    assert [each.number for each in mailbox.read(b"".join(LINES))] == [2, 3, 4, 5]


def test_after_a_cut_the_half_line_is_forgotten():
    mailbox = reader()
    assert list(mailbox.read(LINES[0][:100])) == []
    mailbox.restart()
    assert [each.number for each in mailbox.read(LINES[0])] == [1]


def test_a_message_that_cannot_be_read_still_is_a_message():
    (bad, good) = reader().read(line(1, b"<Envelope>?</Envelope>") + line(2))
    assert bad.opened is None
    assert bad.error.reason == "FF01"
    assert bad.payload == b"<Envelope>?</Envelope>"
    assert good.opened.message == status_of(number=2)


def test_the_payload_is_exactly_what_was_signed():
    content = payload(status_of()).replace(b"ACSC", "ҷӯё".encode())
    (delivery,) = reader().read(line(1, content))
    assert delivery.payload == content


@pytest.mark.parametrize(
    "content",
    [
        line(1, signed_as=2),
        line(1, to="VOLGRUM0"),
        line(1, key=Ed25519Key(b"X" * 32)),
        line(1).replace(b"ACSC", b"RJCT"),
        b'{"number":1}\n',
        b"nonsense\n",
        b"x" * (LINE_BYTES_MAX + 1),
    ],
    ids=["other number", "other participant", "other key", "altered", "incomplete", "nonsense", "endless"],
)
def test_what_the_hub_has_not_signed_is_refused(content):
    mailbox = reader()
    with pytest.raises(Forged):
        list(mailbox.read(content))
    assert mailbox.last == 0
