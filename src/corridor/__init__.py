"""Corridor: banks of two or more countries settle with each other in their own currencies."""
