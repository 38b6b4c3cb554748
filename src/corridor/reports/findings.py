"""What a verification found: how much each invariant was asked of, and where it does not hold."""

from collections.abc import Iterable, Sequence

import msgspec

from corridor.reports.invariants import INVARIANTS

SHOWN = 20
"""Violations of one invariant that are told in words; the others are counted."""


class Findings:
    """One invariant: how many things were checked, and each that breaks it as a sentence."""

    def __init__(self, name: str, checked: int = 0) -> None:
        """`name` is one of the list of all invariants."""
        self.name = name
        self.promise = INVARIANTS[name].promise
        self.checked = checked
        self.broken = 0
        self._sentences: list[str] = []

    def breaks(self, sentence: str) -> None:
        """Record a violation."""
        self.broken += 1
        if len(self._sentences) < SHOWN:
            self._sentences.append(sentence)

    def judge(self, sentences: Iterable[str]) -> None:
        """Count one thing checked, and record what is wrong with it."""
        self.checked += 1
        for sentence in sentences:
            self.breaks(sentence)

    def take(self) -> "Findings":
        """Return what was found since this was asked last."""
        taken = Findings(self.name, self.checked)
        taken.broken, taken._sentences = self.broken, self._sentences
        self.checked, self.broken, self._sentences = 0, 0, []
        return taken

    @property
    def violations(self) -> list[str]:
        """The sentences, and how many more there would be."""
        more = self.broken - len(self._sentences)
        return [*self._sentences, f"... and {more} more of {self.name}"] if more > 0 else self._sentences


class Report(msgspec.Struct, frozen=True):
    """The outcome of a verification, invariant by invariant."""

    findings: Sequence[Findings]

    @property
    def ok(self) -> bool:
        """No invariant is broken, not by one minor unit."""
        return not any(each.broken for each in self.findings)

    @property
    def checked(self) -> dict[str, int]:
        """How many things each invariant was asked of."""
        return {each.name: each.checked for each in self.findings}

    @property
    def violations(self) -> list[str]:
        """Every violation in words, in the order of the invariants."""
        return [sentence for each in self.findings for sentence in each.violations]
