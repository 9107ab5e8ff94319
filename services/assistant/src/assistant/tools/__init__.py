"""The tools of an assistant: a client of the public API, with the person's own rights."""
