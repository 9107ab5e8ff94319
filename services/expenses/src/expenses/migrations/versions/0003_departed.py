"""Who has left, so that nothing that comes late is kept for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "departed", sa.Column("user_id", sa.String(36), primary_key=True), sa.Column("at_ms", sa.BigInteger, nullable=False)
    )
    op.create_index("departed_at", "departed", ["at_ms"])
