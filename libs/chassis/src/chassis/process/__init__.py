"""A service's processes: its command line, what it starts, checks and cleans up."""
