"""The assistant's settings."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.watson.settings import WatsonSettings
from chassis.process.server_settings import ServiceSettings
from chassis.runtime.settings import CommonSettings, setting, web_address, whole_number

_MOST_A_MINUTE = 1_000_000


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
        return [*CommonSettings.problems(self), *WatsonSettings.problems(self)]


@dataclass(frozen=True, kw_only=True)
class ProcessSettings(ServiceSettings):
    """The settings of the assistant's own process."""

    api_url: str = setting(
        "OUTLAY_API_URL",
        "where the gateway is, whose API the assistant uses, such as http://gateway:8000",
        parse=web_address("http://gateway:8000"),
    )
    url: str = setting(
        "OUTLAY_URL",
        "the address in people's browsers; empty: OUTLAY_API_URL",
        default="",
        parse=web_address("https://outlay.example.com", optional=True),
    )
