"""Idempotency: what identifies a repeated request, and the response that it gets again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """An Idempotency-Key as one book's owner sent it, with a fingerprint of the request that it came with."""

    book_id: str
    key: str
    fingerprint: str

    @classmethod
    def of(cls, book_id: str, key: str, operation: str, body: Any) -> IdempotencyKey:
        """Make the key of a request; `body` is its JSON."""
        text = json.dumps([operation, body], sort_keys=True, separators=(",", ":"))
        return cls(book_id, key, hashlib.sha256(text.encode()).hexdigest())


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """A response as it was sent: `body` is JSON."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
