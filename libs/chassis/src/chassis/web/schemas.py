"""Checks values against the schemas of a document: quickly whether they fit, and slowly what is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property, partial
from itertools import islice
from typing import Any

import jsonschema_rs
from connexion.json_schema import Draft4RequestValidator
from jsonschema import Draft4Validator, ValidationError
from jsonschema.validators import extend

from chassis.web.schema_errors import explain

_MOST_ERRORS = 20
_MOST_UNIQUE = 1_000
"""Entries that are compared with each other, if the document does not say how many there may be."""


class Schema:
    """A schema of a document, with its validators made once.

    Nearly every value fits, and jsonschema-rs says so in a tenth of the time. Only what it does not let through is looked at by
    jsonschema, whose errors name each place; jsonschema alone decides that a value is refused.
    """

    def __init__(self, schema: dict[str, Any]) -> None:
        """Compile nothing yet: a start need not wait for it."""
        self._schema = schema

    def errors(self, value: Any) -> list[dict[str, str]]:
        """Return the first things that are wrong with a value, each with its JSON pointer."""
        if self._fits(value):
            return []
        return [explain(error) for error in islice(self._thorough.iter_errors(value), _MOST_ERRORS)]

    def _fits(self, value: Any) -> bool:
        with suppress(ValueError):  # what it cannot represent, such as a lone surrogate
            return self._quick.is_valid(value)
        return False

    @cached_property
    def _thorough(self) -> Any:
        return validator_of(self._schema)

    @cached_property
    def _quick(self) -> jsonschema_rs.Draft4Validator:
        checker = Draft4Validator.FORMAT_CHECKER
        formats: dict[str, Callable[..., bool]] = {name: partial(_conforms, format=name) for name in checker.checkers}
        return jsonschema_rs.Draft4Validator(_with_null(self._schema), formats=formats, validate_formats=True)


def validator_of(schema: Any) -> Any:
    """Return a validator whose work grows with the size of what it is given, and no faster."""
    return _Bounded(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


def _conforms(value: str, *, format: str) -> bool:
    return bool(Draft4Validator.FORMAT_CHECKER.conforms(value, format))


def _with_null(schema: Any) -> Any:
    """Say `nullable` of OpenAPI 3.0 in the words of JSON Schema."""
    if isinstance(schema, list):
        return [_with_null(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _with_null(entry) for key, entry in schema.items() if key != "components"}
    if changed.get("nullable") is True and isinstance(changed.get("type"), str):
        changed["type"] = [changed["type"], "null"]
        if "enum" in changed:
            changed["enum"] = [*changed["enum"], None]
    return changed


def _only_within(size: str, kind: str, keyword: str) -> Any:
    """Return the check of a keyword that is left out for what is too long by another keyword, which reports it."""
    check = Draft4RequestValidator.VALIDATORS[keyword]

    def bounded(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if not (validator.is_type(instance, kind) and size in schema and len(instance) > schema[size]):
            yield from check(validator, value, instance, schema) or ()

    return bounded


def _unique(validator: Any, wanted: bool, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Compare texts of the entries: the library compares each entry with each other one."""
    if wanted and validator.is_type(instance, "array") and len(instance) <= schema.get("maxItems", _MOST_UNIQUE):
        texts = {json.dumps(entry, sort_keys=True) for entry in instance}
        if len(texts) < len(instance):
            yield ValidationError("has a duplicate entry")


_Bounded: Any = extend(  # type: ignore[no-untyped-call]
    Draft4RequestValidator,
    {
        "uniqueItems": _unique,
        "items": _only_within("maxItems", "array", "items"),
        "pattern": _only_within("maxLength", "string", "pattern"),
        "format": _only_within("maxLength", "string", "format"),
        "enum": _only_within("maxLength", "string", "enum"),
    },
)
