"""Who wrote a budget; null for the person whose id the book has, and for rows of older code."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005from0001"
down_revision = "0004from0001"


def upgrade() -> None:
    op.add_column("budget", sa.Column("author", sa.String(36), nullable=True))
