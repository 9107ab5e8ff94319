"""The text of alerts and emails."""
