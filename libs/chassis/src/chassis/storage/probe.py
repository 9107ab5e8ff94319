"""Probes of a SQL store: is it reachable, is its schema right, and does this user have the necessary rights."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from chassis.runtime.probes import Probe, ProbeError, folder_probe
from chassis.storage.database import Database, StoreUnavailableError
from chassis.storage.schema import Schema, SchemaState, revision_of

_VERSION = "alembic_version"


def database_probes(database: Database, package: str, setting: str) -> list[Probe]:
    """Return the probes of a service's database; `setting` is the name of its setting."""
    probes = [Probe("store", lambda: _try(database, Schema(package), setting))]
    if database.url.get_backend_name() == "sqlite" and database.url.database:
        probes.append(folder_probe("store's disk", Path(database.url.database).parent))
    return probes


def reaching(database: Database, setting: str) -> str:
    """Return the revision of the store's schema, empty if it has none; raises ProbeError if the store is unreachable."""
    try:
        with database.read_unchecked() as connection:
            return revision_of(connection) or ""
    except (StoreUnavailableError, SQLAlchemyError) as error:
        raise ProbeError(f"{setting}: {database.explain(error)}", lasting=database.is_refused(error)) from error


def _try(database: Database, schema: Schema, setting: str) -> str:
    have, name = reaching(database, setting), _name(database)
    match schema.state(have or None):
        case SchemaState.NEWER:
            raise ProbeError(f"{setting}: {schema.too_new(have)}")
        case SchemaState.OLDER:
            message = (
                f"{setting}: {name} is at schema {have or 'none'}, this version needs {schema.known[-1]}; "
                f"run `python -m {schema.package} migrate`"
            )
            raise ProbeError(message)
        case standing:
            _try_rights(database, setting)
            newer = ", which is newer than this version but compatible with it" if standing is SchemaState.AHEAD else ""
            return f"{name} answers, its schema is {have}{newer}, and this user has all rights that are needed"


def _name(database: Database) -> str:
    url = database.url
    place = f"{url.host}:{url.port}/{url.database}" if url.host else url.database
    return f"{url.get_backend_name()} {place}"


def _try_rights(database: Database, setting: str) -> None:
    """Run each kind of statement on each table, without touching a row."""
    try:
        with database.begin() as connection:
            for name in sa.inspect(connection).get_table_names():
                if name != _VERSION:
                    _try_table(connection, name)
    except (StoreUnavailableError, DBAPIError) as error:
        raise ProbeError(f"{setting}: {database.explain(error)}", lasting=database.is_refused(error)) from error


def _try_table(connection: Connection, name: str) -> None:
    nothing = sa.text("1 = 0")
    names = list(connection.execute(sa.select(sa.text("*")).select_from(sa.table(name)).where(nothing)).keys())
    table = sa.table(name, *map(sa.column, names))
    column = table.c[names[0]]
    connection.execute(sa.insert(table).from_select(names, sa.select(*table.columns).where(nothing)))
    connection.execute(sa.update(table).values({column: column}).where(nothing))
    connection.execute(sa.delete(table).where(nothing))
