"""Funding and defunding: money between settlement accounts here and accounts at the central banks."""
