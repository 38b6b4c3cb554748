"""Solvers of other people's making, behind the port `Chooser`; what they say is verified in integers."""
