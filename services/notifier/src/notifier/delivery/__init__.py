"""Sends emails, and keeps what became of each."""
