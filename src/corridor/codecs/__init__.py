"""Formats: bytes to values and back, and what is signed. Nothing here does I/O or holds a key."""
