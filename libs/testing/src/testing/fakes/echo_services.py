"""A gateway in front of services that only repeat what they were sent."""

from __future__ import annotations

import json
import time
from typing import Any

import jwt

from chassis.runtime.problems import UnauthorizedError

SERVICES = ("auth", "expenses", "budgets", "notifier", "assistant")


class Echo:
    """A service that answers with what it was asked."""

    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        body = (await receive())["body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        answer = json.dumps({"service": self.name, "path": scope["path"], "headers": headers, "size": len(body)}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": answer})


def tokens_of(secret: str) -> tuple[dict[str, str], int]:
    """Exchange a secret that is known here for service tokens, as auth does."""
    user = {"good": "u1", "outlay_pat_good": "u2", "outlay_pat_writer": "u3", "outlay_dlg_good": "u4", "outlay_ext_good": "u5"}.get(
        secret
    )
    if user is None:
        raise UnauthorizedError
    expires_at = int(time.time()) + 120
    scope = "write" if user == "u3" else "read write"
    claims = {"sub": user, "exp": expires_at, "scope": scope}
    audiences = {"outlay_dlg_good": SERVICES[1:4], "outlay_ext_good": ("assistant",)}.get(secret, (*SERVICES, "extension"))
    return {name: jwt.encode({**claims, "aud": name}, "k" * 32, "HS256") for name in audiences}, expires_at
