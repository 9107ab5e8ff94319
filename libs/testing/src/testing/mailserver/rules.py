"""What SendGrid's documentation demands of a mail/send request; each breach is one problem, as in its answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from testing.mailserver.parts import content_problems, header_problems, plain_problems, setting_problems
from testing.mailserver.problem import Problem, is_address

MOST_BYTES = 30 * 1024 * 1024
_MOST_RECIPIENTS = _MOST_PERSONALIZATIONS = 1_000
_MOST_ARGUMENT_BYTES = 10_000
_HOURS_AHEAD = 72
_FIELDS = {
    "personalizations",
    "from",
    "reply_to",
    "reply_to_list",
    "subject",
    "content",
    "attachments",
    "template_id",
    "sections",
    "headers",
    "categories",
    "custom_args",
    "send_at",
    "batch_id",
    "asm",
    "ip_pool_name",
    "mail_settings",
    "tracking_settings",
}
_PART_FIELDS = {"to", "cc", "bcc", "from", "subject", "headers", "substitutions", "dynamic_template_data", "custom_args", "send_at"}
_OBJECT = 'must at least have an email address and may also contain a name, e.g. {"email": "example@example.com"}.'


@dataclass(frozen=True)
class Verdict:
    """What becomes of a request."""

    problems: list[dict[str, Any]]
    sandbox: bool


def judge(request: Any, *, now: float) -> Verdict:
    """Check a decoded request."""
    if not isinstance(request, dict):
        return Verdict([asdict(Problem("Bad Request: the body must be a JSON object."))], sandbox=False)
    problems = [asdict(problem) for problem in _problems(request, now)]
    settings = request.get("mail_settings")
    sandbox = settings.get("sandbox_mode") if isinstance(settings, dict) else None
    return Verdict(problems, sandbox=isinstance(sandbox, dict) and sandbox.get("enable") is True)


def _problems(request: dict[str, Any], now: float) -> Iterator[Problem]:
    for name in sorted(set(request) - _FIELDS):
        yield Problem(f"Additional property {name} is not allowed", name)
    yield from _personalizations(request, now)
    yield from _sender(request)
    yield from _subject(request)
    yield from content_problems(request)
    yield from header_problems(request.get("headers", {}), "headers")
    if "custom_args" in request:
        # The API takes an object here too, but the published description says that this one is a string.
        yield Problem("Custom arguments belong in the personalizations.", "custom_args")
    yield from _send_at(request.get("send_at"), "send_at", now)
    yield from plain_problems(request)
    yield from setting_problems(request)


def _personalizations(request: dict[str, Any], now: float) -> Iterator[Problem]:
    parts = request.get("personalizations")
    if not isinstance(parts, list) or not parts:
        yield Problem("You must have at least one personalization.", "personalizations")
        return
    if len(parts) > _MOST_PERSONALIZATIONS:
        yield Problem(
            f"The personalization block is limited to 1000 personalizations per API request. You have provided {len(parts)} "
            "personalizations. Please consider splitting this into multiple requests and resending your request.",
            "personalizations",
        )
    count = 0
    for number, part in enumerate(parts):
        place = f"personalizations.{number}"
        if not isinstance(part, dict):
            yield Problem("Each personalization must be an object.", place)
            continue
        count += sum(len(part.get(kind) or ()) for kind in ("to", "cc", "bcc") if isinstance(part.get(kind), list))
        yield from _part(part, place, request, now)
    if count > _MOST_RECIPIENTS:
        yield Problem("There is a limit of 1000 total recipients (to + cc + bcc) per request.", "personalizations")


def _part(part: dict[str, Any], place: str, request: dict[str, Any], now: float) -> Iterator[Problem]:
    for name in sorted(set(part) - _PART_FIELDS):
        yield Problem(f"Additional property {name} is not allowed", f"{place}.{name}")
    yield from _recipients(part, place)
    if "from" in part:
        yield from _person(part["from"], f"{place}.from", "The from object")
    if "subject" in part and (not isinstance(part["subject"], str) or not part["subject"]):
        yield Problem("The subject of your email must be a string at least one character in length.", f"{place}.subject")
    yield from header_problems(part.get("headers", {}), f"{place}.headers")
    yield from _arguments(part.get("custom_args", {}), f"{place}.custom_args")
    yield from _send_at(part.get("send_at"), f"{place}.send_at", now)
    if not _all_strings(part.get("substitutions", {})):
        message = "The substitution values must be an object of key/value pairs, where the values are all strings."
        yield Problem(message, f"{place}.substitutions")


def _recipients(part: dict[str, Any], place: str) -> Iterator[Problem]:
    if not isinstance(part.get("to"), list) or not part["to"]:
        yield Problem(f"The to array is required for all personalization objects, and each object in it {_OBJECT}", f"{place}.to")
    seen: set[str] = set()
    for kind in ("to", "cc", "bcc"):
        people = part.get(kind, [])
        if not isinstance(people, list):
            if kind != "to":
                yield Problem(f"The {kind} parameter must be an array of objects.", f"{place}.{kind}")
            continue
        for number, person in enumerate(people):
            yield from _person(person, f"{place}.{kind}.{number}", f"Each {kind} object")
            address = str(person.get("email", "")).lower() if isinstance(person, dict) else ""
            if address in seen:
                yield Problem(
                    "Each email address in the personalization block should be unique between to, cc, and bcc. We found the first "
                    f"duplicate instance of [{address}] in the {place}.{kind} field.",
                    place,
                )
            seen.add(address)


def _person(person: Any, place: str, what: str) -> Iterator[Problem]:
    if not isinstance(person, dict) or set(person) - {"email", "name"} or not isinstance(person.get("email"), str):
        yield Problem(f"{what} {_OBJECT}", place)
    elif not is_address(person["email"]):
        yield Problem("Does not contain a valid address.", f"{place}.email")
    elif not isinstance(person.get("name", ""), str):
        yield Problem("The name must be a string.", f"{place}.name")


def _sender(request: dict[str, Any]) -> Iterator[Problem]:
    if request.get("from") is None:
        yield Problem(
            "The from object must be provided for every email send. It is an object that requires the email parameter.", "from"
        )
    else:
        yield from _person(request["from"], "from", "The from object")
    if "reply_to" in request:
        yield from _person(request["reply_to"], "reply_to", "The reply_to object")
    if "reply_to_list" in request:
        if "reply_to" in request:
            yield Problem("You can use either reply_to or reply_to_list but not both.", "reply_to_list")
        people = request["reply_to_list"] if isinstance(request["reply_to_list"], list) else [None]
        if len(people) > _MOST_RECIPIENTS:
            yield Problem("There is a limit of 1000 addresses to reply to.", "reply_to_list")
        for number, person in enumerate(people):
            yield from _person(person, f"reply_to_list.{number}", "Each reply_to_list object")


def _subject(request: dict[str, Any]) -> Iterator[Problem]:
    subject, parts = request.get("subject"), request.get("personalizations")
    if subject is not None and (not isinstance(subject, str) or not subject):
        yield Problem("The subject of your email must be a string at least one character in length.", "subject")
    everywhere = isinstance(parts, list) and all(isinstance(part, dict) and part.get("subject") for part in parts)
    if subject is None and not everywhere and not request.get("template_id"):
        yield Problem(
            "The subject is required. You can get around this requirement if you use a template with a subject defined or if every "
            "personalization has a subject defined.",
            "subject",
        )


def _arguments(arguments: Any, place: str) -> Iterator[Problem]:
    if not _all_strings(arguments):
        yield Problem("All values of custom arguments object must be strings", place)
        return
    if sum(len(f"{name}{value}".encode()) for name, value in arguments.items()) >= _MOST_ARGUMENT_BYTES:
        yield Problem(
            "The combined size of both global and personalization custom arguments may not exceed 10,000 bytes per personalization.",
            place,
        )


def _send_at(moment: Any, place: str, now: float) -> Iterator[Problem]:
    if moment is None:
        return
    if not isinstance(moment, int) or isinstance(moment, bool):
        yield Problem("The send_at parameter is expecting a Unix timestamp as an integer.", place)
    elif moment > now + _HOURS_AHEAD * 3600:
        yield Problem("Scheduling more than 72 hours in advance is forbidden.", place)


def _all_strings(values: Any) -> bool:
    return isinstance(values, dict) and all(isinstance(value, str) for value in values.values())
