"""The tables. Moments are milliseconds since 1970 in UTC, days are ISO dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, SmallInteger, String, Table, Text, text

from chassis.storage.tables import chassis_tables

metadata = MetaData()
shared = chassis_tables(metadata)

recipient = Table(
    "recipient",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("address", String(1000), nullable=False),
    Column("name", String(400), nullable=False),
    Column("locale", String(35), nullable=False),
    Column("time_zone", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("turn", Integer, nullable=False),
    # The version in which the address was not verified. Any other version counts as verified: a process of a release that
    # lacks this column writes new versions and leaves this as it is.
    Column("unverified_version", Integer, nullable=True),
)

departed = Table(
    "departed",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Index("departed_at", "at_ms"),
)

preference = Table(
    "preference",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("channels", Text, nullable=False),
)

alert = Table(
    "alert",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("user_id", String(36), nullable=False),
    Column("cause_id", String(36), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("budget_id", String(36), nullable=True),
    Column("expense_id", String(36), nullable=True),
    Column("period_from", String(10), nullable=True),
    Column("period_to", String(10), nullable=True),
    Column("created_ms", BigInteger, nullable=False),
    Column("read_ms", BigInteger, nullable=True),
    Column("withdrawn_ms", BigInteger, nullable=True),
    Column("listed", SmallInteger, nullable=False),
    Index("alert_cause", "cause_id", unique=True),
    Index("alert_newest", "user_id", "created_ms", "id"),
)

recovery = Table(
    "recovery",
    metadata,
    Column("cause_id", String(36), primary_key=True),
    Column("user_id", String(36), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("recovery_user", "user_id"),
    Index("recovery_at", "at_ms"),
)

mail = Table(
    "mail",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("user_id", String(36), nullable=False),
    Column("alert_id", String(36), nullable=True),
    Column("event_id", String(36), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("state", String(20), nullable=False),
    Column("facts", Text, nullable=False),
    Column("address", String(1000), nullable=True),
    Column("token", String(1000), nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("due_ms", BigInteger, nullable=False),
    Column("claimed_by", String(64), nullable=True),
    Column("claimed_until_ms", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("detail", String(500), nullable=False),
    Column("trace", String(150), nullable=False),
    # Set while an attempt has no outcome. It identifies the attempt by the time at which it began.
    Column("attempted_ms", BigInteger, nullable=True),
    # When due_ms was set, to notice a clock that was put back.
    Column("put_off_ms", BigInteger, nullable=False, server_default=text("0")),
    Column("reported_ms", BigInteger, nullable=True),
    # Set, and not released: it waits until the recipient confirms the address.
    Column("held_ms", BigInteger, nullable=True),
    Column("released_ms", BigInteger, nullable=True),
    Index("mail_event", "event_id", unique=True),
    Index("mail_due", "state", "due_ms"),
    Index("mail_alert", "alert_id"),
    Index("mail_user", "user_id"),
)

mail_stop = Table(
    "mail_stop",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("reason", String(500), nullable=False),
    Column("since_ms", BigInteger, nullable=False),
    Column("lifted", SmallInteger, nullable=False),
)

mail_report = Table(
    "mail_report",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("at_ms", BigInteger, nullable=False),
    Index("mail_report_at", "at_ms"),
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(value: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=value)


def moment(value: int | None) -> datetime | None:
    """Return the moment that a nullable column holds."""
    return None if value is None else from_ms(value)
