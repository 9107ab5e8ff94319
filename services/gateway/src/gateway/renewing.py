"""Keeps the gateway up to date with the services behind it, which are upgraded without it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chassis.runtime.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from chassis.web.spec import Spec

log = logging.getLogger("outlay.gateway")

_LOOK_SECONDS = 30.0


class Renewed:
    """The application that was made last."""

    def __init__(self, make: Callable[[Mapping[str, Spec]], ASGIApp], specs: Mapping[str, Spec]) -> None:
        """`make` makes an application from the services' documents."""
        self._make, self._specs, self._app = make, specs, make(specs)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; one that has begun ends where it began."""
        await self._app(scope, receive, send)

    def renew(self, specs: Mapping[str, Spec]) -> bool:
        """Make it anew if the documents are others; return whether they are. May be called from any thread.

        A service without a document is unreachable; the last known one is used when it returns.
        """
        specs = {**self._specs, **specs}
        if specs == self._specs:
            return False
        self._specs, self._app = specs, self._make(specs)
        return True


class Renewing(Worker):
    """Looks every half minute whether a service was upgraded: one that starts during an upgrade may have asked an old replica."""

    def __init__(
        self, renewed: Renewed, fetch: Callable[[], Mapping[str, Spec] | None], *, every_seconds: float = _LOOK_SECONDS
    ) -> None:
        """`fetch` returns the documents, or None if a service is away."""
        super().__init__("documents:gateway")
        self._renewed, self._fetch, self._every, self._looked = renewed, fetch, every_seconds, False

    def work_off(self) -> float:
        """Look once; not at the start, when they have just been fetched."""
        if self._looked and (specs := self._fetch()) is not None and self._renewed.renew(specs):
            log.info("a service has another API than before; the gateway follows it")
        self._looked = True
        return self._every
