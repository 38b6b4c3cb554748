"""Every order of events that two payments can meet, searched to the end of the budget: no dice at all."""
