"""/livez, /readyz, /metrics and /openapi.json of a service, for operators and the gateway, and the part that the public sees."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from chassis.runtime.background_check import BackgroundCheck
from chassis.runtime.metrics import Metrics
from chassis.web.middleware.security_headers import with_security_headers

log = logging.getLogger("outlay.health")

_READY = 200
LIVE = (200, b'{"status": "ok"}', "application/json")
"""The response at /livez: the process is running."""

_WAIT_SECONDS = 4.0
"""How long a check may take: probes give up soon and come again."""


class Health:
    """Answers those paths: behind HealthPaths, or as an application of its own on the management port."""

    def __init__(
        self,
        metrics: Metrics,
        checks: Mapping[str, Callable[[], object]],
        *,
        optional_checks: Mapping[str, Callable[[], object]] | None = None,
        document: bytes = b"",
    ) -> None:
        """`checks` are what the service needs, by name; one that raises makes it not ready. `document` is its OpenAPI as JSON.

        `optional_checks` only appear in the report: the service works without them for a time, as without a broker while the
        outbox holds the events.
        """
        self._metrics, self._document = metrics, document
        self._checks, self._optional_checks = _watched(checks), _watched(optional_checks or {})

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Serve one request; any other path is a 404."""
        if scope["type"] != "http":
            return
        status, body, kind = await self.answer(scope["path"]) or (404, b"", "text/plain")
        headers = with_security_headers([(b"content-type", kind.encode()), (b"content-length", str(len(body)).encode())])
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def answer(self, path: str) -> tuple[int, bytes, str] | None:
        """Return (status, body, content type), or None if the path is another one."""
        match path:
            case "/livez":
                return LIVE
            case "/readyz":
                return await run_in_threadpool(self._readiness)
            case "/metrics":
                return 200, await run_in_threadpool(self._metrics.page), "text/plain; version=0.0.4"
            case "/openapi.json" if self._document:
                return 200, self._document, "application/json"
            case _:
                return None

    def _readiness(self) -> tuple[int, bytes, str]:
        for watched in (*self._checks.values(), *self._optional_checks.values()):
            watched.begin()  # all at once, so that several that hang take no longer than one
        report = {name: self._state(check, name) for name, check in self._checks.items()}
        ready = all(state == "ok" for state in report.values())
        report |= {name: self._state(check, name) for name, check in self._optional_checks.items()}
        status = _READY if ready else 503
        return status, json.dumps({"status": _word_for(status), "checks": report}).encode(), "application/json"

    def _state(self, check: Callable[[], object], name: str) -> str:
        try:
            check()
        except Exception as error:  # whatever a store raises means that it is not ready
            log.warning("not ready", extra={"check": name, "reason": str(error)})
            return "failing"
        return "ok"


class HealthReport(Protocol):
    """Whatever answers health checks."""

    async def answer(self, path: str) -> tuple[int, bytes, str] | None:
        """Return (status, body, content type), or None if the path is another one."""


class Liveness:
    """Answers /livez alone, where there is nothing else to report."""

    async def answer(self, path: str) -> tuple[int, bytes, str] | None:
        """Return (status, body, content type), or None if the path is another one."""
        return LIVE if path == "/livez" else None


class PublicStatus:
    """Answers /livez and /readyz for the public: whether the service is ready, without details."""

    def __init__(self, health: Health) -> None:
        """Report the status of `health` alone."""
        self._health = health

    async def answer(self, path: str) -> tuple[int, bytes, str] | None:
        """Return (status, body, content type), or None if the path is another one."""
        if path == "/livez":
            return LIVE
        if path == "/readyz" and (found := await self._health.answer(path)) is not None:
            status, _report, kind = found
            return status, json.dumps({"status": _word_for(status)}).encode(), kind
        return None


def _word_for(status: int) -> str:
    return "ok" if status == _READY else "not ready"


def _watched(checks: Mapping[str, Callable[[], object]]) -> dict[str, BackgroundCheck]:
    return {name: BackgroundCheck(check, fresh=0.0, wait=_WAIT_SECONDS) for name, check in checks.items()}
