"""Short-lived tokens that services verify by themselves, and the keys that sign them."""
