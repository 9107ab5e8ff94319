"""Sums of expenses, and expenses exported to files."""
