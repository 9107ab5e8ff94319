"""Changes of the home currency."""
