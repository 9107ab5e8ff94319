"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.String(64), nullable=True),
        sa.Column("claimed_until_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "inbox", sa.Column("event_id", sa.String(36), primary_key=True), sa.Column("received_ms", sa.BigInteger(), nullable=False)
    )
    op.create_index("inbox_received", "inbox", ["received_ms"])
    op.create_table(
        "replay",
        sa.Column("user_id", sa.String(36), primary_key=True),
        sa.Column("request_key", sa.String(100), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("replay_created", "replay", ["created_ms"])
    op.create_table(
        "recipient",
        sa.Column("user_id", sa.String(36), primary_key=True),
        sa.Column("address", sa.String(1000), nullable=False),
        sa.Column("name", sa.String(400), nullable=False),
        sa.Column("locale", sa.String(35), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
    )
    op.create_table(
        "departed", sa.Column("user_id", sa.String(36), primary_key=True), sa.Column("at_ms", sa.BigInteger(), nullable=False)
    )
    op.create_index("departed_at", "departed", ["at_ms"])
    op.create_table(
        "preference",
        sa.Column("user_id", sa.String(36), primary_key=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("channels", sa.Text(), nullable=False),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("cause_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("budget_id", sa.String(36), nullable=True),
        sa.Column("expense_id", sa.String(36), nullable=True),
        sa.Column("period_from", sa.String(10), nullable=True),
        sa.Column("period_to", sa.String(10), nullable=True),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("read_ms", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_ms", sa.BigInteger(), nullable=True),
        sa.Column("listed", sa.SmallInteger(), nullable=False),
    )
    op.create_index("alert_cause", "alert", ["cause_id"], unique=True)
    op.create_index("alert_newest", "alert", ["user_id", "created_ms", "id"])
    op.create_table(
        "recovery",
        sa.Column("cause_id", sa.String(36), primary_key=True),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("recovery_at", "recovery", ["at_ms"])
    op.create_index("recovery_user", "recovery", ["user_id"])
    op.create_table(
        "mail",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("user_id", sa.String(36), nullable=False),
        sa.Column("alert_id", sa.String(36), nullable=True),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("address", sa.String(1000), nullable=True),
        sa.Column("token", sa.String(1000), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("claimed_by", sa.String(64), nullable=True),
        sa.Column("claimed_until_ms", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.String(500), nullable=False),
        sa.Column("trace", sa.String(150), nullable=False),
    )
    op.create_index("mail_alert", "mail", ["alert_id"])
    op.create_index("mail_due", "mail", ["state", "due_ms"])
    op.create_index("mail_event", "mail", ["event_id"], unique=True)
    op.create_index("mail_user", "mail", ["user_id"])
