"""Returns: a payment that is final goes back, whole, by a movement of its own."""
