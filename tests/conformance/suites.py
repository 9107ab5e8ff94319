"""Every conformance suite, and the adapters that it must be run on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Adapter:
    """One way to keep a port's promises. `id` is the parameter of the suite's fixture, `server` what the adapter speaks to."""

    id: str
    name: str
    server: str


@dataclass(frozen=True)
class Suite:
    """The tests of a file that a fixture with the adapters as its parameters is handed to."""

    port: str
    path: str
    fixture: str
    adapters: tuple[Adapter, ...]
    fewer: Mapping[str, str] = field(default_factory=dict)
    """Adapters on which some of the tests are not run, by id, and why. Without an entry that is an error."""

    @property
    def key(self) -> str:
        """What tells it from every other."""
        return f"{self.path}::{self.fixture}"


_SQL = (
    Adapter("sqlite", "SQLite", "sqlite"),
    Adapter("mariadb", "MySQL (PyMySQL)", "mariadb"),
    Adapter("db2", "Db2 (ibm-db)", "db2"),
)

_DOCUMENTS = (Adapter("sqlite", "documents in SQLite", "sqlite"), Adapter("cloudant", "Cloudant API (ibmcloudant)", "couch"))
_BUSES = (Adapter("embedded", "embedded", "sqlite"), Adapter("rabbitmq", "RabbitMQ (pika)", "rabbitmq"))

SUITES = (
    Suite("auth: accounts (documents)", "tests/contract/test_document_store.py", "documents", _DOCUMENTS),
    Suite("auth: use cases", "tests/contract/test_auth_stores.py", "make_auth", _DOCUMENTS),
    Suite("auth: sessions", "tests/contract/test_auth_store_sessions.py", "make_auth", _DOCUMENTS),
    Suite("auth: rekeying", "tests/contract/test_rekeying.py", "documents", _DOCUMENTS),
    Suite("notifier: rekeying", "tests/contract/test_rekeying.py", "database", _SQL),
    Suite("chassis: due jobs", "tests/contract/test_due_jobs.py", "jobs", _SQL),
    Suite("expenses: expenses, categories, imports", "tests/contract/test_expense_store.py", "database", _SQL),
    Suite("expenses: category removal", "tests/contract/test_category_removal.py", "world", _SQL),
    Suite("expenses: home currency change", "tests/contract/test_home_currency_change.py", "world", _SQL),
    Suite("expenses: import transactions", "tests/contract/test_import_transactions.py", "world", _SQL),
    Suite("expenses: account deletion races", "tests/contract/test_account_deletion_races.py", "world", _SQL),
    Suite("expenses: receipts (rows)", "tests/contract/test_receipt_rows.py", "store", _SQL),
    Suite(
        "expenses: receipts (files)",
        "tests/contract/test_receipt_files.py",
        "place",
        (
            Adapter("folder", "a folder", "folder"),
            Adapter("bucket", "Object Storage (ibm-cos-sdk): a bucket", "objects"),
            Adapter("prefix", "Object Storage (ibm-cos-sdk): under a prefix", "objects"),
        ),
    ),
    Suite("budgets: budgets and their ledger", "tests/contract/test_budget_store.py", "kept", _SQL),
    Suite("budgets: categories, currencies, imports", "tests/contract/test_budget_store_events.py", "store", _SQL),
    Suite("notifier: alerts, recipients", "tests/contract/test_notifier_store.py", "url", _SQL),
    Suite("notifier: mails", "tests/contract/test_notifier_mails.py", "url", _SQL),
    Suite("notifier: held mails", "tests/contract/test_notifier_held_mails.py", "url", _SQL),
    Suite("notifier: migrations", "tests/contract/test_notifier_migrations.py", "database", _SQL),
    Suite(
        "notifier: mailer",
        "tests/contract/test_mailers.py",
        "box",
        (
            Adapter("folder", "a folder", "folder"),
            Adapter("sendgrid", "SendGrid (sendgrid)", "mailserver"),
            Adapter("smtp", "SMTP (smtplib)", "exim"),
        ),
    ),
    Suite("all: outbox, inbox, idempotency", "tests/contract/test_outbox.py", "url", _SQL),
    Suite("all: bus", "tests/contract/test_bus.py", "make_bus", _BUSES),
    Suite("all: bus, events together", "tests/contract/test_bus_together.py", "make_bus", _BUSES),
    Suite("all: migrations from the release", "tests/contract/test_migrations_from_release.py", "database", _SQL),
    Suite("all: the version of a schema", "tests/contract/test_schema_versions.py", "opened", _SQL),
    Suite(
        "all: query plans",
        "tests/contract/test_query_indexes.py",
        "opened",
        _SQL,
        fewer={"db2": "Derby's plans say nothing about Db2's; docs/operate/stores.md has the reasoning"},
    ),
)
