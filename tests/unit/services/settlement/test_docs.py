"""The examples of docs/settlement-algorithms.md are true."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[4] / "docs" / "settlement-algorithms.md"


def test_examples():
    results = doctest.testfile(str(PAGE), module_relative=False, encoding="utf-8")
    assert results.attempted > 15
    assert results.failed == 0
