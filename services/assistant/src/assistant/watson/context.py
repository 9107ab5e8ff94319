"""What Watson is told about the person: how they write dates and amounts, but not who they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from assistant.person import Person
from chassis.security.encryption import Encryptor

ACTIONS = "actions skill"
"""The API's name of the skill that holds actions."""
TOKEN = "outlay_token"  # noqa: S105  the name of the variable, not a secret
VARIABLES = ("outlay_locale", "outlay_currency", "outlay_time_zone", "outlay_today")
_LOCALES = (
    "en-us",
    "en-ca",
    "en-gb",
    "ar-ar",
    "cs-cz",
    "de-de",
    "es-es",
    "fr-fr",
    "it-it",
    "ja-jp",
    "ko-kr",
    "nl-nl",
    "pt-br",
    "zh-cn",
    "zh-tw",
)
"""The locales that IBM documents."""
_DAY_FIRST_ENGLISH = "en-gb"


def pseudonym(encryptor: Encryptor, user_id: str) -> str:
    """Return the name by which Watson counts a user: always the same, and meaningless without our key."""
    return f"outlay-{encryptor.sign(b'watson:' + user_id.encode())}"


def context_of(person: Person, token: str) -> Mapping[str, Any]:
    """Return the context of a message; `token` is for the extension, or empty."""
    variables = {
        "outlay_locale": person.locale,
        "outlay_currency": person.currency,
        "outlay_time_zone": person.time_zone,
        "outlay_today": person.today.isoformat(),
    }
    if token:
        variables[TOKEN] = token
    system = {"timezone": person.time_zone, "reference_time": _noon(person)}
    locale = locale_for(person.locale)
    if locale:
        system["locale"] = locale
    return {"global": {"system": system}, "skills": {ACTIONS: {"skill_variables": variables}}}


def locale_for(locale: str) -> str:
    """Return the closest locale that Watson supports; empty if it does not support the language."""
    wanted = locale.casefold().replace("_", "-")
    language = wanted.partition("-")[0]
    if wanted in _LOCALES:
        return wanted
    if language == "en" and wanted not in ("en", "en-us"):
        return _DAY_FIRST_ENGLISH
    return next((known for known in _LOCALES if known.partition("-")[0] == language), "")


def _noon(person: Person) -> str:
    """Return noon of the person's day: Watson needs the day, and must not learn the hour."""
    noon = datetime.combine(person.today, time(12), ZoneInfo(person.time_zone))
    return noon.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
