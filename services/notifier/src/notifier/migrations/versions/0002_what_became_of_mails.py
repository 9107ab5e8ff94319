"""Attempts without an outcome, the provider's reports, addresses that mail has stopped to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.mysql import MEDIUMTEXT

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("mail", sa.Column("attempted_ms", sa.BigInteger(), nullable=True))
    op.add_column("mail", sa.Column("put_off_ms", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
    op.add_column("mail", sa.Column("reported_ms", sa.BigInteger(), nullable=True))
    # A mail that the earlier version held when it was stopped may have been accepted.
    op.execute("UPDATE mail SET attempted_ms = claimed_until_ms WHERE state = 'pending' AND claimed_by IS NOT NULL")
    op.create_table(
        "mail_stop",
        sa.Column("user_id", sa.String(36), primary_key=True),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
        sa.Column("lifted", sa.SmallInteger(), nullable=False),
    )
    op.create_table(
        "mail_report", sa.Column("id", sa.String(100), primary_key=True), sa.Column("at_ms", sa.BigInteger(), nullable=False)
    )
    op.create_index("mail_report_at", "mail_report", ["at_ms"])
    if op.get_bind().dialect.name in ("mysql", "mariadb"):
        op.alter_column("outbox", "body", type_=MEDIUMTEXT(), existing_type=sa.Text(), existing_nullable=False)
