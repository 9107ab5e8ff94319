"""Imports in short transactions: jobs, events that wait for the end of an import, lines that were imported, remembered mappings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import MEDIUMTEXT

revision = "0006from0003"
down_revision = "0005from0003"


def upgrade() -> None:
    op.add_column("expense", sa.Column("line_fingerprint", sa.BigInteger, nullable=True))
    op.add_column("trashed_expense", sa.Column("line_fingerprint", sa.BigInteger, nullable=True))
    op.create_index("expense_line", "expense", ["owner", "line_fingerprint"])
    op.create_table(
        "import_job",
        sa.Column("owner", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("categories", sa.Text, nullable=False),
        sa.Column("conversion", sa.Text, nullable=True),
        sa.Column("alive_until_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "held_event",
        sa.Column("owner", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("body", sa.Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb"), nullable=False),
    )
    op.create_table(
        "import_mapping",
        sa.Column("owner", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("shape", sa.String(64), primary_key=True),
        sa.Column("mapping", sa.Text, nullable=False),
        sa.Column("signs", sa.String(20), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("corrected_ms", sa.BigInteger, nullable=False),
        sa.Column("used_ms", sa.BigInteger, nullable=False),
    )
