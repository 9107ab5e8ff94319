"""The assistant's settings."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from assistant.watson.settings import WatsonSettings
from chassis.runtime.probes import PROCESSES
from chassis.runtime.settings import CommonSettings, leave_setting, one_of, setting, whole_number
from chassis.security.data_keys import GivenKey, KeySettings, parse_keys

_MOST_A_MINUTE = 1_000_000


def _address(text: str) -> str:
    if text and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).hostname):
        raise ValueError(f"is {text!r}, must be an address such as http://gateway:8000")
    return text.rstrip("/")


@dataclass(frozen=True, kw_only=True)
class AssistantSettings(WatsonSettings, CommonSettings):
    """How messages are answered: by Watson Assistant if there is a WATSON_URL, by the built-in assistant otherwise."""

    messages_per_minute: int = setting(
        "ASSISTANT_MESSAGES_PER_MINUTE",
        "how many messages a person may send in a minute to one process",
        default=30,
        parse=whole_number(1, _MOST_A_MINUTE),
    )
    calls_per_minute: int = setting(
        "ASSISTANT_CALLS_PER_MINUTE",
        "how many Model Context Protocol calls a person may make in a minute to one process",
        default=120,
        parse=whole_number(1, _MOST_A_MINUTE),
    )

    def problems(self) -> list[str]:
        """Return a sentence for each combination that is not allowed."""
        return [*CommonSettings.problems(self), *WatsonSettings.problems(self)]


@dataclass(frozen=True, kw_only=True)
class ProcessSettings(KeySettings):
    """The settings of the assistant's own process."""

    host: str = setting("OUTLAY_HOST", "the address to listen on", default="127.0.0.1")
    port: int = setting("OUTLAY_PORT", "the port to listen on", default=8000, parse=whole_number(0, 65535))
    auth_url: str = setting("AUTH_URL", "where auth is, such as http://auth:8000", default="http://127.0.0.1:8001")
    api_url: str = setting(
        "OUTLAY_API_URL", "where the gateway is, whose API the assistant uses, such as http://gateway:8000", parse=_address
    )
    url: str = setting("OUTLAY_URL", "the address in people's browsers; empty: OUTLAY_API_URL", default="", parse=_address)
    data_keys: tuple[GivenKey, ...] = setting(
        "OUTLAY_DATA_KEY", "the same data keys in every service", parse=parse_keys, secret=True
    )
    drain_seconds: int = leave_setting()
    process: str = setting(
        "OUTLAY_PROCESS",
        "the kind of process in whose surroundings `check` is run, which uses only some connections; empty: all of them",
        default="",
        parse=one_of(*sorted(PROCESSES)),
    )
