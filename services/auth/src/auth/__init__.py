"""Auth: accounts, sessions and tokens."""
