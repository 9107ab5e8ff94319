"""Books: whose rows these are."""
