"""Measurements: what the README and docs/benchmarks.md claim, by one command each."""
