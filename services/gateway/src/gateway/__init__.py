"""The gateway: one address for browsers and scripts, in front of the services."""
