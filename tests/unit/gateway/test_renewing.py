"""Services are upgraded behind a gateway that goes on: it looks what they can do, and follows."""

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
from gateway.adapters.documents import look_again
from gateway.adapters.exchange import DirectExchange
from gateway.domain.hub import Hub
from gateway.domain.passes import Passes
from gateway.renewing import Renewed, Renewing
from support.asgi import call
from support.client import eventually

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


class Front:
    """A gateway that looks often."""

    def __init__(self, services: Services) -> None:
        self.made, self._metrics = 0, Metrics()
        self.renewed = Renewed(self._make, {name: found for name, found in services.documents.items() if found})
        self.renewing = Renewing(self.renewed, lambda: look_again(services.addresses), every_seconds=EVERY_SECONDS)

    def _make(self, specs: Mapping[str, Spec]) -> ASGIApp:
        self.made += 1
        return gateway.app.build(
            hub=Hub(),
            front_spec=FRONT_SPEC,
            specs=specs,
            upstreams=dict.fromkeys(specs, answer),
            metrics=self._metrics,
            passes=Passes(DirectExchange(lambda _secret: ({}, 0)), time.time),
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
def behind(services: Services) -> Iterator[Front]:
    made = Front(services)
    made.renewing.start()
    yield made
    made.renewing.stop(seconds=5)


def test_what_a_newer_service_can_do_is_found_without_a_restart(services: Services, behind: Front) -> None:
    assert (behind.asked_for("expenses"), behind.asked_for("forecasts")) == (200, 404)
    services.documents["expenses"] = document("expenses", "forecasts", money="a decimal string, never a number")
    eventually(lambda: behind.asked_for("forecasts") == 200)
    assert behind.asked_for("expenses") == 200
    assert "/forecasts" in call(behind.renewed, "GET", "openapi.json").json()["paths"]


def test_what_an_older_service_cannot_do_is_no_longer_asked_of_it(services: Services, behind: Front) -> None:
    services.documents["expenses"] = document("receipts")
    eventually(lambda: behind.asked_for("expenses") == 404)
    assert behind.asked_for("receipts") == 200


def test_nothing_is_made_anew_as_long_as_nothing_changes(services: Services, behind: Front) -> None:
    services.were_asked_again()
    assert behind.made == 1


def test_while_a_service_is_away_all_stays_as_it_was(services: Services, behind: Front) -> None:
    services.documents |= {"expenses": document("expenses", "forecasts"), "budgets": None}
    services.were_asked_again()
    assert (behind.asked_for("budgets"), behind.asked_for("forecasts")) == (200, 404)
    services.documents["budgets"] = document("budgets")
    eventually(lambda: behind.asked_for("forecasts") == 200)


def test_documents_that_do_not_go_together_change_nothing(services: Services) -> None:
    """In the middle of an upgrade a path may have moved, and both services claim it."""
    front = Front(services)
    with pytest.raises(SpecClashError):
        front.renewed.renew({"expenses": document("expenses"), "budgets": document("budgets", "expenses")})
    assert (front.asked_for("expenses"), front.asked_for("budgets")) == (200, 200)
