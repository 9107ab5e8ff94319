"""No request costs more than its size: every operation is sent the worst bodies that its limit lets through."""

from __future__ import annotations

import json
import re
import sys
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from connexion.json_schema import resolve_refs

from chassis.runtime.metrics import Metrics
from chassis.runtime.problems import BodyTooLargeError
from chassis.security.tokens import Caller
from chassis.web.app import AppParts, build_app
from chassis.web.middleware.body_limits import BodyLimits
from chassis.web.spec import load_spec, operations
from support.asgi import call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SERVICES = ("auth", "expenses", "budgets", "notifier", "assistant")
SPECS = {service: resolve_refs(load_spec(service)) for service in SERVICES}
JSON = "application/json"
LARGE = 6_000
"""Bytes: enough for what grows with the square of a body to be a hundred times dearer than what grows with it."""
CALLS_A_BYTE = 12
"""Functions that one byte of a body may have called, in the frame and in libraries; a million entries of nothing need most."""
CALLS_OF_ITSELF = 20_000
"""What a request with a small body costs."""
MOST_ANSWERED = 8_000
"""Bytes of an answer that says what is wrong, whatever was sent."""
_KNOWN_FORMATS = {"email", "uuid", "date", "date-time", "binary"}
"""Those that chassis.web.formats looks at in bounded time, whatever they are given."""

BODIES = [
    (service, method, path, operation)
    for service, spec in SPECS.items()
    for path, method, operation in operations(spec)
    if JSON in (content := operation.get("requestBody", {}).get("content", {})) and not content[JSON]["schema"].get("x-raw")
]


def worst_bodies(schema: dict[str, Any], size: int) -> Iterator[tuple[str, str]]:
    """Yield (what it is, body) for a schema, each as large as it may be."""
    yield "one long text", json.dumps("a" * (size - 2))
    yield "many entries", filled("[", "0", "]", size)
    yield "nested", "[" * (size // 2) + "]" * (size // 2)
    yield "nested a little", "[" * 400 + "]" * 400
    yield "unknown keys", filled("{", lambda n: f'"k{n}":0', "}", size)
    yield "a long key over many entries", '{"' + "k" * (size // 2) + '":' + filled("[", "0", "]", size // 2 - 10) + "}"
    yield "a long key over many bad texts", '{"' + "k" * (size // 2) + '":' + filled("[", r'"\u0001"', "]", size // 2 - 10) + "}"
    for name, field in schema.get("properties", {}).items():
        room = size - len(name) - 6
        for what, value in worst_values(field, room):
            yield f"{name}: {what}", f'{{"{name}":{value}}}'


def worst_values(field: dict[str, Any], room: int) -> Iterator[tuple[str, str]]:
    yield "a long text", json.dumps("a" * (room - 2))
    yield "an address without an end", json.dumps("a." * ((room - 20) // 2) + "@" + "b" * 9)
    yield "digits", "1" * room
    yield "a text of control characters", '"' + r"\u0001" * (room // 6 - 1) + '"'
    yield "entries, all others", filled("[", lambda n: (str(n), f'"{n}"', f"[{n}]", f'{{"a":{n}}}')[n % 4], "]", room)
    yield "the same entry", filled("[", "80", "]", room)
    yield "empty texts", filled("[", '""', "]", room)
    yield "texts of control characters", filled("[", r'"\u0001"', "]", room)
    for name, inner in field.get("properties", {}).items():
        for what, value in worst_values(inner, room - len(name) - 6):
            yield f"{name}: {what}", f'{{"{name}":{value}}}'


def filled(begin: str, entry: str | Callable[[int], str], end: str, size: int) -> str:
    parts: list[str] = []
    left, number = size - len(begin) - len(end), 0
    while True:
        part = entry if isinstance(entry, str) else entry(number)
        left -= len(part) + 1
        if left < 0:
            return begin + ",".join(parts) + end
        parts.append(part)
        number += 1


class Counting:
    """Counts the functions that are called, in every thread."""

    def __init__(self) -> None:
        self.calls = 0

    def __enter__(self) -> Counting:
        threading.setprofile(self._count)
        sys.setprofile(self._count)
        return self

    def __exit__(self, *_error: object) -> None:
        sys.setprofile(None)
        threading.setprofile(None)  # type: ignore[arg-type]

    def _count(self, _frame: Any, event: str, _argument: Any) -> None:
        if event in ("call", "c_call"):
            self.calls += 1


def app_of(service: str) -> Any:
    """Return a service's application whose operations do nothing."""
    claims = Caller("u1", "s1", "session", frozenset(["read", "write"]), "EUR", "UTC", "en").claims()

    def nothing(_request: Any, **_arguments: Any) -> Any:
        return None, 204, {}

    handlers = type("Handlers", (SimpleNamespace,), {"__getattr__": lambda _self, _name: nothing})()
    spec = load_spec(service)
    parts = AppParts(
        name=service, spec=spec, handlers=handlers, verify=lambda _t: claims, statuses={}, metrics=Metrics(), quiet=True
    )
    return build_app(parts)


@pytest.mark.parametrize(("service", "method", "path", "operation"), BODIES, ids=[row[3]["operationId"] for row in BODIES])
def test_a_body_costs_no_more_than_its_size(service: str, method: str, path: str, operation: dict[str, Any]) -> None:
    schema = operation["requestBody"]["content"][JSON]["schema"]
    headers = {"Authorization": "Bearer x", "Content-Type": JSON, "If-Match": '"1"'}
    address = re.sub("{.*?}", "01890000-0000-7000-8000-000000000000", path)
    with Counting() as counted:  # before the first request, with which the application's threads begin
        app = app_of(service)
        call(app, method.upper(), address.lstrip("/"), content="{}", headers=headers)
        for what, body in worst_bodies(schema, LARGE):
            assert len(body) <= LARGE, what
            counted.calls = 0
            answer = call(app, method.upper(), address.lstrip("/"), content=body, headers=headers)
            calls = counted.calls
            assert answer.status_code in (204, 400), (what, answer.text)
            assert len(answer.content) < MOST_ANSWERED, f"{what}: the answer is {len(answer.content)} bytes long"
            assert calls < CALLS_OF_ITSELF + CALLS_A_BYTE * len(body), what


def test_an_answer_names_twenty_errors_at_most() -> None:
    body = json.dumps({"tags": list(range(20)), "payee": 1, "description": "\u0001", "category": []})
    answer = call(app_of("expenses"), "POST", "expenses", content=body, headers={"Authorization": "Bearer x", "Content-Type": JSON})
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 20


def strings(schema: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each schema of a text below a schema, with where it is."""
    if isinstance(schema, dict):
        if schema.get("type") == "string":
            yield place, schema
        for key, inner in schema.items():
            if key not in ("example", "enum"):
                yield from strings(inner, f"{place}/{key}")
    elif isinstance(schema, list):
        for index, inner in enumerate(schema):
            yield from strings(inner, f"{place}/{index}")


def given_texts() -> Iterator[tuple[str, dict[str, Any]]]:
    for spec in SPECS.values():
        for path, item in spec["paths"].items():
            yield from strings(item.get("parameters", []), path)
        for _path, _method, operation in operations(spec):
            for part in ("requestBody", "parameters"):
                yield from strings(operation.get(part, {}), f"{operation['operationId']}/{part}")


@pytest.mark.parametrize(("place", "schema"), list(given_texts()), ids=[place for place, _ in given_texts()])
def test_every_text_that_is_sent_has_an_end(place: str, schema: dict[str, Any]) -> None:
    """A pattern or a format looks at no more characters than a bound allows."""
    assert schema.get("format") in (None, *_KNOWN_FORMATS)
    pattern = schema.get("pattern", "")
    endless = not pattern or re.search(r"(?<!\\)[*+]|\{\d*,\}", pattern)
    assert not endless or "maxLength" in schema or "enum" in schema or schema.get("format") in _KNOWN_FORMATS, (place, schema)


@pytest.mark.parametrize(("service", "method", "path", "operation"), BODIES, ids=[row[3]["operationId"] for row in BODIES])
def test_a_body_of_an_operation_has_a_small_limit(service: str, method: str, path: str, operation: dict[str, Any]) -> None:
    del operation
    limit = BodyLimits([load_spec(service)]).of(method.upper(), "/api/v1" + re.sub("{.*?}", "x", path), JSON.encode())
    with pytest.raises(BodyTooLargeError):
        limit.expect(b"65537")


def test_every_list_that_is_sent_has_an_end() -> None:
    for service, method, path, operation in BODIES:
        schema = operation["requestBody"]["content"][JSON]["schema"]
        if not schema.get("x-raw"):
            for name, field in schema["properties"].items():
                assert field.get("type") != "array" or "maxItems" in field, (service, method, path, name)
