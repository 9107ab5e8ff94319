"""The floor: a bare Flask application with the same SQLite settings, which does the same insert or select and nothing else.

Run as a process: `python floor.py <folder>`; it prints its address.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from pathlib import Path
from typing import Any

import flask
from granian import Granian
from granian.constants import Interfaces

_local = threading.local()
_FOLDER = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()

SCHEMA = """
CREATE TABLE IF NOT EXISTS expense (id INTEGER PRIMARY KEY, user_id TEXT, amount INTEGER, currency TEXT, spent_on TEXT, payee TEXT, category TEXT);
CREATE INDEX IF NOT EXISTS expense_day ON expense (user_id, spent_on, id);
CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, body TEXT);
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open a database with the settings that Outlay uses."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=10)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -4000"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def store() -> sqlite3.Connection:
    """Return this thread's connection."""
    if not hasattr(_local, "connection"):
        _local.connection = connect(_FOLDER / "floor.db")
    return _local.connection


app = flask.Flask(__name__)


@app.post("/expenses")
def add() -> Any:
    """Two inserts in one transaction."""
    body = flask.request.get_json()
    connection = store()
    connection.execute("BEGIN IMMEDIATE")
    row = ("u", int(body["amount"]["amount"].replace(".", "")), body["amount"]["currency"], body["spent_on"], body["payee"], "")
    cursor = connection.execute(
        "INSERT INTO expense (user_id, amount, currency, spent_on, payee, category) VALUES (?, ?, ?, ?, ?, ?)", row
    )
    connection.execute("INSERT INTO outbox (body) VALUES (?)", (flask.request.get_data(as_text=True),))
    connection.execute("COMMIT")
    return {"id": cursor.lastrowid}, 201


@app.get("/expenses")
def newest() -> Any:
    """Fifty rows by the index."""
    rows = store().execute("SELECT * FROM expense WHERE user_id = 'u' ORDER BY spent_on DESC, id DESC LIMIT 50").fetchall()
    return {
        "items": [dict(zip(("id", "user", "amount", "currency", "day", "payee", "category"), row, strict=True)) for row in rows]
    }


@app.get("/summary")
def summary() -> Any:
    """A month by category, straight from the rows."""
    query = "SELECT category, SUM(amount), COUNT(*) FROM expense WHERE user_id = 'u' AND spent_on BETWEEN ? AND ? GROUP BY category"
    return {"items": store().execute(query, (flask.request.args["from"], flask.request.args["to"])).fetchall()}


@app.post("/mails")
def mail() -> Any:
    """An insert, and a small file that is safely on disk."""
    answer = add()
    path = _FOLDER / "mail" / f"{answer[0]['id']}.eml"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        file.write("x" * 3000)
    return answer


if __name__ == "__main__":
    connect(_FOLDER / "floor.db").executescript(SCHEMA)
    Granian(
        "floor:app",
        address="127.0.0.1",
        port=int(sys.argv[2]),
        interface=Interfaces.WSGI,
        blocking_threads=4,
        working_dir=Path(__file__).parent,
        log_enabled=False,
    ).serve()
