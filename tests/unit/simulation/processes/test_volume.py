"""A disk whose power is cut keeps what was forced to it and nothing else; a full one takes nothing more."""

import errno
import os

import pytest

from corridor.simulation.processes import volume
from corridor.simulation.processes.volume import NoVolume, Volume

mountable = pytest.mark.skipif(bool(volume.refusal()), reason=volume.refusal())


@pytest.fixture
def disk(tmp_path):
    with Volume(tmp_path, tmp_path / "disk", megabytes=32) as disk:
        yield disk


def write(path, *, force):
    with path.open("wb") as file:
        file.write(b"written" * 1_000)
        file.flush()
        if force:
            os.fsync(file.fileno())


@mountable
def test_what_was_not_forced_to_the_disk_is_gone_after_a_cut(disk):
    write(disk.path / "forced", force=True)
    write(disk.path / "left to chance", force=False)
    disk.cut()
    with pytest.raises(OSError, match=r"error|shut"):
        write(disk.path / "too late", force=False)
    disk.restore()
    assert (disk.path / "forced").read_bytes() == b"written" * 1_000
    assert not (disk.path / "too late").exists()
    chance = disk.path / "left to chance"
    assert not chance.exists() or chance.read_bytes() != b"written" * 1_000


@mountable
def test_a_full_disk_takes_no_more_until_the_ballast_is_thrown_out(disk):
    ballast = disk.fill(left_bytes=4_096)
    with pytest.raises(OSError) as raised:
        (disk.path / "more").write_bytes(bytes(1 << 20))
    assert raised.value.errno == errno.ENOSPC
    ballast.unlink()
    (disk.path / "more").write_bytes(bytes(1 << 20))


def test_a_machine_without_the_right_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(volume.os, "geteuid", lambda: 1000)
    volume.refusal.cache_clear()
    assert "root" in volume.refusal()
    volume.refusal.cache_clear()
    with pytest.raises(NoVolume, match=r"mkfs\.ext4"):
        volume._do("mkfs.ext4", "-q", str(tmp_path / "nothing"))
