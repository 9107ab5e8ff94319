"""Categories of the expenses service: which exist, and where the expenses of deleted ones went."""
