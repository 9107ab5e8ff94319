"""Alerts about budgets and imports."""
