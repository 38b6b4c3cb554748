"""How large a copy has become is told while it grows and is moved about."""

import os
from pathlib import Path

from corridor.cli.backup import size_bytes


def test_what_goes_while_it_is_counted_is_not_counted(tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    (tmp_path / "gone" / "file").write_bytes(b"12345")
    (tmp_path / "kept").write_bytes(b"123")
    scan = os.scandir

    def scandir(path):
        if Path(path).name == "gone":
            raise FileNotFoundError(path)
        return scan(path)

    assert size_bytes(tmp_path) == 8
    monkeypatch.setattr(os, "scandir", scandir)
    assert size_bytes(tmp_path) == 3
