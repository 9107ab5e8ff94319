"""What `check` tries in auth's store."""

from __future__ import annotations

from pathlib import Path

from auth.store.cloudant.address import CloudantAddress
from auth.store.embedded import SqliteDocuments
from auth.store.ports import Documents
from auth.store.schema_version import VERSION
from chassis.runtime.probes import Probe, ProbeError, folder_probe
from chassis.storage.probe import reaching
from chassis.storage.schema import SchemaError


def store_probes(documents: Documents, address: CloudantAddress | None) -> list[Probe]:
    """Return the probes of the store that the settings describe."""
    if address is not None:
        return [Probe("store", lambda: _try_cloudant(address))]
    if isinstance(documents, SqliteDocuments):
        file = Path(documents.database.url.database or ".")
        return [Probe("store", lambda: _try_sqlite(documents)), folder_probe("store's disk", file.parent)]
    return [Probe("store", lambda: _try_other(documents))]


def _try_other(documents: Documents) -> str:
    documents.check()
    return "the store answers"


def _try_cloudant(address: CloudantAddress) -> str:
    from auth.store.cloudant.documents import INDEXES
    from auth.store.cloudant.probe import try_database

    return try_database(address, INDEXES)


def _try_sqlite(documents: SqliteDocuments) -> str:
    reaching(documents.database, "AUTH_STORE")
    try:
        documents.check()
    except SchemaError as error:
        raise ProbeError(f"AUTH_STORE: {error}") from error
    return f"sqlite {documents.database.url.database} answers, its documents are of version {VERSION}"
