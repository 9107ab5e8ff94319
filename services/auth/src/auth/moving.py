"""Puts together what moves when the accounts get another store."""

from __future__ import annotations

from auth.adapters.moving import DocumentMark, DocumentsPart, under_way
from auth.app import store_of
from auth.settings import AuthSettings
from chassis.moving import Belongings


def belongings_of(settings: AuthSettings) -> Belongings:
    """Return what is in the store that the settings name; nothing is connected yet."""
    documents = store_of(settings)
    return Belongings(
        name="auth",
        parts=(DocumentsPart(documents),),
        marking=DocumentMark(documents),
        under_way=lambda: under_way(documents),
        migrate=documents.migrate,
        close=documents.close,
    )
