"""What every service with tables shares: the connection, outbox, inbox, idempotency records and migrations (SQLAlchemy Core)."""

from chassis.sql.address import store_address
from chassis.sql.database import Database, StoreBusyError, StoreUnavailableError, unless_raced
from chassis.sql.inbox import Inbox
from chassis.sql.outbox import SqlOutbox, add_events, add_written_events
from chassis.sql.prepared import Prepared
from chassis.sql.replays import Replays
from chassis.sql.tables import chassis_tables

__all__ = [
    "Database",
    "Inbox",
    "Prepared",
    "Replays",
    "SqlOutbox",
    "StoreBusyError",
    "StoreUnavailableError",
    "add_events",
    "add_written_events",
    "chassis_tables",
    "store_address",
    "unless_raced",
]
