"""Categories of expenses."""
