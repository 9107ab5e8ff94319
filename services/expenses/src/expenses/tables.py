"""The tables.

Rows belong to a book's short number instead of the 36 characters of its id, and an expense has a number beside its id:
both stand in every index, and an import writes eight of them for each row.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, SmallInteger, String, Table, Text, text
from sqlalchemy.dialects.mysql import MEDIUMTEXT, VARCHAR
from sqlalchemy.types import TypeEngine

from chassis.storage.tables import chassis_tables

metadata = MetaData()


def _number() -> TypeEngine[int]:
    """A number that the store counts up itself; SQLite does that for INTEGER alone."""
    return BigInteger().with_variant(Integer(), "sqlite")


def _exact(length: int) -> TypeEngine[str]:
    """Text that is compared letter by letter; MySQL would take é for e otherwise."""
    return String(length).with_variant(VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


person = Table(
    "person",
    metadata,
    Column("number", _number(), primary_key=True, autoincrement=True),
    Column("user_id", String(36), nullable=False),
    Column("home_currency", String(3), nullable=False),
    Column("version", BigInteger, nullable=False),
    # 0 until events of all categories were published.
    Column("categories_announced", SmallInteger, nullable=False, server_default=text("0")),
    Index("person_user", "user_id", unique=True),
    Index("person_announced", "categories_announced"),
)

departed = Table(
    "departed",
    metadata,
    # The id of a person who left, for 60 days: requests and events that come late store nothing.
    Column("user_id", String(36), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Index("departed_at", "at_ms"),
)

category = Table(
    "category",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", BigInteger, nullable=False),
    Column("name", String(100), nullable=False),
    Column("name_key", _exact(300), nullable=False),
    Column("colour", String(7), nullable=False),
    Column("version", Integer, nullable=False),
    # 0 for rows of older code, which published no categories.
    Column("announced", SmallInteger, nullable=False, server_default=text("0")),
    # Who wrote it; null is the person whose id the book has.
    Column("author", String(36), nullable=True),
    Index("category_name", "owner", "name_key", unique=True),
    Index("category_announced", "announced"),
)

expense = Table(
    "expense",
    metadata,
    Column("number", _number(), primary_key=True, autoincrement=True),
    Column("id", String(36), nullable=False),
    Column("owner", BigInteger, nullable=False),
    Column("kind", String(7), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("home_minor", BigInteger, nullable=False),
    Column("home_currency", String(3), nullable=False),
    Column("home_given", SmallInteger, nullable=False),
    Column("spent_on", String(10), nullable=False),
    Column("payee", _exact(200), nullable=False),
    Column("description", String(500), nullable=False),
    Column("category_id", String(36), nullable=True),
    Column("tags", Text, nullable=False),
    Column("note", String(2000), nullable=False),
    Column("import_id", String(36), nullable=True),
    Column("fingerprint", BigInteger, nullable=True),
    Column("version", Integer, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False),
    Column("line_fingerprint", BigInteger, nullable=True),
    Column("author", String(36), nullable=True),
    Index("expense_id", "owner", "id", unique=True),
    Index("expense_day", "owner", "spent_on", "number"),
    Index("expense_amount", "owner", "home_minor", "number"),
    Index("expense_category", "owner", "category_id", "spent_on", "number"),
    Index("expense_payee", "owner", "payee", "spent_on", "number"),
    Index("expense_import", "owner", "import_id", "number"),
    Index("expense_fingerprint", "owner", "fingerprint"),
    Index("expense_line", "owner", "line_fingerprint"),
)

trashed_expense = Table(
    "trashed_expense",
    metadata,
    # Deleted, to be restored within a day; the receipts stay where they are.
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(36), primary_key=True),
    *(
        Column(column.name, column.type, nullable=column.nullable)
        for column in expense.c
        if column.name not in ("number", "id", "owner")
    ),
    Column("trashed_ms", BigInteger, nullable=False),
    Index("trashed_expense_moment", "trashed_ms"),
)

import_run = Table(
    "import_run",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner", BigInteger, nullable=False),
    Column("filename", String(255), nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("undone_ms", BigInteger, nullable=True),
    Column("row_count", Integer, nullable=False),
    Column("imported", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("categories_created", Integer, nullable=False),
    Column("first_day", String(10), nullable=True),
    Column("last_day", String(10), nullable=True),
    Column("errors", Text, nullable=False),
    Column("left_out", Text, nullable=True),
    Column("left_out_count", Integer, nullable=False, server_default=text("0")),
    Column("shortened", Integer, nullable=False, server_default=text("0")),
    Column("author", String(36), nullable=True),
    Index("import_newest", "owner", "created_ms", "id"),
)

import_job = Table(
    "import_job",
    metadata,
    # What a long change has still to do; one for each book at a time.
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("import_id", String(36), nullable=False),
    Column("state", String(10), nullable=False),
    Column("categories", Text, nullable=False),
    # What is converted to another home currency, as JSON, and how far that has come.
    Column("conversion", Text, nullable=True),
    Column("alive_until_ms", BigInteger, nullable=False),
    Column("author", String(36), nullable=True),
)

held_event = Table(
    "held_event",
    metadata,
    # Events of an import that is under way: published once all of its rows are in.
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(36), primary_key=True),
    Column("body", Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb"), nullable=False),
)

import_mapping = Table(
    "import_mapping",
    metadata,
    # How a person had files of one shape read.
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("shape", String(64), primary_key=True),
    Column("mapping", Text, nullable=False),
    Column("signs", String(20), nullable=False),
    Column("import_id", String(36), nullable=False),
    Column("corrected_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=False),
)

total = Table(
    "total",
    metadata,
    Column("owner", BigInteger, primary_key=True, autoincrement=False),
    Column("total_key", String(60), primary_key=True),
    Column("span", String(10), nullable=False),
    Column("bucket", _exact(200), nullable=False),
    Column("kind", String(7), nullable=False),
    Column("home_minor", BigInteger, nullable=False),
    Column("entries", BigInteger, nullable=False),
    # Kept in the order of the key, so that a range of spans is read in one go; elsewhere the primary key is that anyway.
    sqlite_with_rowid=False,
)

chassis = chassis_tables(metadata)
