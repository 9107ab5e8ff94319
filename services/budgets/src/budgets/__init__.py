"""Budgets: what people plan to spend, and how each period stands."""
