"""Amounts in the home currency."""
