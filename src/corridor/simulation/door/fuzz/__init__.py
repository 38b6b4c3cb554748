"""Malformed messages by the ten thousand: every parser alone, then all of them behind the real door."""
