"""Arrangements of two central banks: payers pay in their own currency, and the two net once a day at the fixing."""
