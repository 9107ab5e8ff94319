"""Events: what they are, the relay, the bus on its transports, consumers and dead letters."""
