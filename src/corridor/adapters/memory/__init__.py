"""The ports in memory, for tests and simulation only."""
