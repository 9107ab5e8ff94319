"""Changes of the home currency: limits are converted when all expenses have been."""
