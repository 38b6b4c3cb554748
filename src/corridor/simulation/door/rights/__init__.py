"""Who may do what at the door: every endpoint, by every role, on one's own and on others' objects."""
