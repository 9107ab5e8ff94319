"""Service tokens are verified locally, and follow auth's key rotation."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm

from chassis.runtime.problems import UnauthorizedError
from chassis.security.tokens import Caller, TokenVerifier

CALLER = Caller("u1", "s1", "session", frozenset({"read", "write"}), "EUR", "Europe/Berlin", "de")


class Auth:
    """Signs tokens with keys that can be rotated, and counts how often its keys are fetched."""

    def __init__(self) -> None:
        self.keys = {"k1": Ed25519PrivateKey.generate()}
        self.fetched = 0

    def jwks(self) -> dict[str, Any]:
        self.fetched += 1
        return {
            "keys": [
                {**json.loads(OKPAlgorithm.to_jwk(key.public_key())), "kid": kid, "alg": "EdDSA"} for kid, key in self.keys.items()
            ]
        }

    def token(self, kid: str = "k1", key: Any = None, **claims: Any) -> str:
        body = {**CALLER.claims(), "aud": "expenses", "exp": time.time() + 60, **claims}
        return jwt.encode({k: v for k, v in body.items() if v is not None}, key or self.keys[kid], "EdDSA", headers={"kid": kid})


def test_a_token_says_who_calls() -> None:
    auth = Auth()
    assert Caller.from_claims(TokenVerifier(auth.jwks, "expenses")(auth.token())) == CALLER


def test_keys_are_fetched_once() -> None:
    auth = Auth()
    verify = TokenVerifier(auth.jwks, "expenses")
    for number in range(5):
        verify(auth.token(n=number))
    assert auth.fetched == 1


def test_a_new_key_is_found_and_a_flood_of_unknown_keys_fetches_nothing() -> None:
    auth, now = Auth(), [0.0]
    verify = TokenVerifier(auth.jwks, "expenses", monotonic=lambda: now[0])
    verify(auth.token())
    auth.keys["k2"] = Ed25519PrivateKey.generate()
    now[0] = 10
    verify(auth.token("k2"))
    for _ in range(5):
        with pytest.raises(UnauthorizedError):
            verify(auth.token("k3", key=auth.keys["k1"]))
    assert auth.fetched == 2


def test_tokens_of_others_are_refused() -> None:
    auth = Auth()
    verify = TokenVerifier(auth.jwks, "expenses")
    none = jwt.encode({**CALLER.claims(), "aud": "expenses", "exp": time.time() + 60}, None, "none", headers={"kid": "k1"})
    hmac = jwt.encode({**CALLER.claims(), "aud": "expenses", "exp": time.time() + 60}, "k" * 32, "HS256", headers={"kid": "k1"})
    for token in (
        auth.token(exp=time.time() - 1),
        auth.token(aud="budgets"),
        auth.token(exp=None),
        auth.token(sub=None),
        auth.token(key=Ed25519PrivateKey.generate()),
        none,
        hmac,
        "nonsense",
        "",
        auth.token()[:-4] + "AAAA",
    ):
        with pytest.raises(UnauthorizedError):
            verify(token)


def test_a_verified_token_ends_when_it_expires() -> None:
    auth, ahead = Auth(), [0.0]
    verify = TokenVerifier(auth.jwks, "expenses", now=lambda: time.time() + ahead[0])
    token = auth.token(exp=time.time() + 60)
    verify(token)
    ahead[0] = 30
    verify(token)
    ahead[0] = 60
    with pytest.raises(UnauthorizedError):
        verify(token)


def test_a_token_of_a_version_before_books_means_the_callers_own_book() -> None:
    claims = CALLER.claims()
    assert claims.pop("book") == "u1"
    assert Caller.from_claims(claims).book_id == "u1"
    assert Caller.from_claims({**claims, "book": "b2"}).book_id == "b2"
