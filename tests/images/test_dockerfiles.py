"""What every image keeps to; that the images run is shown by `make images-check`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

TOP = Path(__file__).resolve().parents[2]
SERVICES = ("auth", "expenses", "budgets", "notifier", "assistant", "gateway")
IMAGES = (*SERVICES, "outlay")
DOCKERFILE = (TOP / "images" / "Dockerfile").read_text("utf-8")
STAGES = {
    name: (parent, text)
    for parent, name, text in re.findall(r"^FROM (\S+) AS (\S+)\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL)
}


def target(image: str) -> str:
    return {"outlay": "home", "gateway": "gateway"}.get(image, "service")


def built(image: str) -> str:
    """Return the instructions of the final stage of an image and of the stages that it starts from."""
    parent, text = STAGES[target(image)]
    while parent in STAGES:
        parent, before = STAGES[parent]
        text = before + text
    assert parent == "scratch"
    return text


def test_there_is_one_dockerfile() -> None:
    tracked = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "*Dockerfile*"], cwd=TOP, check=True, capture_output=True, text=True
    ).stdout.split()
    assert [path for path in tracked if (TOP / path).exists()] == ["images/Dockerfile"]


def test_hadolint_finds_nothing() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "hadolint", "images/Dockerfile"], cwd=TOP, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("image", IMAGES)
def test_a_process_runs_unprivileged_and_reports_its_health(image: str) -> None:
    stage = built(image)
    assert re.findall(r"^USER (.*)", stage, re.MULTILINE)[-1] == "10001:10001"
    assert "OUTLAY_HOST=0.0.0.0 OUTLAY_PORT=8000" in stage
    assert "EXPOSE 8000\n" in stage
    assert 'CMD ["python", "-m", "chassis.process.alive"]\n' in stage
    assert all(f"org.opencontainers.image.{name}=" in stage for name in ("title", "description", "licenses", "version", "revision"))


@pytest.mark.parametrize("image", IMAGES)
def test_nothing_is_installed_in_the_last_stage(image: str) -> None:
    assert not re.search(r"\b(pip|apt-get|npm)\b", built(image))


@pytest.mark.parametrize("image", IMAGES)
def test_the_last_stage_is_minimal_and_has_what_charts_call(image: str) -> None:
    assert "COPY --from=root /root-of-image /\n" in built(image)
    kept = (TOP / "images" / "root.py").read_text("utf-8")
    assert all(f'"{package}"' in kept for package in ("dash", "coreutils", "ca-certificates"))


def test_packages_come_from_the_hashed_list_of_that_image_alone() -> None:
    lists = set(re.findall(r"requirements/([\w${}]+)\.txt", DOCKERFILE))
    assert lists == {"${SERVICE}", "build"}
    assert DOCKERFILE.count("--require-hashes") == 2
    assert not [image for image in IMAGES if not (TOP / f"requirements/{image}.txt").exists()]


@pytest.mark.parametrize(("stage", "copied"), [("service", "${SERVICE}"), ("gateway", "gateway")])
def test_a_service_is_made_without_the_others(stage: str, copied: str) -> None:
    _parent, text = STAGES[f"{stage}-packages"]
    assert set(re.findall(r"^COPY services/(\S+) services/\S+$", text, flags=re.MULTILINE)) == {copied}
    assert set(re.findall(r"\./services/(\S+)", text)) == {copied}


def test_the_home_image_is_made_of_all_services() -> None:
    [line] = re.findall(r"pip wheel .*", STAGES["home-packages"][1])
    assert set(re.findall(r"\./services/(\w+)", line)) == set(SERVICES)


def test_compose_builds_each_image_from_its_stage() -> None:
    services = yaml.safe_load((TOP / "docker-compose.yml").read_text("utf-8"))["services"]
    for entry in services.values():
        if "build" in entry:
            image = entry["build"].get("args", {}).get("SERVICE", "outlay")
            assert entry["build"]["target"] == target(image)
            assert f"/outlay{'' if image == 'outlay' else '-' + image}:" in entry["image"]


def test_the_db2_driver_is_only_in_images_with_sql() -> None:
    carry = {image for image in IMAGES if "\nibm-db==" in (TOP / f"requirements/{image}.txt").read_text("utf-8")}
    assert carry == {"expenses", "budgets", "notifier"}


def test_a_service_without_a_store_has_no_sql_toolkit() -> None:
    for image in ("assistant", "gateway"):
        assert "\nsqlalchemy==" not in (TOP / f"requirements/{image}.txt").read_text("utf-8"), image
