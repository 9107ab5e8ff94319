"""A conversation: a message in, an answer out, and what the next message needs to know."""
