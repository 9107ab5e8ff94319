"""A newer version of the suite: the same code, with one more migration and a clearer API in each SQL service."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from chassis.storage.schema import Schema
from chassis.web.spec import load_spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TABLES: Mapping[str, str] = {"expenses": "expense", "budgets": "budget", "notifier": "alert"}
"""The table of each service that the new version adds a column to."""

_MIGRATION = '''"""What the next version needs: added, and used by nobody who does not know of it."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{newest}"


def upgrade() -> None:
    op.add_column("{table}", sa.Column("of_the_next_version", sa.String(20), nullable=True))
    op.create_table("next_version", sa.Column("id", sa.String(36), primary_key=True))
'''


_CONTRACTING = '    op.execute("ALTER TABLE {table} RENAME COLUMN id TO known_as")\n'


def make_newer(folder: Path, services: Iterable[str] = tuple(TABLES), *, expanding: bool = True) -> dict[str, str]:
    """Write it into a folder, for some services; return the environment of a process that runs it.

    Its migrations say that code of today can go on with them; if not `expanding`, that is a lie.
    """
    for service in services:
        table = TABLES[service]
        newest = Schema(service).known[-1]
        revision = f"{int(newest[:4]) + 1:04}from{newest[:4]}"
        shutil.copytree(Path(str(files(service))), folder / service, ignore=shutil.ignore_patterns("__pycache__"))
        text = _MIGRATION if expanding else _MIGRATION + _CONTRACTING
        migration = text.format(revision=revision, newest=newest, table=table)
        (folder / service / "migrations" / "versions" / f"{revision}_next.py").write_text(migration)
        _describe_money_anew(folder / service / "openapi.yaml")
    return {"PYTHONPATH": str(folder)}


def _describe_money_anew(path: Path) -> None:
    """Change the shared components, as a new version may: gateways then see old and new documents at the same time."""
    spec = yaml.safe_load(path.read_text("utf-8"))
    money = load_spec("gateway")["components"]["schemas"]["Money"]
    spec["components"]["schemas"]["Money"] = {**money, "description": "An exact decimal number, as a string."}
    path.write_text(yaml.safe_dump(spec, sort_keys=False), "utf-8")
