"""Fetches auth's public keys, which verify service tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from chassis.runtime.problems import UnavailableError


def fetch_jwks(auth_url: str) -> Mapping[str, Any]:
    """Return auth's public keys; raises UnavailableError."""
    try:
        answer = httpx.get(f"{auth_url}/api/v1/internal/jwks", timeout=3)
        keys: Mapping[str, Any] = answer.raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise UnavailableError("Sign-ins cannot be checked at the moment. Try again soon.", headers={"Retry-After": "5"}) from error
    return keys
