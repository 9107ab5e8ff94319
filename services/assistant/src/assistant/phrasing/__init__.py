"""What the built-in assistant says: sentences of each language, and amounts and days as a locale writes them."""
