"""A running gateway picks up the new API of an upgraded service."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

import gateway.app
from chassis.runtime.metrics import Metrics
from chassis.web.health import Health
from chassis.web.spec import SpecClashError, load_spec
from gateway.documents import refetch_documents
from gateway.event_stream import EventStreams
from gateway.reloading import DocumentWatcher, ReloadingApp
from gateway.service_tokens import ServiceTokenCache
from gateway.token_exchange import DirectTokenExchange
from support.asgi import call
from testing.waiting import eventually

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from starlette.types import ASGIApp

    from chassis.web.spec import Spec

EVERY_SECONDS = 0.02
FRONT_SPEC = load_spec("gateway")


class Services:
    """Two services that say what they can do, over HTTP; a document of None is answered with 503."""

    def __init__(self) -> None:
        self.documents: dict[str, Spec | None] = {"expenses": document("expenses"), "budgets": document("budgets")}
        self.asked = 0
        services = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                services.asked += 1
                found = services.documents[self.path.split("/")[1]]
                body = json.dumps(found).encode()
                self.send_response(200 if found else 503)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.addresses = {name: f"http://127.0.0.1:{self.server.server_port}/{name}" for name in self.documents}

    def were_asked_again(self) -> None:
        """Wait until one look has begun and ended."""
        before = self.asked
        eventually(lambda: self.asked >= before + 2 * len(self.documents))


class Router:
    """A gateway that looks often."""

    def __init__(self, services: Services) -> None:
        self.made, self._metrics = 0, Metrics()
        self.renewed = ReloadingApp(self._make, {name: found for name, found in services.documents.items() if found})
        self.renewing = DocumentWatcher(self.renewed, lambda: refetch_documents(services.addresses), every_seconds=EVERY_SECONDS)

    def _make(self, specs: Mapping[str, Spec]) -> ASGIApp:
        self.made += 1
        return gateway.app.build(
            streams=EventStreams(),
            own_spec=FRONT_SPEC,
            specs=specs,
            upstreams=dict.fromkeys(specs, answer),
            metrics=self._metrics,
            service_tokens=ServiceTokenCache(DirectTokenExchange(lambda _secret: ({}, 0)), time.time),
            health=Health(self._metrics, {}),
            url="http://outlay.test",
        )

    def asked_for(self, path: str) -> int:
        """Return the status of the answer."""
        return call(self.renewed, "GET", path).status_code


async def answer(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"{}"})


def document(*paths: str, money: str = "a decimal string") -> Spec:
    """Return a service's document; `money` is about what all documents of a version share."""
    get = {"get": {"responses": {"200": {"description": "Here"}}}}
    return {"paths": {f"/{path}": get for path in paths}, "components": {"schemas": {"Money": {"description": money}}}}


@pytest.fixture
def services() -> Iterator[Services]:
    made = Services()
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def behind(services: Services) -> Iterator[Router]:
    made = Router(services)
    made.renewing.start()
    yield made
    made.renewing.stop(seconds=5)


def test_new_operations_of_a_service_work_without_a_restart(services: Services, behind: Router) -> None:
    assert (behind.asked_for("expenses"), behind.asked_for("forecasts")) == (200, 404)
    services.documents["expenses"] = document("expenses", "forecasts", money="a decimal string, never a number")
    eventually(lambda: behind.asked_for("forecasts") == 200)
    assert behind.asked_for("expenses") == 200
    assert "/forecasts" in call(behind.renewed, "GET", "openapi.json").json()["paths"]


def test_operations_that_a_service_has_lost_are_not_found(services: Services, behind: Router) -> None:
    services.documents["expenses"] = document("receipts")
    eventually(lambda: behind.asked_for("expenses") == 404)
    assert behind.asked_for("receipts") == 200


def test_nothing_is_rebuilt_while_the_documents_are_the_same(services: Services, behind: Router) -> None:
    services.were_asked_again()
    assert behind.made == 1


def test_an_unreachable_service_keeps_its_last_document(services: Services, behind: Router) -> None:
    services.documents |= {"expenses": document("expenses", "forecasts"), "budgets": None}
    services.were_asked_again()
    assert (behind.asked_for("budgets"), behind.asked_for("forecasts")) == (200, 404)
    services.documents["budgets"] = document("budgets")
    eventually(lambda: behind.asked_for("forecasts") == 200)


def test_documents_that_clash_change_nothing(services: Services) -> None:
    """In the middle of an upgrade a path may have moved, and both services claim it."""
    front = Router(services)
    with pytest.raises(SpecClashError):
        front.renewed.reload({"expenses": document("expenses"), "budgets": document("budgets", "expenses")})
    assert (front.asked_for("expenses"), front.asked_for("budgets")) == (200, 200)
