"""The tables as they were at first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import MEDIUMTEXT, VARCHAR

revision = "0001"
down_revision = None


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _exact(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length).with_variant(VARCHAR(length, collation="utf8mb4_bin"), "mysql", "mariadb")


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("number", _number(), primary_key=True, autoincrement=True),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("home_currency", sa.String(3), nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "category",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("name_key", _exact(300), nullable=False),
        sa.Column("colour", sa.String(7), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "expense",
        sa.Column("number", _number(), primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("home_minor", sa.BigInteger, nullable=False),
        sa.Column("home_currency", sa.String(3), nullable=False),
        sa.Column("home_given", sa.SmallInteger, nullable=False),
        sa.Column("spent_on", sa.String(10), nullable=False),
        sa.Column("payee", _exact(200), nullable=False),
        sa.Column("description", sa.String(500), nullable=False),
        sa.Column("category_id", sa.String(36), nullable=True),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("fingerprint", sa.BigInteger, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "import_run",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.Column("filename", sa.String(255), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("undone_ms", sa.BigInteger, nullable=True),
        sa.Column("row_count", sa.Integer, nullable=False),
        sa.Column("imported", sa.Integer, nullable=False),
        sa.Column("duplicates", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("categories_created", sa.Integer, nullable=False),
        sa.Column("first_day", sa.String(10), nullable=True),
        sa.Column("last_day", sa.String(10), nullable=True),
        sa.Column("errors", sa.Text, nullable=False),
    )
    op.create_table(
        "total",
        sa.Column("owner", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("total_key", sa.String(60), primary_key=True),
        sa.Column("span", sa.String(10), nullable=False),
        sa.Column("bucket", _exact(200), nullable=False),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("home_minor", sa.BigInteger, nullable=False),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("body", sa.Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb"), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("claimed_by", sa.String(64), nullable=True),
        sa.Column("claimed_until_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "inbox", sa.Column("event_id", sa.String(36), primary_key=True), sa.Column("received_ms", sa.BigInteger, nullable=False)
    )
    op.create_table(
        "replay",
        sa.Column("user_id", sa.String(36), primary_key=True),
        sa.Column("request_key", sa.String(100), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("person_user", "person", ["user_id"], unique=True)
    op.create_index("category_name", "category", ["owner", "name_key"], unique=True)
    op.create_index("expense_id", "expense", ["owner", "id"], unique=True)
    op.create_index("expense_day", "expense", ["owner", "spent_on", "number"])
    op.create_index("expense_amount", "expense", ["owner", "home_minor", "number"])
    op.create_index("expense_category", "expense", ["owner", "category_id", "spent_on", "number"])
    op.create_index("expense_payee", "expense", ["owner", "payee", "spent_on", "number"])
    op.create_index("expense_import", "expense", ["owner", "import_id", "number"])
    op.create_index("expense_fingerprint", "expense", ["owner", "fingerprint"])
    op.create_index("import_newest", "import_run", ["owner", "created_ms", "id"])
    op.create_index("inbox_received", "inbox", ["received_ms"])
    op.create_index("replay_created", "replay", ["created_ms"])
