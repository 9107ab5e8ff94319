"""What is expected of a turn: its shape, and its values recomputed by SQL from the data."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from conversations.ledger import cents
from money import text_of

LANGUAGES = ("en", "de", "es", "fr", "hi")
TAGS = {"typo", "follow-up", "relative-date", "mixed-currency", "negation", "injection", "colloquial", "no-accents", "romanised"}
TOPICS = {"import", "budgets", "alerts", "receipts", "tokens", "export", "currencies", "categories", "delete-account"}
ACTIONS = {"add_expense", "set_budget", "change_budget", "recategorise"}
KEYS = {
    "amount": {"value", "sql", "any_of", "currency"},
    "count": {"value", "sql"},
    "comparison": {"values", "sql"},
    "average": {"value", "sql", "any_of"},
    "names": {"values", "sql"},
    "entries": {"entries", "sql", "ordered", "total"},
    "budget": {"category", "month", "limit", "spent", "left", "sql"},
    "budgets": {"month", "exceeded", "near", "sql"},
    "pace": {"category", "month", "spent", "limit", "sql"},
    "why": {"category", "month", "entry", "not_exceeded", "sql"},
    "propose": {"action", "body", "sql"},
    "done": {"action"},
    "cancelled": set(),
    "undone": set(),
    "clarify": {"among"},
    "decline": set(),
    "help": {"topic"},
}
FIXED = {"propose", "done", "cancelled", "undone", "clarify", "decline", "help"}

Expect = dict[str, Any]
Conversation = dict[str, Any]


class WrongError(Exception):
    """A conversation that breaks the rules of the set."""


def dollars(minor: int) -> str:
    """Return cents as an amount of dollars."""
    return text_of(minor, "USD")


def scalar(conn: sqlite3.Connection, sql: str) -> int:
    """Run a query that must give exactly one whole number."""
    found = conn.execute(sql).fetchall()
    if len(found) != 1 or len(found[0]) != 1 or not isinstance(found[0][0], int):
        raise WrongError(f"not one whole number: {found!r}")
    return found[0][0]


def entry(row: tuple[Any, ...]) -> dict[str, Any]:
    """Describe one entry: amount in USD, and the original where it differs."""
    spent_on, payee, description, home, amount, currency = row
    result: dict[str, Any] = {"spent_on": spent_on, "payee": payee, "amount": dollars(home)}
    if not payee:
        result["description"] = description
    if currency != "USD":
        result["original"] = {"amount": amount, "currency": currency}
    return result


def recompute(conn: sqlite3.Connection, expect: Expect) -> Expect:
    """Return the expectation with every value taken afresh from the data."""
    found = _VALUES[expect["kind"]](conn, expect) if expect["kind"] in _VALUES else {}
    return {**expect, **found}


def _sum(conn: sqlite3.Connection, expect: Expect) -> Expect:
    if "any_of" in expect:
        return {"any_of": [{**one, "value": dollars(scalar(conn, one["sql"]))} for one in expect["any_of"]]}
    return {"value": dollars(scalar(conn, expect["sql"]))}


def _count(conn: sqlite3.Connection, expect: Expect) -> Expect:
    return {"value": scalar(conn, expect["sql"])}


def _comparison(conn: sqlite3.Connection, expect: Expect) -> Expect:
    return {"values": [dollars(scalar(conn, sql)) for sql in expect["sql"]]}


def _names(conn: sqlite3.Connection, expect: Expect) -> Expect:
    found = conn.execute(expect["sql"]).fetchall()
    if not found or any(not row[0] for row in found):
        raise WrongError("no names, or an empty one")
    _check_no_tie(conn, expect, len(found), place=1)
    return {"values": [row[0] for row in found]}


def _entries(conn: sqlite3.Connection, expect: Expect) -> Expect:
    found = conn.execute(expect["sql"]).fetchall()
    if not found:
        raise WrongError("no entries")
    if expect.get("ordered") and "home_cents DESC" in expect["sql"]:
        _check_no_tie(conn, expect, len(found), place=3)
    return {"entries": [entry(row) for row in found[:10]], "total": len(found)}


def _check_no_tie(conn: sqlite3.Connection, expect: Expect, count: int, *, place: int) -> None:
    """Raise WrongError if the order of the rows, or which one is the last, is a matter of chance."""
    beyond = conn.execute(re.sub(r"LIMIT \d+$", f"LIMIT {count + 1}", expect["sql"])).fetchall()
    if len({row[place] for row in beyond}) != len(beyond):
        raise WrongError(f"a tie: {beyond}")


def _budget(conn: sqlite3.Connection, expect: Expect) -> Expect:
    limit, spent = conn.execute(expect["sql"]).fetchall()[0]
    left = {"left": dollars(limit - spent)} if expect["kind"] == "budget" else {}
    return {"limit": dollars(limit), "spent": dollars(spent), **left}


def _budgets(conn: sqlite3.Connection, expect: Expect) -> Expect:
    found = conn.execute(expect["sql"]).fetchall()
    near = [name for name, limit, spent in found if limit * 8 <= spent * 10 <= limit * 10]
    return {"exceeded": [name for name, limit, spent in found if spent > limit], "near": near}


def _why(conn: sqlite3.Connection, expect: Expect) -> Expect:
    found = conn.execute(expect["sql"]).fetchall()
    if bool(found) == bool(expect.get("not_exceeded")):
        raise WrongError(f"exceeded or not? {found!r}")
    return {"entry": entry(found[0])} if found else {}


def _proposal(conn: sqlite3.Connection, expect: Expect) -> Expect:
    if expect["action"] != "recategorise":
        return {}
    return {"body": {**expect["body"], "entries": scalar(conn, expect["sql"])}}


_VALUES = {
    "amount": _sum,
    "average": _sum,
    "count": _count,
    "comparison": _comparison,
    "names": _names,
    "entries": _entries,
    "budget": _budget,
    "pace": _budget,
    "budgets": _budgets,
    "why": _why,
    "propose": _proposal,
}


def carry_out(conn: sqlite3.Connection, expect: Expect) -> None:
    """Write a proposed thing, so that later turns see it."""
    action, body = expect["action"], expect["body"]
    if action == "add_expense":
        if body["currency"] == "USD":
            conn.execute(
                "INSERT INTO expense (spent_on, kind, payee, description, category, amount,"
                " currency, home_amount, home_cents, tags, note)"
                " VALUES (?, 'expense', ?, ?, ?, ?, 'USD', ?, ?, '', '')",
                (
                    body["spent_on"],
                    body.get("payee", ""),
                    body.get("description", ""),
                    body.get("category", ""),
                    body["amount"],
                    body["amount"],
                    cents(body["amount"]),
                ),
            )
    elif action == "recategorise":
        where = expect["sql"].split(" WHERE ", 1)[1]
        conn.execute(f"UPDATE expense SET category = ? WHERE {where}", (body["to"],))
    else:
        conn.execute("INSERT OR REPLACE INTO budget VALUES (?, ?, ?)", (body["category"], body["period"], cents(body["limit"])))


def _has_budget(conn: sqlite3.Connection, category: str) -> bool:
    return conn.execute("SELECT 1 FROM budget WHERE category = ?", (category,)).fetchone() is not None


def check_body(conn: sqlite3.Connection, expect: Expect) -> None:
    """Check what a proposal must carry."""
    action, body = expect["action"], expect["body"]
    need = {"add_expense": {"amount", "currency", "spent_on"}, "recategorise": {"to", "entries"}}.get(
        action, {"category", "limit", "period"}
    )
    extra = {"payee", "description", "category"} if action == "add_expense" else set()
    if not need <= set(body) <= need | extra:
        raise WrongError(f"body of {action}: {sorted(body)}")
    if action == "add_expense":
        if not re.fullmatch(r"\d+(\.\d\d)?", body["amount"]):
            raise WrongError(f"amount {body['amount']}")
        if not re.fullmatch(r"20\d\d-\d\d-\d\d", body["spent_on"]) or body["spent_on"] > "2017-10-15":
            raise WrongError(f"date {body['spent_on']}")
    elif action != "recategorise" and _has_budget(conn, body["category"]) != (action == "change_budget"):
        raise WrongError(f"{action} for {body['category']}")
    for name in {body.get("category"), body.get("to")} - {None}:
        if not conn.execute("SELECT 1 FROM expense WHERE category = ?", (name,)).fetchone():
            raise WrongError(f"no such category: {name}")


def check_turn(conn: sqlite3.Connection, turn: dict[str, Any], pending: Expect | None) -> Expect:
    """Check one turn and return its recomputed expectation."""
    if set(turn) != {"say", "expect"} or not turn["say"].strip():
        raise WrongError("a turn has say and expect")
    expect = turn["expect"]
    kind = expect["kind"]
    if kind not in KEYS or not set(expect) - {"kind"} <= KEYS[kind]:
        raise WrongError(f"keys {sorted(expect)}")
    if kind not in FIXED and "sql" not in expect and "any_of" not in expect:
        raise WrongError("no sql")
    if "category" in expect and kind != "propose" and not _has_budget(conn, expect["category"]):
        raise WrongError(f"no budget: {expect['category']}")
    if kind == "clarify" and len(expect["among"]) < 2:
        raise WrongError("clarify among at least two")
    if kind == "help" and expect["topic"] not in TOPICS:
        raise WrongError(f"topic {expect['topic']}")
    if kind in ("done", "cancelled") and pending is None:
        raise WrongError(f"{kind} with nothing proposed")
    if kind == "done" and pending and pending["action"] != expect["action"]:
        raise WrongError("done something else than proposed")
    new = recompute(conn, expect)
    if kind == "propose":
        if expect["action"] not in ACTIONS:
            raise WrongError(f"action {expect['action']}")
        check_body(conn, new)
    return new


def check_conversation(conn: sqlite3.Connection, talk: Conversation) -> Conversation:
    """Check a conversation on fresh data and return it with recomputed values."""
    if not {"id", "language", "turns"} <= set(talk) <= {"id", "language", "turns", "tags"}:
        raise WrongError(f"keys {sorted(talk)}")
    if talk["language"] not in LANGUAGES or not re.fullmatch(talk["language"] + r"-\d{3}", talk["id"]):
        raise WrongError("language or id")
    if not set(talk.get("tags", [])) <= TAGS:
        raise WrongError(f"tags {talk['tags']}")
    if not talk["turns"]:
        raise WrongError("no turns")
    turns, pending, written = [], None, None
    conn.execute("SAVEPOINT fresh")
    try:
        for turn in talk["turns"]:
            expect = check_turn(conn, turn, pending)
            turns.append({**turn, "expect": expect})
            kind = expect["kind"]
            if kind == "propose":
                pending = expect
            elif kind == "done":
                conn.execute("SAVEPOINT before_write")
                carry_out(conn, pending or {})
                pending, written = None, expect
            elif kind == "cancelled":
                pending = None
            elif kind == "undone":
                if written is None:
                    raise WrongError("nothing to undo")
                conn.execute("ROLLBACK TO before_write")
                written = None
    finally:
        conn.execute("ROLLBACK TO fresh")
        conn.execute("RELEASE fresh")
    return {**talk, "turns": turns}
