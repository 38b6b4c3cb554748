"""A list of the wanted for tests and the sandbox: nobody real, seeded, in the official formats."""
