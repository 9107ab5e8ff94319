"""The MCP server on the household of the questions, and its ledger to compare with."""

from __future__ import annotations

from dataclasses import replace

from assistant.mcp.access import Access
from assistant.mcp.undo_tokens import UndoTokens
from chassis.security.encryption import Encryptor
from conversations.ledger import load
from money import Money

SEPTEMBER = {"from_": "2017-09-01", "to": "2017-09-30"}
UNDOS = UndoTokens(Encryptor(b"k" * 32))


def opening(household, *scopes: str):
    person = replace(household.person, may_write="write" in scopes)
    return lambda: Access(household.toolbox(may_write="write" in scopes), person, frozenset(scopes), UNDOS)


def sql(query: str, *values: object) -> int:
    ledger = load()
    (found,) = ledger.execute(query, values).fetchone()
    ledger.close()
    return int(found or 0)


def spent(where: str, *values: object) -> str:
    return Money(sql(f"SELECT sum(home_cents) FROM expense WHERE kind = 'expense' AND {where}", *values), "USD").text
