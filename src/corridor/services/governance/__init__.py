"""Who may do what, and what takes two persons."""
