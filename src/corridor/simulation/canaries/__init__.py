"""Bugs seeded on purpose: a proof that catches none of them proves nothing."""
