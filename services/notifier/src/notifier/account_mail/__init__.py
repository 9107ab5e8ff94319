"""Emails about an account: address confirmation, password reset, change of address."""
