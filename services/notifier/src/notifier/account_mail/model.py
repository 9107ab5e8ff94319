"""The kinds of account emails."""

from __future__ import annotations

from enum import StrEnum


class AccountMailKind(StrEnum):
    """Emails that belong to no alert: preferences do not apply, and most carry a token."""

    VERIFY_EMAIL = "verify_email"
    PASSWORD_RESET = "password_reset"  # noqa: S105  the name of an email, not a password
    EMAIL_CHANGE = "email_change"
