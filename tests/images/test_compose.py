"""docker-compose.yml says what the services' settings understand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.settings import AssistantSettings
from assistant.settings import ProcessSettings as AssistantProcessSettings
from auth.settings import AuthServerSettings
from budgets.settings import BudgetsSettings
from chassis.process.command import ProcessSettings, WorkSettings
from chassis.runtime.settings import read_settings
from expenses.settings import ExpensesSettings
from gateway.settings import GatewaySettings
from notifier.settings import NotifierSettings
from outlay.settings import HomeSettings

TOP = Path(__file__).resolve().parents[2]
KINDS: dict[str, tuple[type[Any], ...]] = {
    "auth": (AuthServerSettings, ProcessSettings),
    "expenses": (ExpensesSettings, ProcessSettings),
    "budgets": (BudgetsSettings, ProcessSettings),
    "notifier": (NotifierSettings, ProcessSettings),
    "assistant": (AssistantSettings, AssistantProcessSettings),
    "gateway": (GatewaySettings,),
    "outlay": (HomeSettings, AssistantSettings),
}


def compose() -> dict[str, Any]:
    """Return the file with the defaults of its variables put in."""
    text = (TOP / "docker-compose.yml").read_text("utf-8")
    return dict(yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text)))


def ours() -> dict[str, dict[str, Any]]:
    named = {name: entry for name, entry in compose()["services"].items() if "/outlay" in entry["image"]}
    return {name: entry for name, entry in named.items() if name != "keys"}


@pytest.mark.parametrize("name", sorted(ours()))
def test_a_service_understands_its_commands(name: str, tmp_path: Path) -> None:
    key = tmp_path / "data"
    key.write_text("5e" * 32)
    environ = dict(ours()[name]["environment"])
    for setting in {"OUTLAY_DATA_KEY_FILE", "OUTLAY_GATEWAY_KEY_FILE"} & environ.keys():
        environ[setting] = str(key)
    known: set[str] = set()
    for kind in (*KINDS[name.split("-", maxsplit=1)[0]], *((WorkSettings,) if name.endswith("-work") else ())):
        read_settings(kind, environ)
        known |= {field.metadata["name"] for field in kind.__dataclass_fields__.values() if "name" in field.metadata}
    assert {name.removesuffix("_FILE") for name in environ} <= known


@pytest.mark.parametrize("name", sorted(ours()))
def test_our_containers_can_write_nowhere_and_have_no_privileges(name: str) -> None:
    entry = ours()[name]
    assert (entry["read_only"], entry["cap_drop"], entry["security_opt"]) == (True, ["ALL"], ["no-new-privileges:true"])


def test_only_the_home_image_starts_by_default() -> None:
    assert [name for name, entry in compose()["services"].items() if "profiles" not in entry] == ["outlay"]


def test_ports_are_published_on_this_machine_only() -> None:
    ports = [port for entry in compose()["services"].values() for port in entry.get("ports", [])]
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_asking_for_the_gateway_brings_the_whole_suite() -> None:
    services = compose()["services"]
    found, wanted = set(), {"gateway"}
    while wanted:
        name = wanted.pop()
        found.add(name)
        wanted |= set(services[name].get("depends_on", {})) - found
    assert found == set(services) - {"outlay"}


def test_each_image_of_a_server_has_a_version() -> None:
    foreign = [entry["image"] for entry in compose()["services"].values() if "/outlay" not in entry["image"]]
    assert not [image for image in foreign if image.endswith(":latest") or ":" not in image]
