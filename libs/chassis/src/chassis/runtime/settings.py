"""Settings from the environment as one frozen, typed object; all that is wrong is reported at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from chassis.platform import BindingError, Bound, bound_values, read_bindings
from chassis.runtime.clock import clock_from

T = TypeVar("T")


class SettingsError(Exception):
    """The settings do not fit. `problems` has a sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def setting(
    name: str,
    doc: str,
    *,
    default: Any = dataclasses.MISSING,
    parse: Callable[[str], Any] = str,
    bound: Bound | None = None,
    secret: bool = False,
) -> Any:
    """Declare a field that is read from the environment variable `name`, or from the file that `<name>_FILE` names.

    `parse` turns the text into the value and raises ValueError with a sentence when it can't. `bound` says which part of which
    bound service gives the value where nobody does; `secret` that the value may hold something that nobody else should read.
    """
    metadata = {"name": name, "doc": doc, "parse": parse, "bound": bound, "secret": secret}
    return dataclasses.field(default=default, metadata=metadata)


def read_settings(kind: type[T], environ: Mapping[str, str], *, defaults: Mapping[str, str] | None = None) -> T:
    """Read every declared field of a dataclass: the variable, or else the file, or else a binding, or else the default.

    `defaults` go before those that are declared.

    Raises:
        SettingsError: with all problems, not just the first.
    """
    fields = {field.metadata["name"]: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    texts, problems = _texts(fields, environ)
    wants = {name: field.metadata["bound"] for name, field in fields.items() if field.metadata["bound"]}
    bound, wrong = _bound(fields, wants, environ, texts)
    texts = {**(defaults or {}), **bound, **texts}
    problems += wrong
    values: dict[str, Any] = {}
    for name, field in fields.items():
        try:
            values |= _read_field(field, texts.get(name))
        except (ValueError, OSError) as error:
            if not any(problem.startswith(f"{name}:") for problem in problems):
                problems.append(f"{name}: {error}")
    if problems:
        raise SettingsError(problems)
    made = kind(**values)
    problems = made.problems() if hasattr(made, "problems") else []
    if problems:
        raise SettingsError(problems)
    return made


def _texts(names: Iterable[str], environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return what is given as variables and files."""
    texts: dict[str, str] = {}
    problems = []
    for name in names:
        if name in environ:
            texts[name] = environ[name]
        elif f"{name}_FILE" in environ:
            try:
                texts[name] = Path(environ[f"{name}_FILE"]).read_text("utf-8").strip()
            except OSError as error:
                problems.append(f"{name}: the file that {name}_FILE names cannot be read: {error.strerror}: {error.filename}")
            except UnicodeDecodeError:
                problems.append(f"{name}: the file that {name}_FILE names is not text")
    return texts, problems


def _bound(
    names: Iterable[str], wants: Mapping[str, Bound], environ: Mapping[str, str], given: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    try:
        bindings = read_bindings(environ)
    except BindingError as error:
        return {}, [str(error)]
    choice = environ.get("OUTLAY_BINDINGS", "")
    return bound_values(names, wants, bindings, given=given, choice=choice) if bindings or choice else ({}, [])


def _read_field(field: dataclasses.Field[Any], text: str | None) -> dict[str, Any]:
    if text is not None:
        return {field.name: field.metadata["parse"](text)}
    if field.default is dataclasses.MISSING:
        raise ValueError(f"is missing: {field.metadata['doc']}")
    return {}


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a parser that takes one of some words."""

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is {text!r}, must be one of {', '.join(choices)}")
        return text

    return parse


def whole_number(least: int, most: int) -> Callable[[str], int]:
    """Return a parser of whole numbers in a range."""

    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"is {text!r}; it must be a whole number from {least} to {most}")
        return int(text)

    return parse


def true_or_false(text: str) -> bool:
    return one_of("true", "false")(text) == "true"


def web_address(example: str, *, optional: bool = False) -> Callable[[str], str]:
    """Return a parser of http addresses, without the slash at the end; `optional`: it may be empty."""

    def parse(text: str) -> str:
        address = urlsplit(text)
        if (text or not optional) and (address.scheme not in ("http", "https") or not address.hostname):
            raise ValueError(f"is {text!r}, must be an address such as {example}")
        return text.rstrip("/")

    return parse


def ratio(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise ValueError(f"is {text!r}, must be a number from 0 to 1")
    return number


def _collector(text: str) -> str:
    address = urlsplit(text)
    if text and (address.scheme not in ("http", "https") or not address.hostname or address.query):
        raise ValueError(f"is {text!r}, must be an OTLP/HTTP address such as http://collector:4318")
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
    bindings: str = setting(
        "OUTLAY_BINDINGS",
        "which bound service serves which setting, such as my-db=EXPENSES_DB; see docs/operate/settings.md",
        default="",
    )
    traces: str = setting("OUTLAY_TRACES", "where traces go, such as http://collector:4318", default="", parse=_collector)
    traces_sample: float = setting("OUTLAY_TRACES_SAMPLE", "the share of requests that are traced", default=1.0, parse=ratio)

    def problems(self) -> list[str]:
        """Return a sentence for each invalid combination."""
        if not self.clock:
            return []
        if self.environment != "development":
            return ["OUTLAY_CLOCK: is refused outside development, or every alert would be about the wrong time"]
        try:
            clock_from(self.clock)()
        except (ValueError, OSError) as error:
            return [f"OUTLAY_CLOCK: {error}"]
        return []
