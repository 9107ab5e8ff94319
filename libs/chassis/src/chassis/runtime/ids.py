"""Ids: UUIDv7, so that later rows sort later."""

from __future__ import annotations

from collections.abc import Callable

import uuid_utils

Ids = Callable[[], str]


def uuid7() -> str:
    """Return a new UUIDv7; within this process each is greater than the one before."""
    return str(uuid_utils.uuid7())
