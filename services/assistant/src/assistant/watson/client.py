"""The Assistant v2 API through `ibm-watson`: sessions and messages."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

from ibm_watson import AssistantV2  # type: ignore[import-untyped]

from assistant.watson.failures import Reason, WatsonError, error_of, malformed
from assistant.watson.signing_in import signing_in
from assistant.watson.transport import no_cookies, seconds_left, session_of

if TYPE_CHECKING:
    from assistant.watson.settings import WatsonSettings

T = TypeVar("T")

_NOT_THE_ENVIRONMENT = "outlay-watson"
"""The SDK would take URL and trust from variables that are called like the service; there are none that are called like this."""
_MOST_ID = 200
_MOST_TEXT = 2_048
_TRIES = 2


@dataclass(frozen=True, slots=True)
class Asked:
    """What is sent with a message."""

    text: str
    user_id: str
    context: Mapping[str, Any]
    chosen: Mapping[str, Any] = field(default_factory=dict)
    """The input that Watson gave with an option, if the text is one."""


class WatsonClient:
    """One assistant in one environment. Threads can share it; nothing is sent before the first call."""

    def __init__(self, settings: WatsonSettings, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """`sleep` waits between two tries."""
        # It would write headers and bodies into the log at the level debug, and advise to trust everybody at the level error.
        logging.getLogger("ibm-cloud-sdk-core").setLevel(logging.CRITICAL)
        self._sign_in = signing_in(settings)
        self._sdk = AssistantV2(settings.watson_version, authenticator=self._sign_in, service_name=_NOT_THE_ENVIRONMENT)
        self._sdk.set_service_url(settings.watson_url)
        self._sdk.set_http_client(session_of(settings.watson_ca))
        self._sdk.jar.set_policy(no_cookies())
        self._where = (settings.watson_assistant_id, settings.watson_environment_id)
        self._sleep = sleep
        self._again = 0.0
        """When Watson may be asked again, if it wants to be left alone; by the clock that never goes back."""

    def begin(self, user_id: str) -> tuple[str, Mapping[str, str]]:
        """Begin a session; return its id, and the headers of the answer. Raises WatsonError.

        It is tried twice: a session that nobody uses does no harm and ends by itself.
        """
        answer = self._tried(lambda: self._sdk.create_session(*self._where, **_options(user_id)), surely_harmless=True)
        session = _mapping(answer.get_result()).get("session_id")
        if not isinstance(session, str) or not 0 < len(session) <= _MOST_ID:
            raise malformed()
        return session, dict(answer.get_headers() or {})

    def say(self, session: str, asked: Asked) -> Mapping[str, Any]:
        """Send a message; return the answer. Raises WatsonError.

        It is sent again only if the first one cannot have been taken: each message moves the talk on.
        """
        answer = self._tried(
            lambda: self._sdk.message(
                *self._where,
                session,
                input=_input(asked),
                context=dict(asked.context),
                user_id=asked.user_id,
                **_options(asked.user_id),
            ),
            surely_harmless=False,
        )
        return _mapping(answer.get_result())

    def end(self, session: str, user_id: str) -> None:
        """Delete a session; raises WatsonError."""
        self._called(lambda: self._sdk.delete_session(*self._where, session, **_options(user_id)))

    def forget(self, user_id: str) -> None:
        """Have deleted what was kept under a label; Watson takes four of these in a minute. Raises WatsonError."""
        self._called(lambda: self._sdk.delete_user_data(user_id, **_options(user_id)))

    def _tried(self, call: Callable[[], Any], *, surely_harmless: bool) -> Any:
        for attempt in range(1, _TRIES + 1):
            try:
                return self._called(call)
            except WatsonError as error:
                if attempt == _TRIES or not self._may_repeat(error, surely_harmless=surely_harmless):
                    raise
        raise AssertionError

    def _may_repeat(self, error: WatsonError, *, surely_harmless: bool) -> bool:
        """Say whether to try again, after having waited as long as it wants."""
        if error.status == HTTPStatus.UNAUTHORIZED and not error.signing_in:
            self._sign_in.forget()  # the token may have been withdrawn before its time
            return True
        if error.signing_in:
            return False
        if error.reason is Reason.LIMITED:
            return self._waited(error.after)
        if not error.sent:
            return self._waited(0.1)
        return surely_harmless and error.reason in {Reason.FAILED, Reason.UNREACHABLE} and self._waited(0.1)

    def _waited(self, seconds: float | None) -> bool:
        if seconds is None or seconds > seconds_left() / 2:
            return False
        self._sleep(seconds)
        return True

    def _called(self, call: Callable[[], T]) -> T:
        rest = self._again - time.monotonic()
        if rest > 0:
            raise WatsonError(Reason.LIMITED, after=rest, sent=False)
        try:
            return call()
        except Exception as error:
            failure = error_of(error)
            if failure.reason is Reason.LIMITED and failure.after:
                self._again = time.monotonic() + failure.after
            raise failure from error


def _input(asked: Asked) -> Mapping[str, Any]:
    """Return the input; the API takes no line breaks and tabs, and 2,048 characters."""
    said = {"text": asked.text, **asked.chosen}
    text = " ".join(str(said["text"]).split())[:_MOST_TEXT]
    return {**said, "message_type": "text", "text": text, "options": {"return_context": True}}


def _options(user_id: str) -> dict[str, Any]:
    """Return what each request says beside its body: that IBM may not learn from it, and whose it is if it is to be deleted."""
    headers = {"X-Watson-Learning-Opt-Out": "true", "X-Watson-Metadata": f"customer_id={user_id}", "User-Agent": "outlay-assistant"}
    return {"headers": headers, "allow_redirects": False}


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise malformed()
    return value
