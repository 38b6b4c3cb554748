"""Trials are run, counted, and never silently."""

from corridor.cli import prove
from corridor.simulation.tally import Tally
from corridor.simulation.trials import Order, Trial


def test_a_trial_that_breaks_off_is_a_broken_promise(tmp_path, monkeypatch):
    def break_off(_order, _tell):
        raise RuntimeError("the power was cut in earnest")

    monkeypatch.setattr(prove, "TRIALS", (Trial("fragile", "never mind", break_off),))
    tally = prove.run_trial("fragile", Order(7, 1, tmp_path / "fragile"), False)
    (violation,) = tally.violations
    assert (violation.trial, violation.seed) == ("fragile", 7)
    assert "RuntimeError: the power was cut in earnest" in violation.story


def test_a_trial_that_holds_is_counted_with_its_time(tmp_path, monkeypatch):
    monkeypatch.setattr(prove, "TRIALS", (Trial("firm", "", lambda order, _tell: Tally(seeds=order.seed)),))
    tally = prove.run_trial("firm", Order(7, 1, tmp_path / "firm"), False)
    assert (tally.seeds, tally.violations) == (7, ())
