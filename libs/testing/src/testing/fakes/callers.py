"""People who call a service."""

from __future__ import annotations

from chassis.security.tokens import Caller

MARIA = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e11"
OTTO = "0190f1d2-6f0e-7c3a-9d55-0a4d2c9b7e12"


def a_caller(
    user_id: str = MARIA, *, currency: str = "EUR", locale: str = "en-GB", scopes: str = "read write", book: str = ""
) -> Caller:
    """Return somebody with a session; `book` is the id of a book other than their own."""
    return Caller(user_id, "s", "session", frozenset(scopes.split()), currency, "Europe/Berlin", locale, book)
