"""Signing up, reading and changing oneself."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

MARIA = {"email": "Maria@Example.org", "password": "correct horse battery", "name": "Maria"}


def test_signing_up_signs_in_and_tells_the_other_services(auth):
    answer = auth.send("POST", "/users", json={**MARIA, "home_currency": "USD", "time_zone": "America/New_York", "locale": "en_US"})
    assert answer.status_code == 201
    user = answer.json()
    assert user["email"] == "Maria@example.org"
    assert (user["home_currency"], user["time_zone"], user["locale"]) == ("USD", "America/New_York", "en-US")
    assert user["created_at"] == "2015-01-24T18:00:00Z"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=outlay_ses_")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert auth.woken
    registered, mail = auth.events()
    assert (registered.type, mail.type) == ("user.registered", "user.verification_requested")
    assert auth.vault.open(registered.data["email"]) == "Maria@example.org"
    assert mail.data["expires_at"] == "2015-01-31T18:00:00Z"
    assert auth.events() == []
