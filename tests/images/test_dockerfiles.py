"""What every Dockerfile keeps to; that the images run is shown by `make images-check`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
SERVICES = ("auth", "expenses", "budgets", "notifier", "assistant", "gateway")
IMAGES = (*SERVICES, "outlay")


def place(image: str) -> str:
    return "outlay" if image == "outlay" else f"services/{image}"


def dockerfile(image: str) -> str:
    return (TOP / place(image) / "Dockerfile").read_text("utf-8")


def last_stage(image: str) -> str:
    return re.split(r"^FROM ", dockerfile(image), flags=re.MULTILINE)[-1]


def test_hadolint_finds_nothing() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "hadolint", *(f"{place(image)}/Dockerfile" for image in IMAGES)],
        cwd=TOP,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("image", IMAGES)
def test_a_process_is_nobody_listens_for_the_pod_and_can_be_asked_how_it_is(image: str) -> None:
    stage = last_stage(image)
    assert "USER 10001:10001\n" in stage
    assert "OUTLAY_HOST=0.0.0.0 OUTLAY_PORT=8000" in stage
    assert "EXPOSE 8000\n" in stage
    assert 'CMD ["python", "-m", "chassis.process.alive"]\n' in stage
    assert all(f"org.opencontainers.image.{name}=" in stage for name in ("title", "description", "version", "revision"))


@pytest.mark.parametrize("image", IMAGES)
def test_nothing_is_installed_in_the_last_stage(image: str) -> None:
    assert not re.search(r"\b(pip|apt-get|npm)\b", last_stage(image))


@pytest.mark.parametrize("image", IMAGES)
def test_the_last_stage_starts_from_nothing_and_has_what_charts_and_compose_call(image: str) -> None:
    assert last_stage(image).startswith("scratch\n")
    assert "COPY --from=root /root-of-image /\n" in last_stage(image)
    kept = (TOP / "images" / "root.py").read_text("utf-8")
    assert all(f'"{package}"' in kept for package in ("dash", "coreutils", "ca-certificates"))


@pytest.mark.parametrize("image", IMAGES)
def test_packages_come_from_the_hashed_list_of_that_image_alone(image: str) -> None:
    lists = set(re.findall(r"requirements/([a-z]+)\.txt", dockerfile(image)))
    assert lists == {image, "build"}
    assert dockerfile(image).count("--require-hashes") == 2


@pytest.mark.parametrize("image", SERVICES)
def test_a_service_is_made_without_the_others(image: str) -> None:
    copied = set(re.findall(r"^COPY services/(\w+)(?:/\S*)? services/\w+$", dockerfile(image), flags=re.MULTILINE))
    assert copied == {image}


def test_the_home_image_is_made_of_all_services() -> None:
    [line] = re.findall(r"pip wheel .*", dockerfile("outlay"))
    assert set(re.findall(r"\./services/(\w+)", line)) == set(SERVICES)


def test_the_driver_of_db2_is_where_tables_are_and_nowhere_else() -> None:
    carry = {image for image in IMAGES if "\nibm-db==" in (TOP / f"requirements/{image}.txt").read_text("utf-8")}
    assert carry == {"expenses", "budgets", "notifier"}


def test_who_has_no_store_carries_no_sql_toolkit() -> None:
    for image in ("assistant", "gateway"):
        assert "\nsqlalchemy==" not in (TOP / f"requirements/{image}.txt").read_text("utf-8"), image


def test_the_dockerfiles_differ_only_in_what_they_are_of() -> None:
    """Two of the same kind are the same text when names, descriptions and lists are taken out."""

    def shape(image: str) -> str:
        text = dockerfile(image).replace(image, "<name>")
        text = re.sub(r"^# <name>.*\n", "", text)
        return re.sub(r'description="[^"]*"', "", text)

    assert len({shape(image) for image in SERVICES if image != "gateway"}) == 1
