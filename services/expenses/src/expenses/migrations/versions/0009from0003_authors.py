"""Who wrote a row; null for the person whose id the book has, and for rows of older code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009from0003"
down_revision = "0008from0003"


def upgrade() -> None:
    for table in ("category", "expense", "trashed_expense", "import_run", "import_job"):
        op.add_column(table, sa.Column("author", sa.String(36), nullable=True))
