"""Real servers on loopback, started when a test needs them, and stand-ins for those that cannot be had."""
