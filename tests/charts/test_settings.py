"""The chart and the code agree about settings, in both directions, and about how processes are started."""

from __future__ import annotations

import json
import re
import ssl
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml

from chassis.process.command import ProcessSettings
from chassis.runtime.settings import SettingsError, read_settings
from outlay.service_settings import ASSISTANT, GATEWAY, OWN
from outlay.settings import HomeSettings
from testing.servers.helm import ROOT, SERVICE, SUITE, Rendered, Thing, parse, rendered, template, values_of
from write.files import contents
from write.settings import PROCESSES, required_settings, secret_settings, settings_of

KINDS = {
    **{name: (ProcessSettings, own) for name, own in OWN.items()},
    "assistant": ASSISTANT,
    "gateway": (GATEWAY,),
    "home": (HomeSettings,),
}
BY_THE_PLATFORM = {"SERVICE_BINDING_ROOT"}


def test_what_is_written_is_current() -> None:
    for path, text in contents().items():
        assert path.read_text("utf-8") == text, f"{path.relative_to(ROOT)} is behind: make charts-docs"


@pytest.mark.parametrize("process", PROCESSES)
def test_the_chart_insists_on_what_the_process_insists_on(process: str) -> None:
    values = yaml.safe_load((SUITE / "values.yaml").read_text("utf-8"))[process]
    assert required_settings(process) <= {*values.get("required", {}), *values.get("settings", {})}


def test_the_chart_takes_every_secret_setting_for_a_secret() -> None:
    """An address is one by the password in it, the others by their names."""
    named = re.compile(r"(_API_?KEY|_PASSWORD|_ACCESS_KEY|_SECRET_KEY|DATA_KEY|GATEWAY_KEY)$")
    assert named.pattern in (SERVICE / "templates" / "_problems.tpl").read_text("utf-8")
    addresses = {"AUTH_STORE", "BUDGETS_DB", "EXPENSES_DB", "NOTIFIER_DB", "OUTLAY_BUS"}
    assert {name for name in secret_settings() if not named.search(name)} <= addresses


def process_of(pod: Thing) -> str:
    return str(pod["metadata"]["labels"]["app.kubernetes.io/name"])


def environment(release: Rendered, pod: Thing) -> dict[str, str]:
    """Return the variables that a pod's first container gets; of a secret file, the text if the release has it."""
    [container] = pod["spec"]["containers"]
    found: dict[str, str] = {}
    for source in container["envFrom"]:
        found |= release.one("ConfigMap", source["configMapRef"]["name"])["data"]
    files = secret_files(release, pod)
    for variable in container.get("env", []):
        name = variable["name"]
        if name.endswith("_FILE") and "value" in variable:
            found[name.removesuffix("_FILE")] = files[Path(variable["value"]).name]
        else:
            found[name] = variable.get("value", "a-pod")
    return found


def secret_files(release: Rendered, pod: Thing) -> dict[str, str]:
    found = {}
    for volume in pod["spec"]["volumes"]:
        for source in volume.get("projected", {}).get("sources", []):
            secret = source["secret"]
            texts = release.one("Secret", secret["name"])["stringData"] if release.has("Secret", secret["name"]) else {}
            for item in secret["items"]:
                assert not texts or item["key"] in texts, item
                found[item["path"]] = texts.get(item["key"], "?")
    return found


@pytest.mark.parametrize("scenario", ["minimal", "inline", "dev", "production", "home"])
def test_every_variable_of_a_pod_is_a_setting_that_its_process_reads(scenario: str) -> None:
    release = rendered(scenario)
    pods = [pod for name, pod in release.own_pods().items() if not name.startswith("Pod/")]
    assert pods
    for pod in pods:
        assert set(environment(release, pod)) <= set(settings_of(process_of(pod))) | BY_THE_PLATFORM


@pytest.mark.parametrize("scenario", ["minimal", "home"])
def test_every_setting_that_a_process_reads_can_be_set_through_the_chart(scenario: str, tmp_path: Path) -> None:
    processes = ["home"] if scenario == "home" else [name for name in PROCESSES if name != "home"]
    by_the_chart = {"OUTLAY_URL", "OUTLAY_HOST", "OUTLAY_PORT", "OUTLAY_INSTANCE"}
    values = yaml.safe_load(values_of(scenario).read_text("utf-8"))
    own = yaml.safe_load((SUITE / "values.yaml").read_text("utf-8"))
    for process in processes:
        names = set(settings_of(process)) - by_the_chart
        in_the_open = names & set(own[process].get("settings", {}))
        secret = {name: name.lower() for name in names - in_the_open}
        values[process] = {"settings": dict.fromkeys(in_the_open, "x"), "existingSecret": "theirs", "secretKeys": secret}
    (tmp_path / "values.yaml").write_text(yaml.safe_dump(values))
    answer = template(SUITE, "-f", tmp_path / "values.yaml")
    assert answer.returncode == 0, answer.stderr
    release = parse(answer.stdout)
    for process in processes:
        got = environment(release, release.one("Deployment", f"outlay-{process}-serve")["spec"]["template"])
        assert set(got) >= set(settings_of(process)) - by_the_chart, process


@pytest.mark.parametrize("scenario", ["inline", "dev"])
def test_the_services_take_what_the_chart_gives_them(scenario: str, tmp_path: Path) -> None:
    """With real secrets in the release, the environment of each pod is one with which its process starts."""
    release = rendered(scenario)
    read = 0
    for name, pod in release.own_pods().items():
        process = process_of(pod)
        if name.startswith("Pod/"):
            continue
        environ = environment(release, pod)
        if "SMTP_CA" in environ:
            environ["SMTP_CA"] = str(written(release, "ca.crt", tmp_path))
        for kind in KINDS[process]:
            settings: Any = read_settings(kind, environ)
            assert len(fields(settings)) > 5
            read += 1
    assert read >= 17


def written(release: Rendered, key: str, folder: Path) -> Path:
    """Write what the Secret of the stores has under a key to a file, as a volume does."""
    (folder / key).write_text(release.one("Secret", "outlay-dev")["stringData"][key])
    return folder / key


def test_the_notifier_trusts_the_bundled_mail_servers_certificate(tmp_path: Path) -> None:
    release = rendered("dev")
    certificate, private, authority = (written(release, key, tmp_path) for key in ("tls.crt", "tls.key", "ca.crt"))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, private)
    client = ssl.create_default_context(cafile=str(authority))
    host = (
        environment(release, release.one("Deployment", "outlay-notifier-work")["spec"]["template"])["NOTIFIER_MAIL"]
        .split("/")[2]
        .split(":")[0]
    )
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(back, there, server_hostname=host), server.wrap_bio(there, back, server_side=True)]
    for end in (*ends, *ends, *ends):
        with suppress(ssl.SSLWantReadError):
            end.do_handshake()
    assert ends[0].version() in ("TLSv1.2", "TLSv1.3")
    assert ends[0].getpeercert()


FORMS = {
    "AUTH_STORE": (
        ["cloudants://u:p@host/outlay", "cloudant://u:p@host:5984/outlay", "sqlite:////data/auth.db"],
        ["mongodb://host/outlay", "/data/auth.db"],
    ),
    "EXPENSES_DB": (
        [
            "mysql+pymysql://u:p@host/expenses",
            "mariadb+pymysql://u:p@host/expenses",
            "ibm_db_sa://u:p@host:50000/OUTLAY?tls=no",
            "db2+ibm_db://u:p@host/OUTLAY?tls=no",
            "sqlite:////data/e.db",
        ],
        ["postgresql://u:p@host/e", "mysql://u:p@host/expenses", "host"],
    ),
    "RECEIPTS": (
        ["file:/data/receipts", "cos://bucket/some?endpoint=https://host&region=eu-de"],
        ["s3://bucket", "/data/receipts", "cos://bucket"],
    ),
    "NOTIFIER_MAIL": (
        ["sendgrid:", "sendgrid:https://api.eu.sendgrid.com", "smtp://user@host:587", "smtps://user@host:465", "file:/data/mail"],
        ["mailgun:", "host:587"],
    ),
    "WATSON_URL": (
        ["https://api.eu-de.assistant.watson.cloud.ibm.com/instances/1", "http://127.0.0.1:8080/assistant", "http://[::1]:8080"],
        ["http://watson.example.com", "https://user@watson.example.com", "https://watson.example.com/?x=1", "watson"],
    ),
    "OUTLAY_BUS": (["amqps://u:p@host/", "amqp://u:p@host:5672/outlay"], ["kafka://host", "host:5672"]),
}
"""What a process takes, and what it does not."""


@pytest.mark.parametrize("name", FORMS)
def test_the_chart_accepts_exactly_what_the_process_accepts(name: str) -> None:
    values = yaml.safe_load((SUITE / "values.yaml").read_text("utf-8"))
    like = {service: values[service]["forms"][name]["like"] for service in PROCESSES if name in values[service].get("forms", {})}
    assert set(like) == {service for service in PROCESSES if name in values[service]["reads"]}
    [pattern] = set(like.values())
    taken, refused = FORMS[name]
    for text in (*taken, *refused):
        assert bool(re.search(pattern, text)) == (text in taken), text
        assert refuses(name, text) == (text in refused), text


def refuses(name: str, text: str) -> bool:
    """Return whether a process says something against the value of a setting."""
    kind = (
        ProcessSettings
        if name == "OUTLAY_BUS"
        else next(own for own in (*OWN.values(), ASSISTANT[1]) if name in {f.metadata.get("name") for f in fields(own)})
    )
    others = {
        "COS_API_KEY": "x",
        "SENDGRID_API_KEY": "x",
        "NOTIFIER_FROM": "a@b.example",
        "SMTP_PASSWORD": "x",
        "OUTLAY_DATA_KEY": "ab" * 32,
    }
    try:
        read_settings(kind, {**others, name: text})
    except SettingsError as error:
        return any(problem.startswith(f"{name}:") for problem in error.problems)
    return False


def test_the_bundled_stores_bucket_exists_before_uploads() -> None:
    release = rendered("dev")
    bucket = re.match(r"cos://(\w+)\?", release.one("ConfigMap", "outlay-expenses")["data"]["RECEIPTS"])
    [store] = release.one("StatefulSet", "outlay-s3")["spec"]["template"]["spec"]["containers"]
    assert bucket
    assert f"s3.bucket.create -name {bucket[1]}'" in store["args"][0]


def test_secrets_reach_a_process_as_files_and_not_in_its_environment() -> None:
    release = rendered("inline")
    for thing in release.of("Deployment"):
        [container] = thing["spec"]["template"]["spec"]["containers"]
        assert not any(
            "secretKeyRef" in str(variable) or "secret" in variable.get("value", "").replace("/run/outlay/secrets/", "")
            for variable in container.get("env", [])
        )


def test_only_who_needs_a_secret_gets_it() -> None:
    release = rendered("production")
    [gateway] = [pod for name, pod in release.pods().items() if "gateway" in name]
    assert set(secret_files(release, gateway)) == {"OUTLAY_BUS", "OUTLAY_GATEWAY_KEY"}


@pytest.mark.parametrize("process", PROCESSES)
def test_the_chart_starts_what_the_image_starts(process: str) -> None:
    said = (ROOT / "images" / "Dockerfile").read_text("utf-8")
    stage = "home" if process == "home" else "gateway" if process == "gateway" else "service"
    last = said.split(f" AS {stage}\n")[1].split("\nFROM ")[0]
    [entry, command] = [json.loads(text) for text in re.findall(r"^(?:ENTRYPOINT|CMD) (\[.*\])", last, re.MULTILINE)]
    if entry == ["service"]:
        assert 'exec python -m %s "$@"\\n\' "${SERVICE}" >/app/bin/service' in said
        entry = ["python", "-m", process]
    release = rendered("home" if process == "home" else "minimal")
    [pod] = [pod for name, pod in release.pods().items() if name == f"Deployment/outlay-{process}-serve"]
    [container] = pod["spec"]["containers"]
    assert (container["command"], container["args"]) == (entry, command)
    assert f"USER {pod['spec']['securityContext']['runAsUser']}" in last
    assert f"EXPOSE {container['ports'][0]['containerPort']}" in said
