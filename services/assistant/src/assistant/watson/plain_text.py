"""Turns HTML or Markdown from Watson into plain text and safe links."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

MOST_CHARACTERS = 2_000
_MOST_URL = 2_000
_MARKDOWN_LINK = re.compile(r"!?\[([^\]\n]{1,200})\]\((\S{1,2000}?)\)")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.{1,500}?)(?<=\S)\1")
_HEADING = re.compile(r"^#{1,6}\s+", re.MULTILINE)
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4"})
_SILENT = frozenset({"script", "style", "template", "iframe", "object"})


def plain(value: Any, most: int = MOST_CHARACTERS) -> str:
    """Return a value as plain text of limited length; empty if it is not text."""
    return text_and_links(value, most)[0]


def text_and_links(value: Any, most: int = MOST_CHARACTERS) -> tuple[str, list[tuple[str, str]]]:
    """Return plain text, and the label and URL of each safe link in it."""
    if not isinstance(value, str) or not value.strip():
        return "", []
    parser = _Words()
    parser.feed(value[: most * 4])
    parser.close()
    links = list(parser.links)

    def without_link(match: re.Match[str]) -> str:
        links.append((match.group(1), match.group(2)))
        return match.group(1)

    text = _MARKDOWN_LINK.sub(without_link, "".join(parser.words))
    text = _HEADING.sub("", _EMPHASIS.sub(r"\2", text))
    shown = [(cut(_clean(label), 200), safe_url(url)) for label, url in links]
    return cut(_clean(text), most), [(label, url) for label, url in shown if label and url]


def safe_url(value: Any) -> str:
    """Return the address if it is a public https URL, otherwise an empty string, as for javascript: and http:."""
    if not isinstance(value, str) or len(value) > _MOST_URL or not value.isascii() or not value.isprintable() or " " in value:
        return ""
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        return ""
    is_web = parts.scheme == "https" and "." in host and not parts.username and not any(sign in value for sign in "\\<>\"'`{}")
    return value if is_web and value.startswith("https://") else ""


def cut(text: str, most: int) -> str:
    """Shorten a text that is too long, with an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _clean(text: str) -> str:
    kept = "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co"))
    lines = [" ".join(line.split()) for line in kept.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Words(HTMLParser):
    """Collects the text between the tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.links: list[tuple[str, str]] = []
        self._href, self._label, self._silent = "", "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BREAKS:
            self.words.append("\n")
        if tag in _SILENT:
            self._silent += 1
        if tag == "a":
            self._href, self._label = dict(attrs).get("href") or "", ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and self._silent:
            self._silent -= 1
        if tag == "a" and self._href:
            self.links.append((self._label, self._href))
            self._href = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)
            self._label += data
