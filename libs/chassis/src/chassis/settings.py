"""Settings from the environment as one frozen, typed object; all that is wrong is reported at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from chassis.clock import clock_from

T = TypeVar("T")


class SettingsError(Exception):
    """The settings do not fit. `problems` has a sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def setting(name: str, doc: str, *, default: Any = dataclasses.MISSING, parse: Callable[[str], Any] = str) -> Any:
    """Declare a field that is read from the environment variable `name`, or from the file that `<name>_FILE` names.

    `parse` turns the text into the value and raises ValueError with a sentence when it can't.
    """
    metadata = {"name": name, "doc": doc, "parse": parse}
    return dataclasses.field(default=default, metadata=metadata)


def read_settings(kind: type[T], environ: Mapping[str, str]) -> T:
    """Read every declared field of a dataclass.

    Raises:
        SettingsError: with all problems, not just the first.
    """
    problems: list[str] = []
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        try:
            values |= _read_field(field, environ)
        except (ValueError, OSError) as error:
            problems.append(f"{field.metadata['name']}: {error}")
    if problems:
        raise SettingsError(problems)
    made = kind(**values)
    problems = made.problems() if hasattr(made, "problems") else []
    if problems:
        raise SettingsError(problems)
    return made


def _read_field(field: dataclasses.Field[Any], environ: Mapping[str, str]) -> dict[str, Any]:
    name: str = field.metadata["name"]
    text = environ.get(name)
    if text is None and f"{name}_FILE" in environ:
        text = Path(environ[f"{name}_FILE"]).read_text("utf-8").strip()
    if text is not None:
        return {field.name: field.metadata["parse"](text)}
    if field.default is dataclasses.MISSING:
        message = f"is missing: {field.metadata['doc']}"
        raise ValueError(message)
    return {}


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a parser that takes one of some words."""

    def parse(text: str) -> str:
        if text not in choices:
            message = f"is {text!r}, must be one of {', '.join(choices)}"
            raise ValueError(message)
        return text

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a parser of whole numbers in a range."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            message = f"is {text!r}, must be a whole number from {least} to {most}"
            raise ValueError(message)
        return int(text)

    return parse


def ratio(text: str) -> float:
    """Parse a number from 0 to 1."""
    number = float(text)
    if not 0 <= number <= 1:
        message = f"is {text!r}, must be a number from 0 to 1"
        raise ValueError(message)
    return number


def _collector(text: str) -> str:
    address = urlsplit(text)
    if text and (address.scheme not in ("http", "https") or not address.hostname or address.query):
        message = f"is {text!r}, must be an OTLP/HTTP address such as http://collector:4318"
        raise ValueError(message)
    return text.rstrip("/").removesuffix("/v1/traces")


@dataclass(frozen=True, kw_only=True)
class CommonSettings:
    """What every process of the suite can be told."""

    environment: str = setting(
        "OUTLAY_ENV", "development or production", default="production", parse=one_of("development", "production")
    )
    clock: str = setting("OUTLAY_CLOCK", "an instant, or file:<path> to one; development only", default="")
    log_level: str = setting(
        "OUTLAY_LOG_LEVEL", "how much is logged", default="info", parse=one_of("debug", "info", "warning", "error")
    )

    traces: str = setting("OUTLAY_TRACES", "where traces go, such as http://collector:4318", default="", parse=_collector)
    traces_sample: float = setting("OUTLAY_TRACES_SAMPLE", "the share of requests that are traced", default=1.0, parse=ratio)

    def problems(self) -> list[str]:
        """Return a sentence for each combination that cannot be."""
        if not self.clock:
            return []
        if self.environment != "development":
            return ["OUTLAY_CLOCK: is refused outside development, or every alert would be about the wrong time"]
        try:
            clock_from(self.clock)()
        except (ValueError, OSError) as error:
            return [f"OUTLAY_CLOCK: {error}"]
        return []
