"""The unsubscribe links in emails."""
