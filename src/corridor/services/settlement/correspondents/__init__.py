"""Correspondent accounts: what one bank keeps with another, and payments that settle on it."""
