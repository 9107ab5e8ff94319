"""Sets of stores for an installation, on real servers on loopback."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Protocol

from household.installations import Deployment, HomeDeployment, SuiteDeployment
from testing.servers.broker import shared_broker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from support.objectstore import ObjectStore
    from testing.servers.derby import Db2Server
    from testing.servers.mariadb import MariaDb

_TABLES = ("expenses", "budgets", "notifier")


class Stores(Protocol):
    """Servers that are shared by installations."""

    def fresh(self) -> dict[str, str]:
        """Return the settings that name empty stores."""


class MySqlStores:
    """Everything with tables in MariaDB or MySQL; accounts and receipts stay in the installation's folder."""

    def __init__(self, server: MariaDb) -> None:
        """The server runs already."""
        self._server = server

    def fresh(self) -> dict[str, str]:
        """Return the settings that name empty stores."""
        return {f"{service.upper()}_DB": self._server.fresh(f"house_{service}") for service in _TABLES}


class IbmStores:
    """Accounts on Cloudant's API, tables on Db2's protocol, receipts on the API of Object Storage."""

    def __init__(self, couch: str, db2: Db2Server, objects: ObjectStore) -> None:
        """The servers run already; `couch` is the address of one."""
        self._couch, self._db2, self._objects = couch, db2, objects

    def fresh(self) -> dict[str, str]:
        """Return the settings that name empty stores."""
        told = self._objects.settings()
        return {
            "AUTH_STORE": f"{self._couch.replace('http://', 'cloudant://')}/installation-{secrets.token_hex(6)}",
            **{f"{service.upper()}_DB": self._db2.fresh(service) for service in _TABLES},
            "RECEIPTS": told.receipts,
            "COS_ACCESS_KEY": told.cos_access_key,
            "COS_SECRET_KEY": told.cos_secret_key,
        }


@contextmanager
def home(folder: Path) -> Iterator[Deployment]:
    """Installations on SQLite and folders, with one process each."""
    yield HomeDeployment()


@contextmanager
def mysql(folder: Path) -> Iterator[Deployment]:
    """Installations on MariaDB or MySQL, with RabbitMQ."""
    from testing.servers.mariadb import shared_mariadb

    with shared_mariadb(folder / "mariadb") as server, shared_broker(folder / "rabbitmq") as broker:
        yield SuiteDeployment(broker, MySqlStores(server))


@contextmanager
def ibm_stores(folder: Path) -> Iterator[IbmStores]:
    """Start a server of each kind."""
    from support.objectstore import shared_object_store
    from testing.servers.couch import shared_couch
    from testing.servers.derby import shared_db2

    with ExitStack() as stack:
        couch = stack.enter_context(shared_couch(folder / "couch"))
        db2 = stack.enter_context(shared_db2(folder / "db2"))
        objects = stack.enter_context(shared_object_store(folder / "objects"))
        yield IbmStores(couch, db2, objects)


@contextmanager
def ibm(folder: Path) -> Iterator[Deployment]:
    """Installations on Cloudant's API, Db2's protocol and an object store, with RabbitMQ."""
    with ibm_stores(folder) as stores, shared_broker(folder / "rabbitmq") as broker:
        yield SuiteDeployment(broker, stores)


SETS: dict[str, Callable[[Path], AbstractContextManager[Deployment]]] = {"home": home, "ibm": ibm, "mysql": mysql}
