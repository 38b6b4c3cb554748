"""Double entry, pure: accounts, transfers between them, and the rules that accept or refuse a transfer."""
