"""SQL storage: engine and dialects, transactions, idempotency, migrations, export and import."""
