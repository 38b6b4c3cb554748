"""ISO 20022: one file per message, each a table; the gate, the schemas and the envelope they travel in."""
