"""Servers that conformance suites run against."""

from __future__ import annotations

import pytest

from support.couch import shared_couch


@pytest.fixture(scope="session")
def couch(tmp_path_factory: pytest.TempPathFactory):
    """The address of a real server that speaks CouchDB's API, one for the whole run; each test takes a database of its own."""
    base = tmp_path_factory.getbasetemp()
    with shared_couch((base.parent if base.name.startswith("popen-") else base) / "couch") as url:
        yield url
