"""The arithmetic of docs/credit.md is what the program does."""

import doctest
from pathlib import Path


def test_the_example_of_interest():
    path = Path(__file__).parents[4] / "docs" / "credit.md"
    outcome = doctest.testfile(str(path), module_relative=False)
    assert (outcome.failed, outcome.attempted > 5) == (0, True)
