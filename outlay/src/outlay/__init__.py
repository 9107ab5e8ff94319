"""The suite in one process."""
