"""The witness, in memory and in a file: what was written last is read, whatever was cut short."""

import pytest

from corridor.adapters.memory.witness import MemoryPlace, MemoryWitness
from corridor.adapters.system.witness import SLOT_BYTES, FileWitness
from corridor.ports import Fenced, Mark, Unreadable

pytestmark = pytest.mark.anyio


def mark(batch, head=None, epoch=1):
    return Mark("CORRXXM0", epoch, batch, head or bytes([batch % 251]) * 32)


@pytest.fixture(params=["memory", "file"])
def make(request, tmp_path):
    """What makes one writer's view of one place, as often as it is called."""
    place = MemoryPlace()
    return (
        (lambda: MemoryWitness(place)) if request.param == "memory" else lambda: FileWitness(tmp_path / "w")
    )


async def test_a_new_place_holds_nothing(make):
    assert await make().read() is None


async def test_the_last_mark_is_read_by_whoever_comes_next(make):
    witness = make()
    await witness.read()
    for batch in (0, 1, 2, 3, 7):
        await witness.write(mark(batch))
        assert await make().read() == mark(batch)


async def test_the_same_batch_is_written_again_by_the_next_writer(make):
    first = make()
    await first.write(mark(5))
    second = make()
    assert await second.read() == mark(5)
    await second.write(mark(5, epoch=2))
    await second.write(mark(6, epoch=2))
    assert await make().read() == mark(6, epoch=2)


async def test_who_finds_that_another_has_written_writes_nothing(make):
    first, second = make(), make()
    await first.write(mark(1))
    await second.read()
    await second.write(mark(2, b"x" * 32))
    with pytest.raises(Fenced):
        await first.write(mark(2))
    assert await make().read() == mark(2, b"x" * 32)


async def written(path, *batches):
    witness = FileWitness(path)
    await witness.read()
    for batch in batches:
        await witness.write(mark(batch))


@pytest.mark.parametrize("torn_at", [0, 1, 40, 100, 150])
async def test_a_torn_write_leaves_the_mark_before(tmp_path, torn_at):
    path = tmp_path / "w"
    await written(path, 8, 9, 10)
    content = bytearray(path.read_bytes())
    at = 0 if b'"batch":10,' in content[:SLOT_BYTES] else SLOT_BYTES
    content[at + torn_at] ^= 0xFF
    path.write_bytes(content)
    again = FileWitness(path)
    assert await again.read() == mark(9)
    await again.write(mark(10))
    assert await FileWitness(path).read() == mark(10)


@pytest.mark.parametrize("content", [b"", b"\0" * 2 * SLOT_BYTES, b"nothing of ours", b"{} " + b"0" * 64])
async def test_what_is_no_witness_is_unreadable_and_can_be_replaced(tmp_path, content):
    path = tmp_path / "w"
    path.write_bytes(content)
    witness = FileWitness(path)
    with pytest.raises(Unreadable):
        await witness.read()
    await witness.write(mark(3))
    assert await FileWitness(path).read() == mark(3)


async def test_a_volume_that_is_away_is_an_error_and_no_new_witness(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        await FileWitness(tmp_path / "away" / "w").write(mark(1))
    path = tmp_path / "w"
    witness = FileWitness(path)
    await witness.write(mark(1))
    path.unlink()
    with pytest.raises(OSError, match="No such file"):
        await witness.write(mark(2))


async def test_its_size_never_grows(tmp_path):
    path = tmp_path / "w"
    await written(path, *range(20))
    assert path.stat().st_size == 2 * SLOT_BYTES
