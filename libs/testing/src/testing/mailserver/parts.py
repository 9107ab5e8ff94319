"""The rules for the smaller parts of a mail/send request: content, headers, categories, attachments, settings."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from testing.mailserver.problem import Problem

_RESERVED = frozenset(
    [
        "x-sg-id",
        "x-sg-eid",
        "received",
        "dkim-signature",
        "content-type",
        "content-transfer-encoding",
        "to",
        "from",
        "subject",
        "reply-to",
        "cc",
        "bcc",
    ]
)
_MOST_CATEGORIES, _LONGEST_CATEGORY, _MOST_GROUPS = 10, 255, 25
_RANKS = {"text/plain": 0, "text/html": 1}
_BYPASSES = {"bypass_spam_management", "bypass_bounce_management", "bypass_unsubscribe_management"}


def content_problems(request: dict[str, Any]) -> Iterator[Problem]:
    """Check `content` and `template_id`."""
    template, blocks = request.get("template_id"), request.get("content")
    if template is not None and (not isinstance(template, str) or not template):
        yield Problem("The template ID must be a string.", "template_id")
    if blocks is None:
        if not template:
            message = "The content param is required unless you are using a transactional template and have defined a template_id."
            yield Problem(message, "content")
        return
    if not isinstance(blocks, list) or not blocks:
        yield Problem("There must be at least one defined content block.", "content")
        return
    for number, block in enumerate(blocks):
        yield from _block(block if isinstance(block, dict) else {}, f"content.{number}")
    ranks = [_RANKS.get(str(block.get("type")), len(_RANKS)) for block in blocks if isinstance(block, dict)]
    if ranks != sorted(ranks):
        yield Problem(
            "Following RFC 1341, section 7.2, if either text/html or text/plain are to be sent in your email: text/plain needs to be "
            "first, followed by text/html, followed by any other content.",
            "content",
        )


def _block(block: dict[str, Any], place: str) -> Iterator[Problem]:
    kind, value = block.get("type"), block.get("value")
    if not isinstance(kind, str) or not kind:
        yield Problem("Your content type must be a string with length of at least one character.", f"{place}.type")
    elif set(kind) & set(";\r\n"):
        yield Problem("Cannot contain ';', or CRLF characters.", f"{place}.type")
    if not isinstance(value, str) or not value:
        yield Problem("The content value must be a string at least one character in length.", f"{place}.value")


def header_problems(headers: Any, place: str) -> Iterator[Problem]:
    """Check own headers."""
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        yield Problem("The header values must be strings.", place)
        return
    if len({name.lower() for name in headers}) != len(headers):
        yield Problem("The headers cannot contain duplicate keys.", place)
    for name in headers:
        if not name or not name.isascii() or " " in name:
            yield Problem("Header keys cannot contain non-ASCII characters and empty spaces.", f"{place}.{name}")
        if name.lower() in _RESERVED:
            yield Problem("Header can not be one of the reserved keys.", f"{place}.{name}")


def plain_problems(request: dict[str, Any]) -> Iterator[Problem]:
    """Check categories, attachments, and the fields that are one value."""
    yield from _categories(request.get("categories", []))
    if not isinstance(request.get("batch_id", ""), str):
        yield Problem("The batch_id must be a string.", "batch_id")
    pool = request.get("ip_pool_name")
    if pool is not None and (not isinstance(pool, str) or not 2 <= len(pool) <= 64):
        yield Problem("The name of your IP pool must be a string of 2 to 64 characters.", "ip_pool_name")
    sections = request.get("sections", {})
    if not isinstance(sections, dict) or not all(isinstance(value, str) for value in sections.values()):
        yield Problem("The section values must be strings.", "sections")
    attachments = request.get("attachments", [])
    for number, attachment in enumerate(attachments if isinstance(attachments, list) else [None]):
        yield from _attachment(attachment if isinstance(attachment, dict) else {}, f"attachments.{number}")


def _categories(names: Any) -> Iterator[Problem]:
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        yield Problem("Categories must be an array of strings.", "categories")
        return
    if len(names) > _MOST_CATEGORIES:
        message = f"There is a limit of 10 categories for each email that is sent. You provided {len(names)} categories."
        yield Problem(message, "categories")
    for number, name in enumerate(names):
        place = f"categories.{number}"
        if len(name) > _LONGEST_CATEGORY:
            yield Problem(f"Each category must not be longer than 255 characters. {name} exceeds this limit.", place)
        if not name.isascii():
            yield Problem("Categories can not contain non-ASCII characters.", place)
        if name in names[:number]:
            yield Problem(f"The categories must be a unique list, and you have included {name} more than once.", place)


def _attachment(attachment: dict[str, Any], place: str) -> Iterator[Problem]:
    content, name, kind = attachment.get("content"), attachment.get("filename"), attachment.get("type", "text/plain")
    if not isinstance(content, str) or not content:
        yield Problem("The attachment content must be a string at least one character in length.", f"{place}.content")
    else:
        try:
            base64.b64decode(content, validate=True)
        except binascii.Error:
            yield Problem("The attachment content must be base64 encoded.", f"{place}.content")
    if not isinstance(name, str) or not name:
        yield Problem("filename is required.", f"{place}.filename")
    elif set(name) & set("\r\n"):
        yield Problem("The filename of your attachment cannot contain CRLF characters.", f"{place}.filename")
    if not isinstance(kind, str) or not kind or set(kind) & set(";\r\n"):
        yield Problem("The type cannot contain ';', or CRLF characters.", f"{place}.type")
    if attachment.get("disposition", "attachment") not in {"inline", "attachment"}:
        message = 'The disposition of your attachment can be either "inline" or "attachment".'
        yield Problem(message, f"{place}.disposition")


def setting_problems(request: dict[str, Any]) -> Iterator[Problem]:
    """Check unsubscribe groups, mail settings and tracking settings."""
    if "asm" in request:
        yield from _groups(request["asm"] if isinstance(request["asm"], dict) else {})
    for kind in ("mail_settings", "tracking_settings"):
        settings = request.get(kind, {})
        if not isinstance(settings, dict):
            yield Problem(f"The {kind} must be an object.", kind)
            continue
        for name, setting in settings.items():
            if not isinstance(setting, dict) or not isinstance(setting.get("enable", False), bool):
                yield Problem("The enable setting must be a boolean.", f"{kind}.{name}.enable")
    settings = request.get("mail_settings")
    if isinstance(settings, dict) and "bypass_list_management" in settings and _BYPASSES & set(settings):
        yield Problem("This filter cannot be combined with any other bypass filters.", "mail_settings.bypass_list_management")


def _groups(asm: dict[str, Any]) -> Iterator[Problem]:
    if not _whole(asm.get("group_id")):
        yield Problem("The ASM group ID must be an integer.", "asm.group_id")
    groups = asm.get("groups_to_display", [])
    if not isinstance(groups, list) or not all(_whole(group) for group in groups):
        yield Problem("The ASM Group IDs to display must be an array of integers.", "asm.groups_to_display")
    elif len(groups) > _MOST_GROUPS:
        message = "There is a limit of 25 unsubscribe groups that can be displayed to a user at a time."
        yield Problem(message, "asm.groups_to_display")


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
