"""Reads CSV files of unknown layout: bytes to rows of expenses."""
