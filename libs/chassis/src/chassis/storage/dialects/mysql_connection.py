"""PyMySQL's connection, with a check of its socket. Imported only where MySQL is used."""

from __future__ import annotations

import select
from typing import Any

from pymysql.connections import Connection


class CheckedConnection(Connection):  # type: ignore[misc]
    """A connection that can say whether the server has sent something unasked: most likely that it closes the connection."""

    def has_unread_data(self) -> bool:
        """Look at the socket, without a request to the server."""
        if self._sock is None:
            return True
        poll = select.poll()
        poll.register(self._sock, select.POLLIN)
        return bool(poll.poll(0))


def connect(_dialect: Any, _record: Any, arguments: list[Any], options: dict[str, Any]) -> CheckedConnection:
    """Connect as SQLAlchemy's event `do_connect` asks."""
    return CheckedConnection(*arguments, **options)
