"""The Tiltfile builds the images that the chart starts, and names resources that the chart makes.

A Tiltfile is Starlark, which is close enough to Python for this one to run as Python with Tilt's functions replaced.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from testing.servers.helm import ROOT, helm

Calls = dict[str, list[tuple[tuple[Any, ...], dict[str, Any]]]]
_TILT = ("docker_build", "watch_file", "k8s_yaml", "local", "k8s_resource", "port_forward", "link", "local_resource")


@pytest.fixture(scope="module")
def calls() -> Calls:
    made: Calls = defaultdict(list)

    def recorder(name: str) -> Any:
        return lambda *given, **named: made[name].append((given, named))

    exec((ROOT / "Tiltfile").read_text("utf-8"), {name: recorder(name) for name in _TILT})
    return made


@pytest.fixture(scope="module")
def rendered_text(calls: Calls) -> str:
    [((command,), _named)] = calls["local"]
    words = command.removesuffix(" --dry-run=server").split()
    assert words[0] == "helm"
    return helm(*words[1:]).stdout


def test_it_builds_the_images_that_the_chart_starts(calls: Calls, rendered_text: str) -> None:
    built = {given[0] for given, _named in calls["docker_build"]}
    assert built == set(re.findall(r'image: "?(outlay-\w+):', rendered_text))


def test_what_it_builds_from_exists(calls: Calls) -> None:
    for given, named in calls["docker_build"]:
        dockerfile = (ROOT / named["dockerfile"]).read_text("utf-8")
        assert f" AS {named['target']}\n" in dockerfile
        assert given[0] == f"outlay-{named['build_args']['SERVICE']}"
        assert not [path for path in named["only"] if not (ROOT / path).exists()]
        copied = set(re.findall(r"^COPY (\w+)", dockerfile, re.MULTILINE)) - {"services", "outlay"}
        assert copied <= set(named["only"])
    [(_given, named)] = calls["local_resource"]
    assert (ROOT / Path(named["serve_dir"]) / "package.json").exists()


def test_the_resources_it_names_are_made_by_the_chart(calls: Calls, rendered_text: str) -> None:
    named = {given[0] for given, _named in calls["k8s_resource"]}
    made = set(re.findall(r"^kind: (?:Deployment|StatefulSet)\nmetadata:\n  name: (\S+)", rendered_text, re.MULTILINE))
    assert named == made
