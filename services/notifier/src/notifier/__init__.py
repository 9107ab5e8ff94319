"""Notifier: what people were told, by which channel, and whether it arrived."""
