"""Checks the connection to Watson: token, session and clock. No message is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from assistant.watson.client import WatsonClient
from assistant.watson.errors import Reason, WatsonError
from assistant.watson.settings import WatsonSettings
from assistant.watson.transport import Deadline
from chassis.runtime.probes import Probe, ProbeError

_SECONDS = 10.0
_MOST_OFF = timedelta(minutes=2)
_NOBODY = "outlay-check"
_SERVING = frozenset({"serve"})
_OUT_OF_REACH = "cannot be reached, or its certificate is not trusted; check the address, the firewall and WATSON_CA"


def watson_probe(settings: WatsonSettings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Probe:
    """Return the probe of Watson; `now` is this machine's time."""
    return Probe("watson", lambda: _try_it(settings, now), processes=_SERVING)


def _try_it(settings: WatsonSettings, now: Callable[[], datetime]) -> str:
    client = WatsonClient(settings)
    try:
        with Deadline(_SECONDS):
            session, headers = client.begin(_NOBODY)
            client.end(session, _NOBODY)
    except WatsonError as error:
        raise ProbeError(_sentence(error, settings)) from error
    off = _seconds_off(headers, now())
    if abs(off) > _MOST_OFF:
        minutes = round(abs(off).total_seconds() / 60)
        side = "behind" if off > timedelta() else "ahead of"
        raise ProbeError(f"the clock of this machine is {minutes} minutes {side} Watson's; set it by NTP")
    return f"{settings.watson_url} begins and ends a session of the assistant {settings.watson_assistant_id}"


def _sentence(error: WatsonError, settings: WatsonSettings) -> str:
    return _of_signing_in(error, settings) if error.signing_in else _of_watson(error, settings)


def _of_signing_in(error: WatsonError, settings: WatsonSettings) -> str:
    on_premises = bool(settings.watson_cp4d_url)
    name, where = ("WATSON_CP4D_URL", settings.watson_cp4d_url) if on_premises else ("WATSON_IAM_URL", settings.watson_iam_url)
    match error.reason:
        case Reason.UNAUTHORISED if on_premises:
            return f"WATSON_CP4D_USERNAME: {where} refuses the user name, API key or password"
        case Reason.UNAUTHORISED:
            return f"WATSON_APIKEY: {where} does not know the key; create a new one in the credentials of the instance"
        case Reason.UNREACHABLE | Reason.TIMEOUT:
            return f"{name}: {where} {_OUT_OF_REACH}"
        case Reason.LIMITED:
            return f"{name}: {where} received too many requests; try again later"
        case Reason.FAILED if error.status:
            return f"{name}: {where} answers {error.status} to a request for a token"
    return f"{name}: the server at {where} does not issue tokens"


def _of_watson(error: WatsonError, settings: WatsonSettings) -> str:
    where = settings.watson_url
    match error.reason:
        case Reason.UNAUTHORISED:
            return f"WATSON_URL: {where} refuses the token (status {error.status}); do the credentials belong to this instance?"
        case Reason.NOT_FOUND:
            return (
                f"WATSON_ASSISTANT_ID, WATSON_ENVIRONMENT_ID: {where} has no environment {settings.watson_environment_id} "
                f"of an assistant {settings.watson_assistant_id}; see Assistant settings, Assistant IDs and API details"
            )
        case Reason.UNREACHABLE | Reason.TIMEOUT:
            return f"WATSON_URL: {where} {_OUT_OF_REACH}"
        case Reason.LIMITED:
            return f"WATSON_URL: {where} received too many requests; the plan may be used up"
        case Reason.FAILED if error.status:
            return f"WATSON_URL: {where} answers {error.status}; check the address, and WATSON_VERSION if it is 400"
    return f"WATSON_URL: the server at {where} is not the Assistant v2 API"


def _seconds_off(headers: Mapping[str, str], here: datetime) -> timedelta:
    """Return how far Watson's clock is ahead of ours; zero if it sends no date."""
    try:
        there = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return timedelta()
    return (there if there.tzinfo else there.replace(tzinfo=UTC)) - here
