"""The tables. Money is whole minor units, days are ISO dates as text: every dialect stores and compares both alike."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, SmallInteger, String, Table, Text, text

from chassis.storage.tables import chassis_tables

metadata = MetaData()
shared = chassis_tables(metadata)

ledger = Table(
    "ledger",
    metadata,
    Column("user_id", String(36), primary_key=True),
    # Incremented by each writer before anything else, which locks the row until commit: writers for one book wait for each other.
    Column("revision", BigInteger, nullable=False),
    # 1 if the account was deleted: this row alone is kept, so that late events bring nothing back.
    Column("departed", SmallInteger, nullable=False),
    # 1 if all categories of this book are known.
    Column("categories_known", SmallInteger, nullable=False, server_default=text("0")),
)

person = Table(
    "person",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("time_zone", String(64), nullable=False),
    Column("version", Integer, nullable=False),
)

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("expense_id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    # The following are empty for what was deleted, or is income.
    Column("day", String(10)),
    Column("category_id", String(36)),
    Column("currency", String(3)),
    Column("home_minor", BigInteger),
    Column("amount_currency", String(3)),
    Column("amount_minor", BigInteger),
    Column("payee", String(200)),
    Index("ledger_entry_day", "user_id", "day"),
)

spend_day = Table(
    "spend_day",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("category_id", String(36), primary_key=True),
    Column("home_minor", BigInteger, nullable=False),
)

budget = Table(
    "budget",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("name", String(100), nullable=False),
    # The name as it is sorted; longer, because case folding can make three letters of one.
    Column("name_key", String(300), nullable=False),
    # A list separated by commas: it is only read and written whole.
    Column("category_ids", String(3700), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("cycle", String(9), nullable=False),
    Column("anchor", String(10), nullable=False),
    Column("thresholds", String(60), nullable=False),
    Column("rollover", String(7), nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", String(32), nullable=False),
    Column("has_gone", SmallInteger, nullable=False, server_default=text("0")),
    Column("awaiting", SmallInteger, nullable=False, server_default=text("0")),
    # Who wrote it; null is the person whose id the book has.
    Column("author", String(36), nullable=True),
    Index("budget_name", "user_id", "name_key", "id"),
)

crossing = Table(
    "crossing",
    metadata,
    # The key is the promise: at most one is open for a budget, a period and a threshold.
    Column("user_id", String(36), primary_key=True),
    Column("budget_id", String(36), primary_key=True),
    Column("period_from", String(10), primary_key=True),
    Column("threshold", SmallInteger, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("period_to", String(10), nullable=False),
    Column("announced", SmallInteger, nullable=False),
    Column("at", String(32), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("spent_then", BigInteger, nullable=False),
    # The expense that triggered it, as it was then; empty if none did.
    Column("expense_id", String(36)),
    Column("day", String(10)),
    Column("category_id", String(36)),
    Column("home_minor", BigInteger),
    Column("amount_currency", String(3)),
    Column("amount_minor", BigInteger),
    Column("payee", String(200)),
    # The import that opened it, whose summary will report it, and the one whose summary did.
    Column("import_id", String(36)),
    Column("told_in", String(36)),
)

category = Table(
    "category",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("id", String(36), primary_key=True),
    Column("version", Integer, nullable=False),
    # Deleted categories are kept, so that late events are recognized as old.
    Column("removed", SmallInteger, nullable=False),
    Column("moved_to", String(36)),
    Index("category_id", "id"),
)

conversion = Table(
    "conversion",
    metadata,
    # A change of the home currency; the version is that of the user.
    Column("user_id", String(36), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("from_currency", String(3), nullable=False),
    Column("to_currency", String(3), nullable=False),
    # Empty if there is none: then the figures stay.
    Column("rate", String(60)),
    # Events with converted expenses: how many came, and how many there are, once that is known.
    Column("heard", Integer, nullable=False),
    Column("expected", Integer),
    # 1 when the budgets have been converted.
    Column("applied", SmallInteger, nullable=False),
)

import_progress = Table(
    "import_progress",
    metadata,
    Column("user_id", String(36), primary_key=True),
    Column("import_id", String(36), primary_key=True),
    # Expenses: how many came, and how many there are, once that is known.
    Column("heard", Integer, nullable=False),
    Column("expected", Integer),
    # When its last event came.
    Column("at_ms", BigInteger, nullable=False),
    # The data of import.completed as JSON; {} before it came.
    Column("facts", Text, nullable=False),
    Column("undone", SmallInteger, nullable=False, server_default=text("0")),
)

OF_ONE_BOOK = (person, ledger_entry, spend_day, budget, crossing, category, conversion, import_progress, shared.replay)
"""All that is deleted with an account."""
