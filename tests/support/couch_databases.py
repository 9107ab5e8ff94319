"""Databases of a server with CouchDB's API."""

from __future__ import annotations

import secrets

from auth.store.cloudant.address import CloudantAddress, cloudant_address


def a_database(server: str) -> CloudantAddress:
    """Return the address of a database that does not exist yet."""
    return cloudant_address(f"{server.replace('http', 'cloudant', 1)}/test-{secrets.token_hex(8)}")
