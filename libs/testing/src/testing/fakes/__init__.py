"""Plain fakes and test data."""
