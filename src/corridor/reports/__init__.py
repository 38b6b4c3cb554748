"""What can be said of the records without changing any: the invariants, and whether they hold."""
