"""Values of the field: money, identifiers, parties, reasons. Nothing here does I/O or knows the time."""
