"""The Email Activity API: which mails an account has sent, by a query."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from testing.mailserver.ledger import Accepted, Ledger

_TERM = re.compile(
    r"""\(?\s*(?:unique_args\['(?P<argument>[^']+)'\]|(?P<field>to_email|msg_id|subject))\s*=\s*"(?P<value>[^"]*)"\s*\)?"""
)
_MOST = 1_000


class QueryError(Exception):
    """The query is not one that this account can ask."""


def found(ledger: Ledger, query: dict[str, list[str]], *, until: float) -> list[dict[str, Any]]:
    """Return the mails that a query is about and that were accepted until then; raises QueryError."""
    term = _TERM.fullmatch(query.get("query", [""])[0])
    limit = query.get("limit", ["10"])[0]
    if term is None:
        raise QueryError("invalid query")
    if not limit.isdigit() or not 1 <= int(limit) <= _MOST:
        raise QueryError("limit must be greater than 0 and less than or equal to 1000")
    mails = ledger.of(term["value"]) if term["argument"] == "mail_id" else ledger.all()
    matching = [mail for mail in mails if mail.time <= until and _matches(mail, term)]
    return [_listed(mail) for mail in matching[: int(limit)]]


def _matches(mail: Accepted, term: re.Match[str]) -> bool:
    if term["argument"]:
        return mail.arguments.get(term["argument"]) == term["value"]
    return {"to_email": mail.to, "msg_id": mail.message_id, "subject": mail.subject}[term["field"]] == term["value"]


def _listed(mail: Accepted) -> dict[str, Any]:
    return {
        "from_email": mail.mail["from"]["email"],
        "msg_id": mail.message_id,
        "subject": mail.subject,
        "to_email": mail.to,
        "status": "delivered",
        "opens_count": 0,
        "clicks_count": 0,
        "last_event_time": datetime.fromtimestamp(mail.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
