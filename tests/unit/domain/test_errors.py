"""Every error of the domain can be told to a peer."""

import importlib
import pickle
import pkgutil

import pytest

import corridor.domain
from corridor.domain.errors import CorridorError, InvalidValue, MissingValue
from corridor.domain.reasons import StatusReason, reason


def all_leaves() -> list[type[CorridorError]]:
    for module in pkgutil.iter_modules(corridor.domain.__path__):
        importlib.import_module(f"corridor.domain.{module.name}")
    found: list[type[CorridorError]] = []
    waiting = [CorridorError]
    while waiting:
        below = waiting.pop().__subclasses__()
        found += below
        waiting += below
    return [leaf for leaf in found if leaf.__module__.startswith("corridor.domain.")]


@pytest.mark.parametrize("leaf", all_leaves(), ids=lambda leaf: leaf.__name__)
def test_every_leaf_has_an_official_reason_with_a_name_and_one_sentence(leaf: type[CorridorError]) -> None:
    assert reason(leaf.reason).definition
    assert leaf.reason in set(StatusReason)
    assert str(leaf()).endswith(".")
    assert "\n" not in str(leaf())


def test_the_docstring_is_the_default_message() -> None:
    assert str(MissingValue()) == "A mandatory element is missing."


def test_the_field_stands_before_the_message() -> None:
    error = InvalidValue("Too long.", field="Cdtr/Nm")
    assert (str(error), error.message, error.field) == ("Cdtr/Nm: Too long.", "Too long.", "Cdtr/Nm")


def test_an_error_survives_pickling() -> None:
    error = pickle.loads(pickle.dumps(InvalidValue("Too long.", field="Cdtr/Nm")))
    assert (str(error), error.reason, error.transient) == ("Cdtr/Nm: Too long.", "CH16", False)


def test_a_leaf_without_reason_or_docstring_is_a_bug_found_at_import() -> None:
    with pytest.raises(AssertionError, match="reason code"):
        type("Nameless", (CorridorError,), {"__doc__": "Something went wrong."})
    with pytest.raises(AssertionError, match="docstring"):
        type("Speechless", (CorridorError,), {"reason": "FF01"})
