"""Who may be paid: names against the lists of the wanted."""
