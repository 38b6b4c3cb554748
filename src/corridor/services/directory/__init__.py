"""The directory: which bank, account and name a phone number stands for."""
