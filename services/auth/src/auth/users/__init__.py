"""The user document: a person with their sessions, access tokens and emailed links."""
