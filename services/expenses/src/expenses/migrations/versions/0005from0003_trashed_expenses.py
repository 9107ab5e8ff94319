"""Deleted expenses, which can be restored for a day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import VARCHAR

revision = "0005from0003"
down_revision = "0004from0003"


def upgrade() -> None:
    op.create_table(
        "trashed_expense",
        sa.Column("owner", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("kind", sa.String(7), nullable=False),
        sa.Column("amount_minor", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("home_minor", sa.BigInteger, nullable=False),
        sa.Column("home_currency", sa.String(3), nullable=False),
        sa.Column("home_given", sa.SmallInteger, nullable=False),
        sa.Column("spent_on", sa.String(10), nullable=False),
        sa.Column("payee", sa.String(200).with_variant(VARCHAR(200, collation="utf8mb4_bin"), "mysql", "mariadb"), nullable=False),
        sa.Column("description", sa.String(500), nullable=False),
        sa.Column("category_id", sa.String(36), nullable=True),
        sa.Column("tags", sa.Text, nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=True),
        sa.Column("fingerprint", sa.BigInteger, nullable=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
        sa.Column("updated_ms", sa.BigInteger, nullable=False),
        sa.Column("trashed_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("trashed_expense_moment", "trashed_expense", ["trashed_ms"])
