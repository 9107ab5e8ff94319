"""Accounts: sign up, profile, email address, deletion."""
