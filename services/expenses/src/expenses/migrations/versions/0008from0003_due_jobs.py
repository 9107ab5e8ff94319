"""Work that is put off until a moment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008from0003"
down_revision = "0007from0003"


def upgrade() -> None:
    op.create_table(
        "due_job",
        sa.Column("id", sa.String(100), primary_key=True),
        sa.Column("kind", sa.String(50), nullable=False),
        sa.Column("book_id", sa.String(36), nullable=True),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("claimed_by", sa.String(64), nullable=True),
        sa.Column("claimed_until_ms", sa.BigInteger, nullable=False),
    )
    op.create_index("due_job_due", "due_job", ["due_ms"])
    op.create_index("due_job_book", "due_job", ["book_id"])
