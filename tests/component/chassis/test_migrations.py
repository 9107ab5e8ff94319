"""A store is migrated to the newest schema once, and a newer store is left alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.storage.database import Database
from chassis.storage.migrations import SchemaTooNewError, migrate


@pytest.fixture
def package(tmp_path: Path, monkeypatch: Any) -> str:
    """A package with two migrations."""
    versions = tmp_path / "somepackage" / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "somepackage" / "__init__.py").touch()
    (versions.parent / "env.py").write_text(
        "import sqlalchemy as sa\nfrom chassis.storage.migrations import run_environment\nrun_environment(sa.MetaData())\n"
    )
    for number, before in (("0001", None), ("0002", "0001")):
        (versions / f"{number}_step.py").write_text(
            f"import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = {number!r}, {before!r}\n"
            f"def upgrade():\n    op.create_table('t{number}', sa.Column('id', sa.Integer, primary_key=True))\n"
        )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "somepackage"
    sys.modules.pop("somepackage", None)


def tables(database: Database) -> set[str]:
    return set(sa.inspect(database.engine).get_table_names())


def test_missing_migrations_are_applied_once(package: str, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/some.db")
    migrate(database, package)
    assert tables(database) == {"alembic_version", "t0001", "t0002"}
    migrate(database, package)
    database.close()


def test_a_failed_migration_leaves_the_store_unchanged(package: str, tmp_path: Path) -> None:
    second = tmp_path / "somepackage" / "migrations" / "versions" / "0002_step.py"
    good = second.read_text()
    second.write_text(good + "    raise RuntimeError('power cut')\n")
    database = Database(f"sqlite:///{tmp_path}/some.db")
    with pytest.raises(RuntimeError):
        migrate(database, package)
    assert tables(database) == set()
    second.write_text(good)
    migrate(database, package)
    assert "t0002" in tables(database)
    database.close()


def test_a_store_of_a_newer_version_is_refused(package: str, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/some.db")
    migrate(database, package)
    with database.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0009'"))
    with pytest.raises(SchemaTooNewError, match="0009"):
        migrate(database, package)
    database.close()
