"""Passwords, and the links that are sent by email."""
