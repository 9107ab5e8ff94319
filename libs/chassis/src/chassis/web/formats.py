"""String formats that connexion's validator does not check by itself."""

from __future__ import annotations

import re
from datetime import date, datetime

from email_validator import EmailNotValidError, validate_email
from jsonschema import Draft4Validator

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)

_LONGEST = 320
"""Characters of any value with one of these formats; longer ones are not checked further."""

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def register_formats() -> None:
    """Register uuid, date, date-time and email. Values other than strings pass: `type` checks those."""
    checks = Draft4Validator.FORMAT_CHECKER.checks
    checks("uuid")(is_uuid)
    checks("date", raises=ValueError)(is_day)
    checks("date-time", raises=ValueError)(is_instant)
    checks("email", raises=ValueError)(is_email)


def is_uuid(value: object) -> bool:
    """Return whether a value is a UUID in lower case."""
    return not isinstance(value, str) or _UUID.fullmatch(value) is not None


def is_day(value: object) -> bool:
    """Return whether a value is a calendar day from 1900 to 2999."""
    if not isinstance(value, str):
        return True
    return _DAY.fullmatch(value) is not None and FIRST_DAY <= date.fromisoformat(value) <= LAST_DAY


def is_instant(value: object) -> bool:
    """Return whether a value is a date and time with a zone."""
    if not isinstance(value, str):
        return True
    return _INSTANT.fullmatch(value) is not None and bool(datetime.fromisoformat(value))


def is_email(value: object) -> bool:
    """Return whether a value is an email address, without asking the network."""
    if not isinstance(value, str):
        return True
    if len(value) > _LONGEST:
        return False
    try:
        validate_email(value, check_deliverability=False, strict=True, test_environment=True)
    except EmailNotValidError:
        return False
    return True
