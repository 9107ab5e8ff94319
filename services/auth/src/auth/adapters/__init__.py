"""What stands behind the ports: stores, password hashing, signatures, rate limits."""
