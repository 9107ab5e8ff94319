"""The people who get alerts and emails, as auth's events describe them."""
