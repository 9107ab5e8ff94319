"""Running totals of expenses."""
