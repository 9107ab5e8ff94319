"""The workflow does what the make targets do, with actions that nobody can change behind our back."""

from __future__ import annotations

import re

import yaml

from testing.servers.helm import ROOT

TEXT = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
WORKFLOW = yaml.safe_load(TEXT)
AUDIT = yaml.safe_load((ROOT / ".github" / "workflows" / "audit.yml").read_text("utf-8"))
STEPS = [step for workflow in (WORKFLOW, AUDIT) for job in workflow["jobs"].values() for step in job["steps"]]


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
    for workflow in (WORKFLOW, AUDIT):
        assert workflow["permissions"] == {"contents": "read"}
        assert all(job["timeout-minutes"] <= 40 for job in workflow["jobs"].values())


def test_dependencies_are_audited_on_pull_requests_and_every_week() -> None:
    started_by = AUDIT[True]  # YAML reads the key `on` as true
    assert "pull_request" in started_by
    assert all(re.fullmatch(r"\d+ \d+ \* \* \d", entry["cron"]) for entry in started_by["schedule"])
    assert {"run": "make audit"} in STEPS
    recipe = re.search(r"^audit:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipe
    lists = {path.stem for path in (ROOT / "requirements").glob("*.txt")} - {"own"}
    assert all(re.search(rf"\b{name}\b", recipe[1]) for name in lists), lists
    assert "npm audit" in recipe[1]


def test_every_python_that_is_promised_is_tried() -> None:
    [said] = re.findall(r'^requires-python = ">=(.*)"', (ROOT / "outlay" / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    tried = WORKFLOW["jobs"]["check"]["strategy"]["matrix"]["python"]
    assert tried[0] == said
    assert tried == [f"3.{minor}" for minor in range(11, 11 + len(tried))]
    for project in (path for folder in ("libs", "services", ".") for path in (ROOT / folder).glob("*/pyproject.toml")):
        assert re.findall(r"Python :: ([\d.]+)", project.read_text("utf-8")) == tried, project
    assert f"Python {', '.join(tried[:-1])} or {tried[-1]}," in (ROOT / "README.md").read_text("utf-8")
