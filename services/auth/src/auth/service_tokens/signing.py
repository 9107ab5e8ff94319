"""Ed25519 keys, and service tokens signed with them (JSON Web Tokens, EdDSA, RFC 8037)."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auth.errors import InvalidSecretError
from chassis.security.tokens import ALGORITHM, Caller


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A signing key as text, and its public half as a JSON Web Key."""

    private: str = field(repr=False)
    public: Mapping[str, Any]


def new_key(key_id: str) -> KeyPair:
    """Generate a key whose public half has this `kid`."""
    key = Ed25519PrivateKey.generate()
    public = {
        "kty": "OKP",
        "crv": "Ed25519",
        "x": _encode(key.public_key().public_bytes_raw()),
        "kid": key_id,
        "use": "sig",
        "alg": ALGORITHM,
    }
    return KeyPair(_encode(key.private_bytes_raw()), public)


def sign(caller: Caller, *, private: str, key_id: str, expires_at: int, audience: str) -> str:
    """Return a token with which this caller is accepted by one audience."""
    key = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(private + "="))
    # Without iat, which a verifier whose clock is a second behind would refuse.
    claims = {**caller.claims(), "aud": audience, "exp": expires_at}
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": key_id})


def read(token: str, *, public_key: Callable[[str], Mapping[str, Any] | None], audience: str) -> tuple[Caller, float]:
    """Return the caller of a token for this audience and when it expires, even if it has; raises InvalidSecretError.

    `public_key` returns the public key with an id, None if there is none.
    """
    try:
        key = public_key(str(jwt.get_unverified_header(token).get("kid", "")))
        if key is None:
            raise InvalidSecretError
        claims = jwt.decode(
            token,
            jwt.PyJWK(dict(key)),
            algorithms=[ALGORITHM],
            audience=audience,
            options={"require": ["exp", "sub", "aud"], "verify_exp": False, "strict_aud": True},
        )
        return Caller.from_claims(claims), float(claims["exp"])
    except (jwt.PyJWTError, KeyError, AttributeError) as error:
        raise InvalidSecretError from error


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
