"""The list of attacks that have a door today: each one case, with the answer that it must get."""
