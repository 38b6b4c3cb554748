"""How obligations between banks end: netting, offsetting, optimisation, and the liquidity that they need."""
