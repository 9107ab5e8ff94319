"""What writes the charts."""
