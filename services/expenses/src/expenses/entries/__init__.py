"""Expenses and income: what was spent, when and on what."""
