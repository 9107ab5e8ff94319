"""Makes what people typed safe to print in an email: it can neither disorder a line nor become a link."""

from __future__ import annotations

import re
import unicodedata

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
# Controls, line ends of any kind, and the invisible marks that hide or reorder text.
_UNPRINTABLE = re.compile("[\x00-\x20\x7f-\xa0\u061c\u200b\u200e-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")
# Mail programs make links of URLs with a scheme, of www., of words with a dot inside (in any width) and of email addresses.
_DOTS = ".\u3002\uff0e\uff61\u2024"
_LINKABLE = re.compile(rf"://|[:/\\]{{2}}|\bwww\b|@|\w[{_DOTS}]\w|\b(?:https?|ftp|mailto|tel|javascript|data):", re.IGNORECASE)
_BREAKABLE = re.compile(rf"(?<=\w)[{_DOTS}](?=\w)|@|(?<=\w):(?=\S)|[/\\](?=[/\\])")
_WORD_JOINER = "\u2060"
# Endings of the files that can be imported. None is a top-level domain, so mail programs make no links of them.
_FILE = re.compile(r"(?P<stem>.+)\.(?:csv|tsv|txt)", re.IGNORECASE)

_TITLES = "Dr|Prof|Mr|Mrs|Ms|St|Jr|Sr"
_WORD = r"[^\W\d_]+(?:'[^\W\d_]+)*'?"
_PART = rf"(?:(?:[^\W\d_]\.)+|(?:{_TITLES})\.(?!\w)|{_WORD}(?!\.))"
_NAME = re.compile(rf"{_PART}(?:(?: |-| - ){_PART})*")
"""Words, initials and titles: only initials and titles end in a full stop, and only a space or a hyphen follows it."""
_APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bc\u02bb\u0060\u00b4", "'") | dict.fromkeys("\u2010\u2011\u2013", "-"))
# Letters and a mark that look like full stops or colons, which no name needs.
_MASKED = re.compile("[\ua4f8-\ua4fd\u02d0\u02d1\U0001d16d]")


def one_line_name(text: str) -> str:
    """Return a text such as a payee in one line: runs of spaces, line ends and control characters become one space."""
    return isolated(_in_one_line(text))


def unlinked_name(text: str) -> str:
    """Return such a text for an email: it reads the same, and is not a link in any mail program."""
    return isolated(_unlinked(_in_one_line(text)))


def unlinked_file_name(name: str) -> str:
    """Return a file name for an email: household.csv as it is, evil.example.csv so that it is not a link."""
    line = _in_one_line(name)
    file = _FILE.fullmatch(line)
    return isolated(line) if file and not _could_be_a_link(file["stem"]) else isolated(_unlinked(line))


def greeting_name(name: str) -> str:
    """Return the name for a greeting; empty if it is not made of letters, since it could be a link or a number."""
    line = _in_one_line(name)
    return isolated(line) if all(_is_a_name(form) for form in (line, unicodedata.normalize("NFKC", line))) else ""


def isolated(text: str) -> str:
    """Isolate right-to-left text, so that it does not disorder the sentence around it."""
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text):
        return f"{_FIRST_STRONG_ISOLATE}{text}{_POP_ISOLATE}"
    return text


def _in_one_line(text: str) -> str:
    return _UNPRINTABLE.sub(" ", text).strip()


def _could_be_a_link(text: str) -> bool:
    return any(_LINKABLE.search(form) for form in (text, unicodedata.normalize("NFKC", text)))


def _is_a_name(text: str) -> bool:
    """Return whether a text consists of words, initials, spaces and hyphens."""
    return not _MASKED.search(text) and _NAME.fullmatch(_without_marks(text.translate(_APOSTROPHES))) is not None


def _without_marks(text: str) -> str:
    """Remove accents, vowel signs and joiners that follow a letter."""
    kept: list[str] = []
    for character in text:
        mark = unicodedata.category(character).startswith("M") or character in "\u200c\u200d"
        if not (mark and kept and kept[-1].isalpha()):
            kept.append(character)
    return "".join(kept)


def _unlinked(text: str) -> str:
    """Put an invisible joiner where a mail program would see a link: amazon.de reads the same and is no link."""
    if not _LINKABLE.search(text):
        return text
    return _BREAKABLE.sub(lambda found: f"{_WORD_JOINER}{found.group(0)}{_WORD_JOINER}", text)
