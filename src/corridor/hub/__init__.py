"""The hub: one writer that owns every balance and every open record, decides, and commits batches."""
