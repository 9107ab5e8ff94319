"""What all tests share."""

from __future__ import annotations

import logging

import hypothesis
import pytest

from testing.clients.client import say_goodbye
from testing.servers.broker import shared_broker
from testing.servers.containers import which_servers
from testing.servers.derby import shared_db2
from testing.servers.mariadb import shared_mariadb
from testing.servers.process import OutlayProcess
from testing.servers.sharing import folder_of_the_run

logging.getLogger("pika").setLevel(logging.CRITICAL)  # as the suite's processes do: what matters is said by the bus itself
hypothesis.settings.register_profile("outlay", deadline=None, print_blob=True)
hypothesis.settings.load_profile("outlay")


def pytest_report_header() -> str:
    """Say what stands in for the servers of production."""
    return f"servers: {which_servers()}"


@pytest.fixture(scope="session")
def outlay(tmp_path_factory: pytest.TempPathFactory):
    """`outlay run`, started once for all tests of this worker; each test signs up people of its own."""
    with OutlayProcess(tmp_path_factory.mktemp("outlay") / "data") as process:
        yield process


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory):
    """A real RabbitMQ, one for the whole run; each test takes a virtual host of its own."""
    with shared_broker(folder_of_the_run(tmp_path_factory) / "rabbitmq") as shared:
        yield shared


@pytest.fixture(scope="session")
def mariadb(tmp_path_factory: pytest.TempPathFactory):
    """A real MariaDB or MySQL, one for the whole run; each test takes databases of its own, or empties one."""
    with shared_mariadb(folder_of_the_run(tmp_path_factory) / "mariadb") as shared:
        yield shared


@pytest.fixture(scope="session")
def db2(tmp_path_factory: pytest.TempPathFactory):
    """A server that the real driver of Db2 talks to, one for the whole run; each worker has schemas of its own."""
    pytest.importorskip("ibm_db", reason="IBM has no driver for this machine", exc_type=ImportError)
    with shared_db2(folder_of_the_run(tmp_path_factory) / "db2") as shared:
        yield shared


@pytest.fixture(scope="session", autouse=True)
def _goodbye():
    """Close every person's connections at the end."""
    yield
    say_goodbye()
