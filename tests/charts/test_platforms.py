"""The manifest for Cloud Foundry and the commands for Code Engine fit the image and what it is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from chassis.runtime.settings import read_settings
from expenses.receipts.worker_pool import SLOTS
from outlay.service_settings import read_all
from outlay.settings import HomeSettings
from testing.fakes import bound
from testing.servers.helm import ROOT
from write.settings import settings_of

PAGE = (ROOT / "docs" / "operate" / "platforms.md").read_text("utf-8")
TEXT = (ROOT / "deploy" / "cloudfoundry.yml").read_text("utf-8")
ASKED = set(re.findall(r"\(\((\w+)\)\)", TEXT))
CODE_ENGINE = PAGE.partition("\n## Code Engine\n")[2]
BOUND = (
    bound.cloudant("outlay-accounts"),
    bound.mysql("outlay-tables"),
    bound.object_storage("outlay-receipts", hmac=True),
    bound.rabbitmq("outlay-broker"),
)
SECRETS = {
    "OUTLAY_DATA_KEY": "ab" * 32,
    "NOTIFIER_MAIL": "sendgrid:",
    "SENDGRID_API_KEY": "x",
    "NOTIFIER_FROM": "Outlay <outlay@outlay.example>",
}


def application() -> dict[str, Any]:
    """Return the manifest's application with its variables filled in."""
    text = TEXT
    for name in ASKED:
        text = text.replace(f"(({name}))", name)
    [found] = yaml.safe_load(text)["applications"]
    return dict(found)


def on_cloud_foundry() -> dict[str, str]:
    secrets = bound.provided("outlay-secrets", **SECRETS)
    # The platform says PORT, too: the one that the image exposes.
    return {**application()["env"], "VCAP_SERVICES": bound.vcap(*BOUND, secrets), "PORT": "8000"}


def on_code_engine() -> dict[str, str]:
    told = {name: value.strip("'") for name, value in re.findall(r"--env ([A-Z_]+)=('[^']*'|\S+)", CODE_ENGINE)}
    return {**SECRETS, **told, "CE_SERVICES": bound.vcap(*BOUND), "PORT": "8000"}


@pytest.mark.parametrize("environ", [on_cloud_foundry(), on_code_engine()], ids=["Cloud Foundry", "Code Engine"])
def test_the_home_process_takes_what_it_is_told_and_every_store_is_bound(environ: dict[str, str]) -> None:
    assert set(environ) - {"VCAP_SERVICES", "CE_SERVICES", "PORT"} <= set(settings_of("home"))
    settings = read_settings(HomeSettings, environ)
    told = read_all(settings, environ)
    assert settings.proxies == 1
    assert settings.broker is not None
    stores = (told.auth.store, told.expenses.database, told.budgets.database, told.notifier.database, told.expenses.receipts)
    assert not [address for address in stores if address.startswith(("sqlite:", "file:"))]
    assert len(set(stores)) == len(stores)
    assert SLOTS * told.expenses.receipts_memory + 384 <= 1024, "of its memory, 1 GB"


def test_it_listens_where_the_platform_asks() -> None:
    image = (ROOT / "images" / "Dockerfile").read_text("utf-8")
    [exposed] = re.findall(r"^EXPOSE (\d+)", image, re.MULTILINE)
    assert f"OUTLAY_PORT={exposed}" in image
    assert "OUTLAY_PORT" not in application()["env"], "Cloud Foundry sends requests to what the image exposes"
    assert f"--port {exposed} " in CODE_ENGINE
    assert "OUTLAY_PORT" not in CODE_ENGINE


def test_the_manifest_asks_for_what_the_page_makes() -> None:
    made = application()
    assert set(made["services"]) == set(re.findall(r"^\| .* \| `(outlay-\w+)` \|", PAGE, re.MULTILINE))
    assert {name for name in ASKED if f"'{name}: " in PAGE} == ASKED
    assert (made["health-check-http-endpoint"], made["readiness-health-check-http-endpoint"]) == ("/livez", "/readyz")
    assert (made["instances"], made["memory"]) == (1, "1G")
    assert "--memory 1G" in CODE_ENGINE
