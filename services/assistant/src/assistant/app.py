"""Puts the assistant together."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import httpx
from starlette.types import ASGIApp

from assistant.answering.described import NotUnderstoodError
from assistant.conversation.allowance import Allowance, TooManyMessagesError
from assistant.conversation.answering import PATIENCE_SECONDS, Answering
from assistant.conversation.api import InvalidMessageError, person_of
from assistant.conversation.meters import Meters
from assistant.conversation.model import Assistant
from assistant.conversation.sentences import Phrasing
from assistant.conversation.service import Conversation
from assistant.conversation.state import States
from assistant.handlers import Handlers
from assistant.mcp.endpoint import Beside, Endpoint
from assistant.mcp.undoing import Undos
from assistant.person import Person
from assistant.phrasing.talk import talk_in
from assistant.settings import AssistantSettings
from assistant.toolapi.api import ToolRefusedError
from assistant.tools.client import PublicApi
from assistant.tools.toolbox import Toolbox
from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids, uuid7
from chassis.runtime.metrics import Metrics
from chassis.runtime.probes import Probe
from chassis.security.encryption import Encryptor
from chassis.web.app import AppParts, build_app
from chassis.web.middleware.stack import with_middleware
from chassis.web.spec import load_spec

DELEGATED = "outlay_dlg_"
"""Before the service token that the assistant was sent, it is what a gateway lets the assistant use the API with."""
STATUSES: Mapping[type[Exception], int] = {
    InvalidMessageError: 422,
    TooManyMessagesError: 429,
    NotUnderstoodError: 422,
    ToolRefusedError: 422,
}
WORKERS = 32
"""More than messages may wait for Watson Assistant at a time, or its calls back would find nobody to answer them."""


@dataclass(frozen=True, kw_only=True)
class AssistantService:
    """What a process runs. It has no store, so there is nothing to migrate, to relay or to handle."""

    web: ASGIApp
    optional_checks: Mapping[str, Callable[[], object]]
    """What it can do without for a time, by name: only reported."""
    close: Callable[[], None]
    probes: Callable[[], Sequence[Probe]] = tuple
    """What `check` tries of the assistant's own connections."""


class AssistantAwayError(Exception):
    """The assistant that is set does not answer; the built-in one does."""


def build(
    settings: AssistantSettings,
    *,
    verify: Callable[[str], dict[str, Any]],
    encryptor: Encryptor,
    metrics: Metrics,
    clock: Clock,
    builtin: Assistant,
    tools_of: Callable[[Person, str], Toolbox],
    chosen: Assistant | None = None,
    ids: Ids = uuid7,
    phrasing: Phrasing = talk_in,
    patience: float = PATIENCE_SECONDS,
    now: Callable[[], float] = time.time,
    url: str = "",
    validate_responses: bool = False,
    quiet: bool = False,
) -> AssistantService:
    """Return the service; nothing is connected yet.

    `tools_of` makes the tools of a person out of the service token that they came with. `chosen` answers before `builtin` does;
    it is Watson Assistant if the settings say so and nobody else is given. It has `patience` seconds for a message. `url` is the
    address in people's browsers, whose pages may call /mcp.
    """
    chosen = chosen or _watson(settings, encryptor, ids)
    answering = Answering(builtin, chosen, patience=patience)
    meters = Meters(metrics)
    conversation = Conversation(answering, States(encryptor, now), phrasing, meters)
    optional_checks: Mapping[str, Callable[[], object]] = {chosen.name: lambda: _prove(answering)} if chosen else {}
    parts = AppParts(
        name="assistant",
        spec=load_spec("assistant"),
        handlers=Handlers(conversation, tools_of=tools_of, allowance=Allowance(settings.messages_per_minute), clock=clock),
        verify=verify,
        statuses=STATUSES,
        metrics=metrics,
        optional_checks=optional_checks,
        workers=WORKERS,
        validate_responses=validate_responses,
        quiet=quiet,
    )
    endpoint = Endpoint(
        verify=verify,
        person_of=lambda caller: person_of(caller, clock),
        tools_of=tools_of,
        undos=Undos(encryptor),
        take=Allowance(settings.calls_per_minute).take,
        told=partial(meters.answered, "mcp"),
        origins=frozenset({url}),
    )
    web = Beside(build_app(parts), with_middleware(endpoint, service="assistant", metrics=metrics, quiet=quiet))
    return AssistantService(web=web, optional_checks=optional_checks, close=answering.close, probes=lambda: _probes(settings))


def tools_from(api: httpx.Client) -> Callable[[Person, str], Toolbox]:
    """Return what makes the tools of a person out of the service token that they came with; `api` reaches a gateway."""
    return lambda person, token: Toolbox(PublicApi(api, f"{DELEGATED}{token}"), person)


def _watson(settings: AssistantSettings, encryptor: Encryptor, ids: Ids) -> Assistant | None:
    if not settings.watson_is_set:
        return None
    # Imported here, since most installations need none of it, and it takes a second.
    from assistant.watson.making import watson_of

    return watson_of(settings, encryptor, ids)


def _probes(settings: AssistantSettings) -> Sequence[Probe]:
    if not settings.watson_is_set:
        return ()
    from assistant.watson.probing import watson_probe

    return (watson_probe(settings),)


def _prove(answering: Answering) -> None:
    if answering.breaker.open:
        message = f"{answering.name} does not answer; the built-in assistant does"
        raise AssistantAwayError(message)
