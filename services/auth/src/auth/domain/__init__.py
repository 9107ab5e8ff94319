"""The rules of accounts, sessions and tokens; the standard library and money alone."""
