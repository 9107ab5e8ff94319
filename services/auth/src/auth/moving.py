"""Puts together what moves when the accounts get another store."""

from __future__ import annotations

from auth.adapters.moving import DocumentMark, DocumentsPart, under_way
from auth.app import store_of
from auth.settings import AuthSettings
from chassis.storage.transfer import ServiceData


def belongings_of(settings: AuthSettings) -> ServiceData:
    """Return what is in the store that the settings name; nothing is connected yet."""
    documents = store_of(settings)
    return ServiceData(
        name="auth",
        parts=(DocumentsPart(documents),),
        marking=DocumentMark(documents),
        under_way=lambda: under_way(documents),
        migrate=documents.migrate,
        close=documents.close,
    )
