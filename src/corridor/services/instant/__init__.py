"""Instant credit transfers: reserved at once, promised in seconds, final at one commit."""
