"""Categories, changes of the home currency, and the progress of imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002from0001"
down_revision = "0001"


def _flag(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), nullable=False, server_default=sa.text("0"))


def upgrade() -> None:
    op.create_table(
        "category",
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed", sa.SmallInteger(), nullable=False),
        sa.Column("moved_to", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "id"),
    )
    op.create_index("category_id", "category", ["id"])
    op.create_table(
        "conversion",
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("from_currency", sa.String(length=3), nullable=False),
        sa.Column("to_currency", sa.String(length=3), nullable=False),
        sa.Column("rate", sa.String(length=60), nullable=True),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("applied", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "version"),
    )
    op.create_table(
        "import_progress",
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("import_id", sa.String(length=36), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "import_id"),
    )
    op.add_column("ledger", _flag("categories_known"))
    op.add_column("budget", _flag("has_gone"))
    op.add_column("budget", _flag("awaiting"))
    op.add_column("crossing", sa.Column("import_id", sa.String(length=36), nullable=True))
