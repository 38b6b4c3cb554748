"""Settlement: how the money of payments moves and becomes final, at once, when it can, or offset against others."""
