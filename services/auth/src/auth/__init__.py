"""Auth: who you are, your sessions and your access tokens."""
