import doctest

from corridor.client import identifiers


def test_examples_in_docstrings_are_true():
    result = doctest.testmod(identifiers)
    assert result.attempted
    assert not result.failed
