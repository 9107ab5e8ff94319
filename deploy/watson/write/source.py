"""The talk that talk.toml describes."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Topic:
    """Something that people say."""

    id: str
    title: str
    examples: tuple[str, ...]
    directive: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    operation: str = ""
    asks: Mapping[str, str] = field(default_factory=dict)
    """What the variant with the extension asks for first: a question for each parameter of the operation."""


@dataclass(frozen=True)
class Talk:
    """All of it."""

    name: str
    description: str
    welcome: str
    failed: str
    topics: tuple[Topic, ...]


def read_talk() -> Talk:
    """Read talk.toml."""
    given = tomllib.loads((HERE / "talk.toml").read_text("utf-8"))
    topics = tuple(Topic(**{**topic, "examples": tuple(topic["examples"])}) for topic in given["topic"])
    return Talk(given["name"], given["description"], given["welcome"], given["failed"], topics)
