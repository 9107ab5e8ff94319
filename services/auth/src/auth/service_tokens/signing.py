"""Ed25519 keys and the service tokens signed with them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from auth.errors import InvalidSecretError
from auth.store.ports import Grant, KeyPair, ReadToken
from chassis.security.tokens import ALGORITHM, Caller


class Ed25519Signatures:
    """Makes keys and signs JSON Web Tokens (EdDSA, RFC 8037)."""

    def make_key(self, key_id: str) -> KeyPair:
        """Make a new key; the public half is a JSON Web Key with this `kid`."""
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

    def sign(self, grant: Grant, *, private: str, key_id: str, expires_at: int, audience: str) -> str:
        """Return a token for the grant's bearer, which one service accepts."""
        key = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(private + "="))
        # Without iat, which a verifier whose clock is a second behind would refuse.
        claims = {**Caller(**asdict(grant)).claims(), "aud": audience, "exp": expires_at}
        return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": key_id})

    def read(self, token: str, *, key_of: Callable[[str], Mapping[str, Any] | None], audience: str) -> ReadToken:
        """Return what a service token for this audience says, however old it is; raises InvalidSecretError if it is not ours."""
        try:
            public = key_of(str(jwt.get_unverified_header(token).get("kid", "")))
            if public is None:
                raise InvalidSecretError
            claims = jwt.decode(
                token,
                jwt.PyJWK(dict(public)),
                algorithms=[ALGORITHM],
                audience=audience,
                options={"require": ["exp", "sub", "aud"], "verify_exp": False, "strict_aud": True},
            )
            caller = Caller.from_claims(claims)
        except (jwt.PyJWTError, KeyError, AttributeError) as error:
            raise InvalidSecretError from error
        return ReadToken(caller.user_id, caller.session_id, caller.kind, caller.scopes, float(claims["exp"]))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
