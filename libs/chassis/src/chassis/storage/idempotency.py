"""Answers kept under an Idempotency-Key, so that a repeated request changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from chassis.runtime.clock import now_ms
from chassis.runtime.problems import KeyReusedError
from chassis.storage.database import unless_raced
from chassis.storage.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection


StoredResponse = tuple[Any, int, Mapping[str, str]]
"""(body, status, headers) as they were sent."""

_KEPT_MS = 7 * 24 * 3600 * 1000


def fingerprint_of(operation: str, body: Any) -> str:
    """Return what tells one request from another under the same key."""
    text = json.dumps([operation, body], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _kept(table: Table) -> Prepared:
    row = table.c
    which = row.user_id == sa.bindparam("of_user"), row.request_key == sa.bindparam("of_key")
    return Prepared(sa.select(row.fingerprint, row.body, row.status, row.headers).where(*which))


@cache
def _keep(table: Table) -> Prepared:
    return Prepared(table.insert(), *table.c.keys())


class IdempotencyStore:
    """The records within one transaction."""

    def __init__(self, connection: Connection, table: Table) -> None:
        """Work in this transaction: an answer is kept exactly if its effect is."""
        self._connection, self._table = connection, table

    def once(self, user_id: str, key: str | None, fingerprint: str, action: Callable[[], StoredResponse]) -> StoredResponse:
        """Return the answer kept under this key, or carry out the action and keep its answer.

        Raises:
            KeyReusedError: if the key came before with another fingerprint.
        """
        if key is None:
            return action()
        kept = self.kept(user_id, key, fingerprint)
        if kept is not None:
            return kept
        body, status, headers = action()
        row = {"user_id": user_id, "request_key": key, "fingerprint": fingerprint, "status": status}
        row |= {"body": json.dumps(body), "headers": json.dumps(dict(headers)), "created_ms": now_ms()}
        with unless_raced():
            _keep(self._table).run(self._connection, **row)
        return body, status, headers

    def kept(self, user_id: str, key: str | None, fingerprint: str) -> StoredResponse | None:
        """Return the answer that is kept under this key, if there is one.

        Raises:
            KeyReusedError: if the key came before with another fingerprint.
        """
        found = None if key is None else _kept(self._table).first(self._connection, of_user=user_id, of_key=key)
        if found is None:
            return None
        before, body, status, headers = found
        if before != fingerprint:
            message = "This Idempotency-Key came before with another request; use a new one."
            raise KeyReusedError(message)
        return json.loads(body), status, json.loads(headers)

    def forget_old(self) -> None:
        """Delete answers of more than seven days."""
        self._connection.execute(self._table.delete().where(self._table.c.created_ms < now_ms() - _KEPT_MS))
