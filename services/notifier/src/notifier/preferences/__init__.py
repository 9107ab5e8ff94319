"""Which alerts people want, and by which channel."""
