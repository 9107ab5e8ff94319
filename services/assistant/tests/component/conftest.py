"""Watson as a server on this machine with the adapter in front of it, and the MCP server on a household."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from assistant.mcp.server import build_server
from assistant.watson.adapter import Watson
from assistant.watson.client import WatsonClient
from assistant.watson.context import pseudonym
from assistant.watson.settings import WatsonSettings
from chassis.runtime.settings import read_settings
from chassis.security.encryption import Encryptor
from support.household_api import running_household
from support.mcp_household import opening
from testing.clients.assistants import connected
from testing.servers.watson import WatsonServer, watson_server

VAULT = Encryptor(b"k" * 32)


@pytest.fixture
def server() -> Iterator[WatsonServer]:
    with watson_server() as running:
        yield running
        assert running.wrong == []


@pytest.fixture
def watson(server: WatsonServer) -> Watson:
    return made(server.environ())


@pytest.fixture
def make() -> Callable[..., Watson]:
    return made


def made(environ: dict[str, str], *, seconds: float = 30.0) -> Watson:
    settings = read_settings(WatsonSettings, environ)
    numbers = itertools.count(1)
    return Watson(
        WatsonClient(settings),
        new_id=lambda: f"proposal-{next(numbers)}",
        pseudonym=lambda user: pseudonym(VAULT, user),
        extension=settings.watson_extension,
        seconds=seconds,
    )


@pytest.fixture(scope="module")
def household():
    with running_household() as found:
        yield found


@pytest.fixture(scope="module")
def reader(household):
    with connected(build_server(opening(household, "read"), write=False)) as connection:
        yield connection


@pytest.fixture(scope="module")
def writer(household):
    with connected(build_server(opening(household, "read", "write"), write=True)) as connection:
        yield connection
