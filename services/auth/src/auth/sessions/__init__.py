"""Browser sessions: sign in, sign out, list, revoke."""
