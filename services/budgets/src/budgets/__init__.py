"""What you meant to spend, and how it stands."""
