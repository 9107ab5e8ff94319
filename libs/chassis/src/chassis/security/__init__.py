"""Service tokens, encryption and its keys, the audit log."""
