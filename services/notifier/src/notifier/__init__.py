"""The notifier: alerts and emails, and whether they arrived."""
