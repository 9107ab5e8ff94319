"""Fetches the services' OpenAPI documents, which tell the gateway where each path goes."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping

import httpx

from chassis.web.spec import Spec

log = logging.getLogger("outlay.gateway")

_WAIT_SECONDS = 120.0
_PAUSE_SECONDS = 1.0
_OPTIONAL = frozenset({"assistant"})
"""Outlay works without these, so the gateway does not wait long for them."""
_OPTIONAL_WAIT_SECONDS = 3.0


class ServiceUnreachableError(Exception):
    """A service did not start in time, so its paths are unknown."""


def fetch_documents(services: Mapping[str, str]) -> dict[str, Spec]:
    """Return name to document; waits two minutes for services that have not started. Raises ServiceUnreachableError.

    Waits only seconds for the assistant, which is left out while it is unreachable.
    """
    found: dict[str, Spec] = {}
    with httpx.Client(timeout=5) as client:
        for name, address in services.items():
            try:
                found[name] = _fetch(client, name, address)
            except ServiceUnreachableError:
                if name not in _OPTIONAL:
                    raise
    return found


def refetch_documents(services: Mapping[str, str]) -> dict[str, Spec] | None:
    """Return the documents by service, without the assistant's if it is unreachable; None if another one does not answer."""
    found: dict[str, Spec] = {}
    with httpx.Client(timeout=5) as client:
        for name, address in services.items():
            try:
                found[name] = client.get(f"{address}/openapi.json").raise_for_status().json()
            except (httpx.HTTPError, ValueError):
                if name not in _OPTIONAL:
                    return None
    return found


def _fetch(client: httpx.Client, name: str, address: str) -> Spec:
    wait_seconds = _OPTIONAL_WAIT_SECONDS if name in _OPTIONAL else _WAIT_SECONDS
    for _ in range(int(wait_seconds / _PAUSE_SECONDS)):
        try:
            document: Spec = client.get(f"{address}/openapi.json").raise_for_status().json()
        except (httpx.HTTPError, ValueError) as error:
            log.info("waiting for a service", extra={"service": name, "reason": type(error).__name__})
            time.sleep(_PAUSE_SECONDS)
        else:
            return document
    raise ServiceUnreachableError(f"{name} at {address} does not respond; is its address right?")
