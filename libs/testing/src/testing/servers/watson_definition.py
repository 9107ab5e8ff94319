"""What requests of the Assistant v2 API have to look like.

The bounds and enumerations are those of IBM's published API definition (OpenAPI, "Watson Assistant v2", x-version-date 2020-09-24, of
which a copy is public as `assistant-v2.json`). It is older than environments, so paths, and fields that came later, are those that the
models of `ibm-watson` 11.2.0 document, which IBM generates from the definition of 2024-08-25: `attachments`, `analytics`,
`async_callout`, `integrations`, `action_variables` and `skill_variables`. Only the part that Outlay uses is here, in our own words. What
neither documents is refused, so that nothing undocumented is sent by accident.
"""

from __future__ import annotations

import re
from typing import Any

from jsonschema import Draft202012Validator

_TEXT = {"type": "string", "minLength": 1}
_FLAG = {"type": "boolean"}
_ANY = {"type": "object"}
_LOCALES = [
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
]


def _closed(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


_INTENT = _closed(("intent",), intent=_TEXT, confidence={"type": "number"}, skill=_TEXT)
_ENTITY = {"type": "object", "required": ["entity", "value"], "properties": {"entity": _TEXT, "value": {"type": "string"}}}
_ANALYTICS = _closed(browser=_TEXT, device=_TEXT, pageUrl=_TEXT)
_USER_ID = {"type": "string", "minLength": 1, "maxLength": 256, "pattern": r"^[^\r\n\t]*$"}
_OPTIONS = _closed(
    restart=_FLAG,
    alternate_intents=_FLAG,
    async_callout=_FLAG,
    debug=_FLAG,
    return_context=_FLAG,
    export=_FLAG,
    spelling=_closed(suggestions=_FLAG, auto_correct=_FLAG),
)
_INPUT = _closed(
    message_type={"enum": ["text", "search"]},
    text={"type": "string", "minLength": 1, "maxLength": 2048, "pattern": r"^[^\r\n\t]*$"},
    intents={"type": "array", "items": _INTENT},
    entities={"type": "array", "items": _ENTITY},
    suggestion_id=_TEXT,
    attachments={"type": "array", "maxItems": 5, "items": _closed(("url",), url=_TEXT, media_type=_TEXT)},
    analytics=_ANALYTICS,
    options=_OPTIONS,
)
_SYSTEM = _closed(
    timezone=_TEXT,
    user_id=_USER_ID,
    turn_count={"type": "integer"},
    locale={"enum": _LOCALES},
    reference_time={"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"},
    session_start_time=_TEXT,
    state=_TEXT,
    skip_user_input=_FLAG,
)
_SKILLS = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "main skill": _closed(user_defined=_ANY, system=_ANY),
        "actions skill": _closed(user_defined=_ANY, system=_ANY, action_variables=_ANY, skill_variables=_ANY),
    },
}
_CONTEXT = _closed(skills=_SKILLS, integrations=_ANY, **{"global": _closed(system=_SYSTEM, session_id=_TEXT)})

BODIES = {
    "create_session": Draft202012Validator(_closed(analytics=_ANALYTICS)),
    "message": Draft202012Validator(_closed(input=_INPUT, context=_CONTEXT, user_id=_USER_ID)),
}
"""By operation; the others have none."""
MOST_CONTEXT_BYTES = 100_000
VERSION = re.compile(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]")
_PATHS = {
    ("POST", r"/v2/assistants/([^/]+)/environments/([^/]+)/sessions"): "create_session",
    ("POST", r"/v2/assistants/([^/]+)/environments/([^/]+)/sessions/([^/]+)/message"): "message",
    ("DELETE", r"/v2/assistants/([^/]+)/environments/([^/]+)/sessions/([^/]+)"): "delete_session",
    ("DELETE", r"/v2/user_data"): "delete_user_data",
}


def operation_of(method: str, path: str) -> tuple[str, tuple[str, ...]]:
    """Return an operation's name and what its path holds; empty for a path that the API has not."""
    for (verb, pattern), name in _PATHS.items():
        match = re.fullmatch(pattern, path)
        if verb == method and match:
            return name, match.groups()
    return "", ()


def problems_of(operation: str, query: dict[str, list[str]], headers: Any, body: Any) -> list[str]:
    """Return what is wrong with a request."""
    found = []
    if not VERSION.fullmatch("".join(query.get("version", []))):
        found.append("version: must be a date")
    if set(query) - {"version"} - ({"customer_id"} if operation == "delete_user_data" else set()):
        found.append(f"{sorted(query)}: not documented")
    if operation in BODIES:
        if headers.get("Content-Type", "").partition(";")[0] != "application/json":
            found.append("Content-Type: must be application/json")
        found += [f"{error.json_path}: {error.message}" for error in BODIES[operation].iter_errors(body)]
    elif body is not None:
        found.append("body: there must be none")
    return found
