"""One file a process: each loads what it runs, and no more, for what has fallen must be back soon."""
