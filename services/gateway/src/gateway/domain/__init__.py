"""What the gateway decides: where a request goes, on whose behalf, and who hears of what. Standard library only."""
