"""The contracts between services: every operation is guarded and handled, every event described and heard."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import connexion.exceptions
import connexion.spec
import jsonschema
import pytest

from chassis.messaging.events import Event, declared_events
from chassis.web.spec import load_spec, merge_specs, method_of, operations
from gateway.event_handler import CHANGING_ACCESS
from gateway.event_stream import SHOWN
from support.suite import built_suite

if TYPE_CHECKING:
    from outlay.suite import Suite

ROOT = Path(__file__).parents[2]
SERVICES = ("auth", "expenses", "budgets", "notifier", "assistant", "gateway")

OPEN = {
    "createUser",
    "signIn",
    "requestPasswordReset",
    "resetPassword",
    "verifyEmail",
    "getOpenapi",
    # Whoever holds the link of a mail, and a provider that signs what it says.
    "showUnsubscribePage",
    "turnMailsOff",
    "receiveSendgridEvents",
    # Not served outside: the gateway routes no internal operation.
    "exchangeToken",
    "getJwks",
}


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with built_suite(tmp_path_factory.mktemp("data")) as built:
        yield built


def all_operations() -> dict[str, dict[str, Any]]:
    return {op["operationId"]: op for name in SERVICES for _path, _method, op in operations(load_spec(name))}


@pytest.mark.parametrize("service", SERVICES)
def test_every_document_is_openapi(service: str) -> None:
    """A service does not look its document through at each start: this does."""
    connexion.spec.Specification.load(load_spec(service))


def test_a_document_that_is_not_openapi_would_be_noticed() -> None:
    wrong = load_spec("budgets")
    next(operations(wrong))[2]["responses"]["200"] = {"text": "nothing that OpenAPI knows"}
    with pytest.raises(connexion.exceptions.InvalidSpecification):
        connexion.spec.Specification.load(wrong)


def test_no_operation_is_open_that_is_not_on_the_short_list() -> None:
    assert {name for name, operation in all_operations().items() if operation.get("security") == []} == OPEN


def test_operation_ids_are_unique_and_say_verb_and_noun() -> None:
    ids = [op["operationId"] for name in SERVICES for _path, _method, op in operations(load_spec(name))]
    assert len(ids) == len(set(ids))
    assert not [name for name in ids if not re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)+", name)]


@pytest.mark.parametrize("service", [name for name in SERVICES if name != "gateway"])
def test_every_operation_has_one_method_of_its_name(service: str) -> None:
    classes = [
        kind
        for path in (ROOT / "services" / service / "src").rglob("*.py")
        if path.stem in {"api", "handlers"} or path.parent.name == "api"
        for kind in _classes_of(".".join(path.relative_to(ROOT / "services" / service / "src").with_suffix("").parts))
    ]
    for _path, _method, operation in operations(load_spec(service)):
        name = method_of(operation["operationId"])
        assert len([kind for kind in classes if name in vars(kind)]) == 1, operation["operationId"]


def _classes_of(module: str) -> list[type]:
    found = vars(importlib.import_module(module)).values()
    return [kind for kind in found if isinstance(kind, type) and kind.__module__ == module]


def test_the_documents_merge_without_a_clash() -> None:
    merged = merge_specs(load_spec("gateway"), [load_spec(name) for name in SERVICES if name != "gateway"])
    assert "/internal/tokens" not in merged["paths"]
    assert len(merged["paths"]) >= 27
    text = json.dumps(merged)
    assert [name for name in merged["components"]["schemas"] if f'"#/components/schemas/{name}"' not in text] == [], "unused"


def test_every_public_operation_has_a_successful_answer() -> None:
    merged = merge_specs(load_spec("gateway"), [load_spec(name) for name in SERVICES if name != "gateway"])
    found = {operation["operationId"]: operation["responses"] for _path, _method, operation in operations(merged)}
    assert [name for name, answers in found.items() if not any(status.startswith("2") for status in answers)] == []


@pytest.mark.parametrize("kind", declared_events())
def test_every_event_has_an_example_that_fits_its_schema(kind: str) -> None:
    schema = json.loads((ROOT / "contracts" / "events" / f"{kind}.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    for example in schema["examples"]:
        assert Event.from_json(json.dumps(example)).type == kind


def test_every_declared_event_is_heard_by_somebody(suite: Suite) -> None:
    heard = {kind for service in suite.services for queue in service.queues for kind in queue.types}
    heard_by_gateway = [kind for kind in declared_events() if kind.startswith(SHOWN) or kind in CHANGING_ACCESS]
    unheard = [kind for kind in declared_events() if kind not in heard and kind not in heard_by_gateway]
    assert not unheard
    assert heard <= set(declared_events())


def test_every_declared_event_is_told_by_somebody() -> None:
    source = "".join(p.read_text("utf-8") for p in (ROOT / "services").rglob("*.py") if "node_modules" not in p.parts)
    assert not [kind for kind in declared_events() if f'"{kind}"' not in source]
