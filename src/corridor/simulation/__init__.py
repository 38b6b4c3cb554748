"""What breaks Corridor on purpose, and the proof that it holds: trials, faults, invariants."""
