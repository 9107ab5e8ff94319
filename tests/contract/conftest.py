"""Servers that conformance suites run against."""

from __future__ import annotations

import logging

import pytest

from support.couch import shared_couch
from support.objectstore import running_object_store, which_object_store

log = logging.getLogger("outlay.tests")


@pytest.fixture(scope="session")
def couch(tmp_path_factory: pytest.TempPathFactory):
    """The address of a real server that speaks CouchDB's API, one for the whole run; each test takes a database of its own."""
    base = tmp_path_factory.getbasetemp()
    with shared_couch((base.parent if base.name.startswith("popen-") else base) / "couch") as url:
        yield url


@pytest.fixture(scope="session")
def object_store(tmp_path_factory: pytest.TempPathFactory):
    """A real S3 server, one for each worker; each test takes a bucket of its own."""
    log.info("the object store is %s", which_object_store())
    with running_object_store(tmp_path_factory.mktemp("objects")) as store:
        yield store
