"""Puts the assistant together."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

import httpx
from starlette.types import ASGIApp

from assistant.conversation.api import ConversationApi, InvalidMessageError, person_of
from assistant.conversation.fallback import TIMEOUT_SECONDS, AssistantWithFallback
from assistant.conversation.metrics import AnswerMetrics
from assistant.conversation.model import Assistant
from assistant.conversation.rate_limit import RateLimit, TooManyMessagesError
from assistant.conversation.service import Conversation
from assistant.conversation.state import StateCipher
from assistant.mcp.endpoint import Endpoint, McpRouter
from assistant.mcp.undo_tokens import UndoTokens
from assistant.person import Person
from assistant.settings import AssistantSettings
from assistant.toolapi.answerer import NotUnderstoodError
from assistant.toolapi.api import ToolApi, ToolRefusedError
from assistant.tools.client import PublicApi
from assistant.tools.toolbox import Toolbox
from chassis.runtime.clock import Clock
from chassis.runtime.ids import Ids, uuid7
from chassis.runtime.metrics import Metrics
from chassis.runtime.probes import Probe
from chassis.runtime.problems import Statuses
from chassis.security.encryption import Encryptor
from chassis.web.app import AppParts, build_app
from chassis.web.middleware.stack import with_middleware
from chassis.web.spec import load_spec

DELEGATED = "outlay_dlg_"
"""This prefix before a user's service token makes the credential with which the assistant calls the API for that user."""
STATUSES: Statuses = {
    InvalidMessageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooManyMessagesError: HTTPStatus.TOO_MANY_REQUESTS,
    NotUnderstoodError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ToolRefusedError: HTTPStatus.UNPROCESSABLE_ENTITY,
}
WORKERS = 32
"""More than the messages that may wait for Watson Assistant at a time: its extension calls back while they wait."""


@dataclass(frozen=True, kw_only=True)
class AssistantService:
    """The parts that a process runs. There is no store, so nothing to migrate, and no events."""

    web: ASGIApp
    optional_checks: Mapping[str, Callable[[], object]]
    """Checks of what the service can do without for a time, by name; only reported."""
    close: Callable[[], None]
    probes: Callable[[], Sequence[Probe]] = tuple
    """What `check` tries: the assistant's own connections."""


class ChosenAssistantError(Exception):
    """The chosen assistant does not answer, so the built-in one does."""


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
    timeout: float = TIMEOUT_SECONDS,
    now: Callable[[], float] = time.time,
    url: str = "",
    validate_responses: bool = False,
    quiet: bool = False,
) -> AssistantService:
    """Return the service; nothing is connected yet.

    `tools_of` returns the tools of a person, given their service token. `chosen` answers before `builtin` does, within `timeout`
    seconds; by default it is Watson Assistant if the settings name one. `url` is Outlay's address in browsers, whose pages may
    call /mcp.
    """
    chosen = chosen or _watson(settings, encryptor, ids)
    assistants = AssistantWithFallback(builtin, chosen, timeout=timeout)
    answer_metrics, rate_limit = AnswerMetrics(metrics), RateLimit(settings.messages_per_minute)
    conversation = Conversation(assistants, StateCipher(encryptor, now), answer_metrics)
    optional_checks: Mapping[str, Callable[[], object]] = {chosen.name: lambda: _check_chosen(assistants)} if chosen else {}
    parts = AppParts(
        name="assistant",
        spec=load_spec("assistant"),
        handlers=(
            ConversationApi(conversation, tools_of=tools_of, rate_limit=rate_limit, clock=clock),
            ToolApi(tools_of=tools_of, rate_limit=rate_limit, clock=clock),
        ),
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
        undo_tokens=UndoTokens(encryptor),
        rate_limit=RateLimit(settings.calls_per_minute),
        on_call=partial(answer_metrics.answered, "mcp"),
        origins=frozenset({url}),
    )
    web = McpRouter(build_app(parts), with_middleware(endpoint, service="assistant", metrics=metrics, quiet=quiet))
    return AssistantService(web=web, optional_checks=optional_checks, close=assistants.close, probes=lambda: _probes(settings))


def tools_from(api: httpx.Client) -> Callable[[Person, str], Toolbox]:
    """Return a function from a person and their service token to their tools; `api` is a client of the gateway."""
    return lambda person, token: Toolbox(PublicApi(api, f"{DELEGATED}{token}"), person)


def _watson(settings: AssistantSettings, encryptor: Encryptor, ids: Ids) -> Assistant | None:
    if not settings.watson_is_set:
        return None
    # Imported here, since most installations do not need it, and it takes a second.
    from assistant.watson.adapter import watson_of

    return watson_of(settings, encryptor, ids)


def _probes(settings: AssistantSettings) -> Sequence[Probe]:
    if not settings.watson_is_set:
        return ()
    from assistant.watson.probe import watson_probe

    return (watson_probe(settings),)


def _check_chosen(assistants: AssistantWithFallback) -> None:
    if assistants.breaker.open:
        raise ChosenAssistantError(f"{assistants.name} does not answer; the built-in assistant does")
