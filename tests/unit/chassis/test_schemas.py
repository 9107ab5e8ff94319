"""The quick validator accepts nothing that the thorough one refuses."""

from __future__ import annotations

from typing import Any

import pytest

from chassis.web.formats import register_formats
from chassis.web.schemas import Schema, validator_of

register_formats()

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "text": {"type": "string", "maxLength": 5, "pattern": "^[a-z]+$"},
        "note": {"type": "string", "nullable": True},
        "kind": {"type": "string", "enum": ["a", "b"], "nullable": True},
        "count": {"type": "integer", "minimum": 1, "maximum": 10},
        "share": {"type": "number"},
        "on": {"type": "boolean"},
        "day": {"type": "string", "format": "date"},
        "id": {"type": "string", "format": "uuid"},
        "email": {"type": "string", "format": "email"},
        "tags": {"type": "array", "uniqueItems": True, "maxItems": 3, "items": {"type": "string"}},
        "nested": {"type": "object", "minProperties": 1, "required": ["x"], "properties": {"x": {"type": "string"}}},
        "either": {"oneOf": [{"type": "string"}, {"type": "integer"}]},
    },
}
VALUES: list[Any] = [
    *({"text": text} for text in ("abc", "", "abcdef", "ABC", "abc\n", "\ud800", "a\x00", 1, None, True)),
    *({"note": note} for note in ("x", None, 1)),
    *({"kind": kind} for kind in ("a", None, "c", 1)),
    *({"count": count} for count in (1, 10, 0, 11, 1.0, 1.5, True, "1", 10**40, None)),
    *({"share": share} for share in (1, 1.5, 10**400, True, "1", None)),
    *({"on": on} for on in (True, False, 0, "true", None)),
    *({"day": day} for day in ("2026-11-22", "2026-02-30", "9999-01-01", "2026-1-1", "", 5, None)),
    *({"id": text} for text in ("0192f1c0-0000-7000-8000-000000000000", "0192F1C0-0000-7000-8000-000000000000", "x", 5)),
    *({"email": text} for text in ("a@example.org", "a@", "x" * 400, 5)),
    *({"tags": tags} for tags in ([], ["a"], ["a", "a"], [1, True], ["1", 1], list("abcd"), "a", None)),
    *({"nested": nested} for nested in ({"x": "a"}, {}, {"y": 1}, {"x": 1}, [], None)),
    *({"either": either} for either in ("a", 1, 1.5, None, [])),
    *({}, [], None, "x", 1, {"unknown": 1}),
]


@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_the_quick_and_the_thorough_validator_agree(value: Any) -> None:
    assert bool(Schema(SCHEMA).errors(value)) == bool(list(validator_of(SCHEMA).iter_errors(value)))


@pytest.mark.parametrize("depth", [10, 200, 300])
def test_a_deeply_nested_value_is_still_validated(depth: int) -> None:
    schema: dict[str, Any] = {"type": "object"}
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"x": value}
    assert Schema(schema).errors(value) == []
