"""Whether other services have been told of all categories of somebody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007from0003"
down_revision = "0006from0003"


def upgrade() -> None:
    op.add_column("person", sa.Column("categories_announced", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
    op.create_index("person_announced", "person", ["categories_announced"])
    op.add_column("category", sa.Column("announced", sa.SmallInteger(), nullable=False, server_default=sa.text("0")))
    op.create_index("category_announced", "category", ["announced"])
