"""Credit: facilities between banks, drawn and repaid in settlement money, and secured lines of central banks."""
