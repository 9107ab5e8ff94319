"""The workflow does what the make targets do, with actions that nobody can change behind our back."""

from __future__ import annotations

import re

import yaml

from support.helm import ROOT

TEXT = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
WORKFLOW = yaml.safe_load(TEXT)
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_every_step_is_a_make_target_or_what_ci_runs() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for step in STEPS:
        command = step.get("run", "bash .ci/run").removeprefix('sudo env "PATH=$PATH" ').split()
        assert command == ["bash", ".ci/run"] or (command[0] == "make" and command[1] in targets), step
    ran = TEXT + (ROOT / ".ci" / "run").read_text("utf-8")
    assert {"conformance", "images", "images-check", "sbom", "kind-install"} <= set(re.findall(r"make ([a-z-]+)", ran))
    assert re.search(r"^make test$", ran, re.MULTILINE)


def test_actions_are_pinned_and_may_read_the_code_and_nothing_else() -> None:
    for step in STEPS:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step.get("uses", "a/b@" + 40 * "0")), step
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] <= 40 for job in WORKFLOW["jobs"].values())


def test_every_python_that_is_promised_is_tried() -> None:
    [said] = re.findall(r'^requires-python = ">=(.*)"', (ROOT / "outlay" / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    tried = WORKFLOW["jobs"]["check"]["strategy"]["matrix"]["python"]
    assert tried[0] == said
    assert tried == [f"3.{minor}" for minor in range(11, 11 + len(tried))]
