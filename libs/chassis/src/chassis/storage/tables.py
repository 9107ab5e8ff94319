"""The tables that the chassis adds to a service's own."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text
from sqlalchemy.dialects.mysql import MEDIUMTEXT


@dataclass(frozen=True)
class ChassisTables:
    """outbox, inbox, replay and due_job of one service."""

    outbox: Table
    inbox: Table
    replay: Table
    due_job: Table


def chassis_tables(metadata: MetaData) -> ChassisTables:
    """Declare the tables. Moments are whole milliseconds since 1970, which every dialect stores and compares alike."""
    outbox = Table(
        "outbox",
        metadata,
        Column("id", String(36), primary_key=True),
        # An event may tell of hundreds of changes; MySQL's TEXT ends at 64 kB.
        Column("body", Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb"), nullable=False),
        Column("created_ms", BigInteger, nullable=False),
        Column("claimed_by", String(64), nullable=True),
        Column("claimed_until_ms", BigInteger, nullable=False),
    )
    inbox = Table(
        "inbox",
        metadata,
        Column("event_id", String(36), primary_key=True),
        Column("received_ms", BigInteger, nullable=False),
        Index("inbox_received", "received_ms"),
    )
    replay = Table(
        "replay",
        metadata,
        Column("user_id", String(36), primary_key=True),
        Column("request_key", String(100), primary_key=True),
        Column("fingerprint", String(64), nullable=False),
        Column("status", Integer, nullable=False),
        Column("body", Text, nullable=False),
        Column("headers", Text, nullable=False),
        Column("created_ms", BigInteger, nullable=False),
        Index("replay_created", "created_ms"),
    )
    due_job = Table(
        "due_job",
        metadata,
        Column("id", String(100), primary_key=True),
        Column("kind", String(50), nullable=False),
        Column("book_id", String(36), nullable=True),
        Column("due_ms", BigInteger, nullable=False),
        Column("payload", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("claimed_by", String(64), nullable=True),
        Column("claimed_until_ms", BigInteger, nullable=False),
        Index("due_job_due", "due_ms"),
        Index("due_job_book", "book_id"),
    )
    return ChassisTables(outbox, inbox, replay, due_job)
