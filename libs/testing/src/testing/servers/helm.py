"""Runs helm, of the version that tests/charts/package.json names, and reads what it renders."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[5]
CHARTS = ROOT / "charts"
SUITE = CHARTS / "outlay"
SERVICE = SUITE / "charts" / "service"
_LOCKED = ROOT / "tests" / "charts" / "node_modules" / ".bin" / "helm"

sys.path.append(str(CHARTS))  # for charts/write

Thing = dict[str, Any]


def helm(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run helm; never raises for what it says."""
    program = _LOCKED if _LOCKED.exists() else shutil.which("helm")
    if program is None:
        pytest.fail("helm is missing: make charts installs it")
    return subprocess.run([str(program), *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300)


@dataclass(frozen=True)
class Rendered:
    """What a release would bring into a cluster."""

    things: tuple[Thing, ...]

    def of(self, kind: str) -> list[Thing]:
        """Return all things of a kind."""
        return [thing for thing in self.things if thing["kind"] == kind]

    def one(self, kind: str, name: str) -> Thing:
        """Return a thing by kind and name."""
        [found] = [thing for thing in self.of(kind) if thing["metadata"]["name"] == name]
        return found

    def has(self, kind: str, name: str) -> bool:
        """Return whether there is such a thing."""
        return any(thing["metadata"]["name"] == name for thing in self.of(kind))

    def pods(self) -> dict[str, Thing]:
        """Return the templates of all pods, by kind and name."""
        found = {}
        for thing in self.things:
            if thing["kind"] in ("Deployment", "StatefulSet", "Job"):
                found[name_of(thing)] = thing["spec"]["template"]
            elif thing["kind"] == "Pod":
                found[name_of(thing)] = thing
        return found

    def own_pods(self) -> dict[str, Thing]:
        """Return the pods of our own images: those of the services and of the home process."""
        return {name: pod for name, pod in self.pods().items() if _is_own(pod)}


def _is_own(pod: Thing) -> bool:
    return all(container["image"].rpartition("/")[2].startswith("outlay") for container in pod["spec"]["containers"])


def name_of(thing: Thing) -> str:
    """Return kind/name."""
    return f"{thing['kind']}/{thing['metadata']['name']}"


def containers(pod: Thing) -> list[Thing]:
    """Return all containers of a pod, those of its beginning too."""
    return [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]


def scenarios() -> list[str]:
    """Return the names of all ci/*.yaml of the suite's chart."""
    return sorted(path.stem for path in (SUITE / "ci").glob("*.yaml"))


def values_of(scenario: str) -> Path:
    """Return the values of a scenario."""
    return SUITE / "ci" / f"{scenario}.yaml"


def template(chart: Path, *arguments: str | Path, release: str = "outlay") -> subprocess.CompletedProcess[str]:
    """Render a chart."""
    return helm("template", release, chart, "--namespace", "money", "--kube-version", "1.37.0", *arguments)


def parse(text: str) -> Rendered:
    """Read what helm rendered."""
    return Rendered(tuple(_each(thing for thing in yaml.load_all(text, _Loader) if thing)))


def _each(things: Iterable[Thing]) -> Iterator[Thing]:
    """Return the things of a List one by one, with the annotations of the List, by which Helm knows hooks."""
    for thing in things:
        if thing["kind"] != "List":
            yield thing
            continue
        annotations = thing["metadata"].get("annotations", {})
        for item in thing["items"]:
            yield {**item, "metadata": {**item["metadata"], "annotations": annotations}}


_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def rendered(scenario: str) -> Rendered:
    """Render a scenario of the suite's chart."""
    answer = template(SUITE, "-f", values_of(scenario))
    assert answer.returncode == 0, answer.stderr
    return parse(answer.stdout)


def refused(*arguments: str | Path, chart: Path = SUITE) -> str:
    """Render values that cannot be, and return what is said of them."""
    answer = template(chart, *arguments)
    assert answer.returncode != 0, "it was rendered all the same"
    return answer.stderr
