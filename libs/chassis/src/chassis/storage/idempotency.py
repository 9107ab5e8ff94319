"""Responses kept under an Idempotency-Key, so that a repeated request changes nothing and gets the same response."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache

import sqlalchemy as sa
from sqlalchemy import Table
from sqlalchemy.engine import Connection

from chassis.runtime.clock import now_ms
from chassis.runtime.idempotency import IdempotencyKey, StoredResponse
from chassis.runtime.problems import KeyReusedError
from chassis.storage.database import unless_raced
from chassis.storage.prepared import Prepared

_KEPT_MS = 7 * 24 * 3600 * 1000


@cache
def _select(table: Table) -> Prepared:
    row = table.c
    which = row.user_id == sa.bindparam("of_book"), row.request_key == sa.bindparam("of_key")
    return Prepared(sa.select(row.fingerprint, row.body, row.status, row.headers).where(*which))


@cache
def _insert(table: Table) -> Prepared:
    return Prepared(table.insert(), *table.c.keys())


class IdempotencyStore:
    """The responses kept, seen from within one transaction."""

    def __init__(self, connection: Connection, table: Table) -> None:
        """A response is kept exactly if the effect of its request is."""
        self._connection, self._table = connection, table

    def respond(self, key: IdempotencyKey | None, action: Callable[[], StoredResponse]) -> StoredResponse:
        """Return the response kept under this key, or carry out the action and keep its response.

        Raises:
            KeyReusedError: if the key came with another request before.
        """
        if key is None:
            return action()
        kept = self.get(key)
        if kept is not None:
            return kept
        response = action()
        row = {"user_id": key.book_id, "request_key": key.key, "fingerprint": key.fingerprint, "status": int(response.status)}
        row |= {"body": json.dumps(response.body), "headers": json.dumps(dict(response.headers)), "created_ms": now_ms()}
        with unless_raced():
            _insert(self._table).run(self._connection, **row)
        return response

    def get(self, key: IdempotencyKey) -> StoredResponse | None:
        """Return the response that is kept under this key, if there is one.

        Raises:
            KeyReusedError: if the key came with another request before.
        """
        found = _select(self._table).first(self._connection, of_book=key.book_id, of_key=key.key)
        if found is None:
            return None
        fingerprint, body, status, headers = found
        if fingerprint != key.fingerprint:
            raise KeyReusedError("This Idempotency-Key was used with another request; use a new one.")
        return StoredResponse(json.loads(body), status, json.loads(headers))

    def delete_old(self) -> None:
        """Delete responses of more than seven days."""
        self._connection.execute(self._table.delete().where(self._table.c.created_ms < now_ms() - _KEPT_MS))
