"""The document store, and what guards the documents in it."""
