"""The gateway in front of services that answer with the request they got."""

from __future__ import annotations

import time
from typing import Any

import pytest

import gateway.app
from chassis.runtime.metrics import Metrics
from chassis.web.health import Health
from chassis.web.spec import load_spec
from gateway.development_mail import DevelopmentMail
from gateway.event_stream import EventStreams
from gateway.service_tokens import ServiceTokenCache
from gateway.token_exchange import DirectTokenExchange
from testing.fakes.echo_services import SERVICES, Echo, tokens_of

GATEWAY_KEY = "g" * 32


@pytest.fixture(scope="module")
def app() -> Any:
    return gateway.app.build(
        streams=EventStreams(),
        own_spec=load_spec("gateway"),
        specs={name: load_spec(name) for name in SERVICES},
        upstreams={name: Echo(name) for name in SERVICES},
        service_tokens=ServiceTokenCache(DirectTokenExchange(tokens_of), time.time),
        metrics=Metrics(),
        health=Health(Metrics(), {}),
        url="https://outlay.test",
        mail=DevelopmentMail(
            lambda user: [{"id": f"of {user}"}], lambda user, mail: {"subject": "Hello"} if (user, mail) == ("u1", "m1") else None
        ),
        gateway_key=GATEWAY_KEY,
    )
