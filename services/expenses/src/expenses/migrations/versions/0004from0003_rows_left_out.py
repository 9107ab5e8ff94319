"""What an import left out because it is no booking, and how many rows it shortened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004from0003"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("import_run", sa.Column("left_out", sa.Text(), nullable=True))
    op.add_column("import_run", sa.Column("left_out_count", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("import_run", sa.Column("shortened", sa.Integer(), nullable=False, server_default=sa.text("0")))
