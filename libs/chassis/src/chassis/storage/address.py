"""Addresses of stores in settings."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from chassis.storage.dialects import KNOWN, dialect_of

_FORMS = "sqlite:////data/outlay.db, mysql+pymysql://user:password@host/name or ibm_db_sa://user:password@host:50000/NAME"


def store_address(text: str) -> str:
    """Check an address. Raises ValueError with a sentence that contains no password."""
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.get_backend_name() not in KNOWN:
        raise ValueError(f"must be the address of a database, such as {_FORMS}")
    if problem := dialect_of(url).problem(url):
        raise ValueError(problem)
    return text
