"""/livez, /readyz, /metrics and /openapi.json of a service: what operators and the gateway ask it itself."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from chassis.metrics import Metrics

log = logging.getLogger("outlay.health")


class Health:
    """Answers those paths."""

    def __init__(self, metrics: Metrics, checks: Mapping[str, Callable[[], object]], *, document: bytes = b"") -> None:
        """`checks` are what the service needs, by name; one that raises makes it not ready. `document` is its OpenAPI as JSON."""
        self._metrics, self._checks, self._document = metrics, checks, document

    async def answer(self, path: str) -> tuple[int, bytes, str] | None:
        """Return (status, body, content type), or None if the path is another one."""
        match path:
            case "/livez":
                return 200, b'{"status": "ok"}', "application/json"
            case "/readyz":
                return await run_in_threadpool(self._readiness)
            case "/metrics":
                return 200, await run_in_threadpool(self._metrics.page), "text/plain; version=0.0.4"
            case "/openapi.json" if self._document:
                return 200, self._document, "application/json"
            case _:
                return None

    def _readiness(self) -> tuple[int, bytes, str]:
        report = {name: self._state(name) for name in self._checks}
        ready = all(state == "ok" for state in report.values())
        body = {"status": "ok" if ready else "not ready", "checks": report}
        return (200 if ready else 503), json.dumps(body).encode(), "application/json"

    def _state(self, name: str) -> str:
        try:
            self._checks[name]()
        except Exception as error:  # whatever a store raises, the answer is the same: not ready
            log.warning("not ready", extra={"check": name, "reason": str(error)})
            return "failing"
        return "ok"
