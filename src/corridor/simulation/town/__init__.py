"""A corridor in virtual time: the production machines, and a simulated world between them."""
