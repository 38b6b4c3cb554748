"""The examples in the docstrings are true."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["accounts", "identifiers", "instants", "money", "phones", "reasons"])
def test_examples(name: str) -> None:
    results = doctest.testmod(importlib.import_module(f"corridor.domain.{name}"))
    assert results.attempted > 0
    assert results.failed == 0
