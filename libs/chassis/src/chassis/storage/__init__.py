"""SQL storage: engine and dialects, units of work with outbox and inbox, idempotency, migrations, export and import."""
