"""Addresses that nobody has confirmed, and mails that wait for it. Who is known already counts as confirmed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003from0002"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("recipient", sa.Column("unverified_version", sa.Integer(), nullable=True))
    op.add_column("mail", sa.Column("held_ms", sa.BigInteger(), nullable=True))
    op.add_column("mail", sa.Column("released_ms", sa.BigInteger(), nullable=True))
