"""Passages of Outlay's guide."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "de", "es", "fr", "hi")
_DEFAULT_LANGUAGE = "en"
"""For people whose language has no translation."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What the guide says on a topic, and the page of the UI where it is done."""

    title: str
    text: str
    link: str


class Manual:
    """The sections of docs/guide in several languages."""

    def topics(self) -> Sequence[str]:
        """Return the names of all topics, such as `import`, in the order of the guide."""
        return tuple(_read("links"))

    def topic(self, name: str, language: str) -> Passage:
        """Return the passage on a topic, in English if there is none in this language (`de`, or a locale such as `de-CH`).

        Raises:
            KeyError: if there is no such topic.
        """
        short = language.replace("_", "-").partition("-")[0].lower()
        words = _read(short if short in LANGUAGES else _DEFAULT_LANGUAGE)[name]
        return Passage(words["title"], words["text"], _read("links")[name])


@cache
def _read(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files("assistant.tools").joinpath("guide", f"{name}.toml").read_text("utf-8"))
