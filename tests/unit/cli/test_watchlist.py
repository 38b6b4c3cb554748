"""The made-up list is made once by a program, and then copied."""

from pathlib import Path

import pytest

from corridor.cli import watchlist
from corridor.cli.home import Home


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchlist, "SIZE", 200)


@pytest.mark.usefixtures("small")
def test_a_copy_is_what_was_made(tmp_path: Path) -> None:
    made, copied = Home(tmp_path / "made"), Home(tmp_path / "copied")
    first = watchlist.make_synthetic(made, tmp_path / "kept")
    (kept,) = (tmp_path / "kept").iterdir()
    second = watchlist.make_synthetic(copied, tmp_path / "kept")

    assert first == second
    assert [kept] == list((tmp_path / "kept").iterdir())
    files = {path.name: path.read_bytes() for path in made.screening.iterdir()}
    assert files == {path.name: path.read_bytes() for path in copied.screening.iterdir()}


@pytest.mark.usefixtures("small")
def test_another_list_is_not_taken_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = watchlist.make_synthetic(Home(tmp_path / "a"), tmp_path / "kept")
    monkeypatch.setattr(watchlist, "SEED", 21)
    second = watchlist.make_synthetic(Home(tmp_path / "b"), tmp_path / "kept")
    assert first.version != second.version


@pytest.mark.usefixtures("small")
def test_where_no_copy_can_be_kept_it_is_made_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where a directory should be")
    made = watchlist.make_synthetic(Home(tmp_path / "a"), tmp_path / "kept")
    assert made.entries == 200
