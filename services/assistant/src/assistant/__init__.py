"""Answers questions in a person's own words."""
