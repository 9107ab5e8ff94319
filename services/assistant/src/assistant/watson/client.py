"""Sessions and messages of the Assistant v2 API, through the SDK `ibm-watson`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

from ibm_watson import AssistantV2  # type: ignore[import-untyped]

from assistant.watson.authentication import authenticator_for
from assistant.watson.errors import Reason, WatsonError, error_of, malformed
from assistant.watson.settings import WatsonSettings
from assistant.watson.transport import no_cookies, seconds_left, session_of

T = TypeVar("T")

_SERVICE_NAME = "outlay-watson"
"""The SDK reads its URL and certificates from variables named after the service, so this name must not match any."""
_MOST_ID = 200
_MOST_TEXT = 2_048


@dataclass(frozen=True, slots=True)
class WatsonMessage:
    """A message as it is sent to Watson."""

    text: str
    user_id: str
    context: Mapping[str, Any]
    chosen: Mapping[str, Any] = field(default_factory=dict)
    """The input that Watson returned with an option, if the text is one."""


class WatsonClient:
    """One assistant in one environment. Thread-safe; nothing is sent before the first call."""

    def __init__(self, settings: WatsonSettings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`sleep` waits between two attempts."""
        # It logs headers and bodies at the level debug, and at the level error advises to trust every certificate.
        logging.getLogger("ibm-cloud-sdk-core").setLevel(logging.CRITICAL)
        self._authenticator = authenticator_for(settings)
        self._sdk = AssistantV2(settings.watson_version, authenticator=self._authenticator, service_name=_SERVICE_NAME)
        self._sdk.set_service_url(settings.watson_url)
        self._sdk.set_http_client(session_of(settings.watson_ca))
        self._sdk.jar.set_policy(no_cookies())
        self._where = (settings.watson_assistant_id, settings.watson_environment_id)
        self._sleep = sleep
        self._retry_at = 0.0
        """The monotonic time before which Watson must not be called, if it limited us."""

    def begin(self, user_id: str) -> tuple[str, Mapping[str, str]]:
        """Begin a session; return its id, and the headers of the response. Raises WatsonError.

        It is tried twice: an unused session does no harm, and expires by itself.
        """
        answer = self._tried(lambda: self._sdk.create_session(*self._where, **_options(user_id)), repeatable=True)
        session = _mapping(answer.get_result()).get("session_id")
        if not isinstance(session, str) or not 0 < len(session) <= _MOST_ID:
            raise malformed()
        return session, dict(answer.get_headers() or {})

    def say(self, session: str, message: WatsonMessage) -> Mapping[str, Any]:
        """Send a message; return the answer. Raises WatsonError.

        It is sent again only if Watson cannot have received it, since each message moves the conversation on.
        """
        answer = self._tried(
            lambda: self._sdk.message(
                *self._where,
                session,
                input=_input(message),
                context=dict(message.context),
                user_id=message.user_id,
                **_options(message.user_id),
            ),
            repeatable=False,
        )
        return _mapping(answer.get_result())

    def end(self, session: str, user_id: str) -> None:
        """Delete a session; raises WatsonError."""
        self._called(lambda: self._sdk.delete_session(*self._where, session, **_options(user_id)))

    def forget(self, user_id: str) -> None:
        """Delete a user's data; Watson allows four of these calls a minute. Raises WatsonError."""
        self._called(lambda: self._sdk.delete_user_data(user_id, **_options(user_id)))

    def _tried(self, call: Callable[[], T], *, repeatable: bool) -> T:
        try:
            return self._called(call)
        except WatsonError as error:
            if not self._may_repeat(error, repeatable=repeatable):
                raise
        return self._called(call)

    def _may_repeat(self, error: WatsonError, *, repeatable: bool) -> bool:
        """Return whether to try again, after waiting as long as Watson asked."""
        if error.status == HTTPStatus.UNAUTHORIZED and not error.signing_in:
            self._authenticator.forget()  # the token may have been revoked before it expired
            return True
        if error.signing_in:
            return False
        if error.reason is Reason.LIMITED:
            return self._waited(error.after)
        if not error.sent:
            return self._waited(0.1)
        return repeatable and error.reason in {Reason.FAILED, Reason.UNREACHABLE} and self._waited(0.1)

    def _waited(self, seconds: float | None) -> bool:
        if seconds is None or seconds > seconds_left() / 2:
            return False
        self._sleep(seconds)
        return True

    def _called(self, call: Callable[[], T]) -> T:
        rest = self._retry_at - time.monotonic()
        if rest > 0:
            raise WatsonError(Reason.LIMITED, after=rest, sent=False)
        try:
            return call()
        except Exception as error:
            failure = error_of(error)
            if failure.reason is Reason.LIMITED and failure.after:
                self._retry_at = time.monotonic() + failure.after
            raise failure from error


def _input(message: WatsonMessage) -> Mapping[str, Any]:
    """Return the input; the API allows no line breaks or tabs, and at most 2,048 characters."""
    said = {"text": message.text, **message.chosen}
    text = " ".join(str(said["text"]).split())[:_MOST_TEXT]
    return {**said, "message_type": "text", "text": text, "options": {"return_context": True}}


def _options(user_id: str) -> dict[str, Any]:
    """Return the headers of every request: IBM must not learn from it, and can delete it by its user."""
    headers = {"X-Watson-Learning-Opt-Out": "true", "X-Watson-Metadata": f"customer_id={user_id}", "User-Agent": "outlay-assistant"}
    return {"headers": headers, "allow_redirects": False}


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise malformed()
    return value
