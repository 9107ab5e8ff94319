"""Events: outbox and relay, the bus on its transports, consumers and dead letters."""
