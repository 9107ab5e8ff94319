"""Books: who may work with whose data."""
