"""Which crossings the summary of an import reported, so that they are published alone when the import is undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003from0001"
down_revision = "0002from0001"


def upgrade() -> None:
    op.add_column("crossing", sa.Column("told_in", sa.String(length=36), nullable=True))
    op.add_column("import_progress", sa.Column("undone", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
