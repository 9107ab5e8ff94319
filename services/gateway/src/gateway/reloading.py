"""Rebuilds the gateway when a service behind it gets another API: services are upgraded on their own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.runtime.worker import Worker
from chassis.web.spec import Spec

log = logging.getLogger("outlay.gateway")

_CHECK_SECONDS = 30.0


class ReloadingApp:
    """An application that can be replaced while it runs."""

    def __init__(self, build: Callable[[Mapping[str, Spec]], ASGIApp], specs: Mapping[str, Spec]) -> None:
        """`build` builds an application from the services' documents."""
        self._build, self._specs, self._app = build, specs, build(specs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, to its end with the application that it began with."""
        await self._app(scope, receive, send)

    def reload(self, specs: Mapping[str, Spec]) -> bool:
        """Rebuild the application if the documents have changed; return whether they have. May be called from any thread.

        A service without a document is unreachable; the last known one is used when it returns.
        """
        specs = {**self._specs, **specs}
        if specs == self._specs:
            return False
        self._specs, self._app = specs, self._build(specs)
        return True


class DocumentWatcher(Worker):
    """Checks the documents every half minute: a gateway that starts during an upgrade may have asked an old replica."""

    def __init__(
        self, app: ReloadingApp, fetch: Callable[[], Mapping[str, Spec] | None], *, every_seconds: float = _CHECK_SECONDS
    ) -> None:
        """`fetch` returns the documents, or None if a service does not respond."""
        super().__init__("documents:gateway")
        self._app, self._fetch, self._every, self._started = app, fetch, every_seconds, False

    def run_once(self) -> float:
        """Check once; not at the start, when they have just been fetched."""
        if self._started and (specs := self._fetch()) is not None and self._app.reload(specs):
            log.info("the API of a service has changed; the gateway uses the new one")
        self._started = True
        return self._every
