"""The operating system's part: time."""
