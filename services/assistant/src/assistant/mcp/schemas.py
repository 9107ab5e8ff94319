"""Arguments and results as JSON Schema that every client understands, and errors of arguments in plain English."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.json_schema import GenerateJsonSchema

from assistant.tools.model import ToolError

_MOST_COMPLAINTS = 5
_DAY = "must be a day such as 2017-09-30"
_MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "is not an argument of this tool",
    "string_pattern_mismatch": "must match {pattern}",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must not be empty",
    "too_long": "must have at most {max_length} items",
    "too_short": "must have at least {min_length} items",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
    "date_from_datetime_parsing": _DAY,
    "date_parsing": _DAY,
    "date_type": _DAY,
    "value_error": "{error}",
}
"""By pydantic's type of error; for other types, pydantic's own message is used."""


class Arguments(BaseModel):
    """The arguments of a tool. Unknown ones are rejected."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Result(BaseModel):
    """What a tool returns to programs."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)


@dataclass(frozen=True, slots=True)
class ToolAnswer:
    """The answer of a tool, for programs and in words."""

    result: Result
    text: str


class _PlainSchema(GenerateJsonSchema):
    """Leaves out titles, and `null` as a way to omit an argument, since some clients do not support unions."""

    def nullable_schema(self, schema: Any) -> dict[str, Any]:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  pydantic's signature
        return False


ArgumentsT = TypeVar("ArgumentsT", bound=Arguments)


def read_arguments(kind: type[ArgumentsT], given: Mapping[str, Any]) -> ArgumentsT:
    """Check the arguments of a call; raises ToolError, which says what is wrong."""
    present = {name: value for name, value in given.items() if value is not None}
    try:
        return kind.model_validate_json(json.dumps(present), strict=True)
    except ValidationError as error:
        complaints = [_complaint(each) for each in error.errors(include_url=False, include_context=True)[:_MOST_COMPLAINTS]]
        raise ToolError("; ".join(complaints) + ".", code="invalid_arguments") from error


def input_schema(kind: type[Arguments]) -> dict[str, Any]:
    return _inlined(kind.model_json_schema(schema_generator=_PlainSchema, mode="validation"))


def output_schema(kind: type[Result]) -> dict[str, Any]:
    return _inlined(kind.model_json_schema(schema_generator=_PlainSchema, mode="serialization"))


def as_json(result: Result) -> dict[str, Any]:
    """Return a result as JSON; unknown values are left out."""
    return result.model_dump(mode="json", by_alias=True, exclude_none=True)


def _complaint(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])[:60] or "The arguments"
    message = _MESSAGES.get(error["type"])
    return f"{where} {message.format(**error.get('ctx', {}))}" if message else f"{where}: {error['msg']}"


def _inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """Replace references by their definitions, since not every client follows references."""
    definitions = schema.pop("$defs", {})

    def inline(node: Any) -> Any:
        if isinstance(node, list):
            return [inline(each) for each in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            found = definitions[node["$ref"].rpartition("/")[2]]
            return inline({**found, **{name: value for name, value in node.items() if name != "$ref"}})
        kept = {name: value for name, value in node.items() if (name, value) != ("default", None) and name != "title"}
        return {name: inline(value) for name, value in kept.items()}

    plain: dict[str, Any] = inline(schema)
    return {name: value for name, value in plain.items() if name != "description"}
