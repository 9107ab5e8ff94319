"""Imports of bank statements and other files."""
