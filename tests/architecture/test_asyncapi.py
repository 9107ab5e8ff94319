"""contracts/asyncapi.yaml says what is so: the events that there are, who sends them and which queues take them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import pytest
import yaml

from chassis.messaging.events import declared_events
from chassis.messaging.rabbitmq.topology import EXCHANGE
from support.suite import built_suite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from outlay.suite import Suite

CONTRACTS = Path(__file__).parents[2] / "contracts"
DOCUMENT: dict[str, Any] = yaml.safe_load((CONTRACTS / "asyncapi.yaml").read_text("utf-8"))
SPECIFICATION = CONTRACTS.parent / "services/gateway/web/node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    with built_suite(tmp_path_factory.mktemp("data")) as built:
        yield built


def references(node: Any) -> Iterator[str]:
    """Find every $ref in a document."""
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from references(child)


def resolved(reference: str) -> Any:
    """Return what a $ref points to; raises KeyError and OSError."""
    file, _sharp, pointer = reference.partition("#")
    found = json.loads((CONTRACTS / file).read_text("utf-8")) if file else DOCUMENT
    for part in pointer.strip("/").split("/") if pointer else ():
        found = found[part]
    return found


def test_it_is_a_document_as_the_specification_has_it() -> None:
    schema = json.loads(SPECIFICATION.read_text("utf-8"))
    check = jsonschema_rs.Draft7Validator(schema)
    assert not [f"{error.instance_path}: {error.message[:200]}" for error in check.iter_errors(DOCUMENT)]
    assert not check.is_valid({**DOCUMENT, "channels": {"expense.recorded": {"address": 1}}})


def test_every_reference_leads_somewhere() -> None:
    found = list(references(DOCUMENT))
    assert len(found) >= 4 * len(declared_events())
    for reference in found:
        assert resolved(reference), reference


def test_its_channels_are_the_events_that_there_are() -> None:
    assert sorted(DOCUMENT["channels"]) == declared_events()


@pytest.mark.parametrize("kind", declared_events())
def test_a_channel_is_an_event_type_on_the_exchange(kind: str) -> None:
    channel = DOCUMENT["channels"][kind]
    binding = resolved(channel["bindings"]["$ref"])["amqp"]
    assert channel["address"] == kind
    assert (binding["is"], binding["exchange"]["name"]) == ("routingKey", EXCHANGE)
    assert (binding["exchange"]["type"], binding["exchange"]["durable"]) == ("topic", True)


@pytest.mark.parametrize("kind", declared_events())
def test_each_message_has_its_events_schema_and_a_valid_example(kind: str) -> None:
    [message] = DOCUMENT["channels"][kind]["messages"].values()
    assert message["name"] == kind
    assert [resolved(trait["$ref"])["contentType"] for trait in message["traits"]] == ["application/cloudevents+json"]
    schema = resolved(message["payload"]["$ref"])
    assert schema["properties"]["type"]["const"] == kind
    assert schema["examples"]
    check = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    for example in schema["examples"]:
        check.validate(example)


@pytest.mark.parametrize("kind", declared_events())
def test_it_names_who_sends_an_event(kind: str) -> None:
    operation = DOCUMENT["operations"][kind]
    [tag] = operation["tags"]
    source = json.loads((CONTRACTS / "events" / f"{kind}.json").read_text("utf-8"))["properties"]["source"]["const"]
    assert operation["action"] == "send"
    assert operation["channel"]["$ref"] == f"#/channels/{kind}"
    assert source == f"/outlay/{tag['name']}"


def test_its_queues_are_those_of_the_suite(suite: Suite) -> None:
    described = {(queue, kind) for kind, channel in DOCUMENT["channels"].items() for queue in channel["x-outlay-queues"]}
    built = {(queue.name, kind) for service in suite.services for queue in service.queues for kind in queue.types}
    assert described == built
