"""Attacks of the list that have no door yet, or are met elsewhere, and where."""

from typing import Final

SKIPPED: Final = {
    "A7-A8": "there is no broker",
    "A9": "the trial `crowd`",
    "A28-A29": "there are no returns yet",
    "A57-A64": "there are no cards yet",
    "A70-A71": "there is no console, no cookie and no session",
    "A77": "there are no callbacks: nothing here calls a URL that a peer names",
    "A79": "a tail cut off and a chain rewritten whole need a witness outside: the start-up fence",
    "A80": "packages are pinned by hash, in tests/unit/test_repository.py",
}
"""A79 is tried as far as the journal alone can tell: edits, deletions and another order are found."""
