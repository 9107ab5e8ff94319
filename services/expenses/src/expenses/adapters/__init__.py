"""The real things behind the domain's ports."""
