"""What auth can be told from outside."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.settings import CommonSettings, one_of, setting, whole_number

_MOST = 1_000_000


def _store(text: str) -> str:
    if not text.startswith("sqlite:///") or text == "sqlite:///":
        message = f"is {text!r}, must be sqlite:///<path to a file>"
        raise ValueError(message)
    return text


def _yes(text: str) -> bool:
    return one_of("true", "false")(text) == "true"


@dataclass(frozen=True, kw_only=True)
class AuthSettings(CommonSettings):
    """The settings of auth."""

    store: str = setting("AUTH_STORE", "where the documents are: sqlite:///<path>", parse=_store)
    cookie_secure: bool = setting("AUTH_COOKIE_SECURE", "false where the browser comes over plain HTTP", default=True, parse=_yes)
    rate_limit_factor: int = setting("AUTH_RATE_LIMIT_FACTOR", "widens all rate limits", default=1, parse=whole_number(1, _MOST))
