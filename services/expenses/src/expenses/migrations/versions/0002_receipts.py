"""Receipts, and the files that there are of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "receipt_file",
        sa.Column("owner", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("media_type", sa.String(30), nullable=False),
        sa.Column("byte_count", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer, nullable=True),
        sa.Column("height", sa.Integer, nullable=True),
        sa.Column("thumbnail", sa.SmallInteger, nullable=False),
        sa.Column("noted_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("owner", sa.BigInteger, nullable=False),
        sa.Column("expense_id", sa.String(36), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("created_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("receipt_expense", "receipt", ["owner", "expense_id", "sha256"], unique=True)
    op.create_index("receipt_content", "receipt", ["owner", "sha256"])
