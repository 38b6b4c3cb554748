"""Simulated institutions that use the front door like anyone else, and the reference corridor."""
