"""Builds the services for one process: on the data folder, or on the stores that are configured or bound."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import assistant.app
import auth.app
import budgets.app
import expenses.app
import notifier.app
from assistant.builtin import BuiltIn
from assistant.settings import AssistantSettings
from assistant.tools.client import new_client
from chassis.messaging.relay import ALONE
from chassis.process.service import Service
from chassis.runtime.clock import clock_from
from chassis.runtime.ids import uuid7
from chassis.runtime.metrics import Metrics
from chassis.runtime.probes import Probe
from chassis.runtime.span_export import traces_from
from chassis.security.data_keys import encryptor_from
from chassis.security.encryption import Encryptor
from chassis.security.tokens import TokenVerifier
from notifier.delivery.mailer import Mailer
from notifier.delivery.mailers.choice import mailer_from
from outlay.folder import keep_private
from outlay.in_process_client import InProcess
from outlay.service_settings import read_all
from outlay.settings import SERVICES, HomeSettings


@dataclass(frozen=True)
class Assistant:
    """The assistant, which has no store, and its connection to the public API of this process."""

    service: assistant.app.AssistantService
    api: InProcess

    def probes(self) -> Sequence[Probe]:
        """Return its probes for `check`."""
        return self.service.probes()

    def close(self) -> None:
        self.service.close()
        self.api.close()


@dataclass(frozen=True)
class Services:
    """The services, connected to nothing yet."""

    auth_service: auth.app.AuthService
    services: tuple[Service, ...]
    assistant: Assistant
    wake_ups: Mapping[str, threading.Event]
    encryptor: Encryptor
    metrics: Metrics
    mailer: Mailer
    gateway_key: str
    """Authenticates the gateway of this process to auth."""

    def close(self) -> None:
        self.assistant.close()
        for service in self.services:
            service.close()


def build_services(settings: HomeSettings, environ: Mapping[str, str]) -> Services:
    """Build the services on the data folder, or on the stores that are configured or bound.

    Raises:
        SettingsError: if their settings are invalid.
        KeyProtectError: if a data key cannot be unwrapped.
    """
    folder = settings.data.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    keep_private(folder)
    own = read_all(settings, environ)
    encryptor = encryptor_from(settings, file=settings.key_file)
    metrics = Metrics(spans=traces_from(settings))
    wake_ups = {name: threading.Event() for name in SERVICES}
    common: dict[str, Any] = {
        "encryptor": encryptor,
        "metrics": metrics,
        "clock": clock_from(settings.clock),
        "ids": uuid7,
        "quiet": True,
    }
    common["validate_responses"] = environ.get("OUTLAY_VALIDATE_RESPONSES") == "true"
    # With a broker there may be several such processes; each claims events under a name of its own.
    owner = {} if settings.broker is None else {"relay_owner": f"home:{uuid7()}"}

    def shared(name: str) -> dict[str, Any]:
        return {**common, "wake": wake_ups[name].set, **owner}

    gateway_key = secrets.token_hex(32)
    auth_service = auth.app.build(own.auth, gateway_keys=(gateway_key,), **shared("auth"))

    def tables(name: str) -> dict[str, Any]:
        return {"relay_owner": ALONE, **shared(name), "verify": TokenVerifier(auth_service.jwks, name)}

    mailer = mailer_from(own.notifier, common["clock"])
    services = (
        auth_service.service,
        expenses.app.build(own.expenses, **tables("expenses")),
        budgets.app.build(own.budgets, **tables("budgets")),
        notifier.app.build(own.notifier, mailer=mailer, **tables("notifier")),
    )
    return Services(
        auth_service,
        services,
        _assistant(settings, own.assistant, common, auth_service),
        wake_ups,
        encryptor,
        metrics,
        mailer,
        gateway_key,
    )


def _assistant(
    settings: HomeSettings, own: AssistantSettings, common: Mapping[str, Any], auth_service: auth.app.AuthService
) -> Assistant:
    api = InProcess()
    given = {name: common[name] for name in ("encryptor", "metrics", "clock", "ids", "quiet", "validate_responses")}
    service = assistant.app.build(
        own,
        verify=TokenVerifier(auth_service.jwks, "assistant"),
        builtin=BuiltIn(new_id=common["ids"]),
        tools_of=assistant.app.tools_from(new_client(settings.public_url, api)),
        url=settings.public_url,
        **given,
    )
    return Assistant(service, api)
