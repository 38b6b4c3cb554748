"""Who takes part, with which keys, what was received, and what waits in whose mailbox."""
