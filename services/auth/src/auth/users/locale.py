"""The locales that dates and amounts can be written in."""

from __future__ import annotations

from babel import Locale, UnknownLocaleError


def known_locale(name: str) -> bool:
    """Return whether the Unicode locale data include this locale."""
    try:
        Locale.parse(name, sep="-")
    except (UnknownLocaleError, ValueError):
        return False
    return True
