"""VERSION is the only place where the version is decided."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERSION = (ROOT / "VERSION").read_text("utf-8").strip()
PROJECTS = sorted([*ROOT.glob("*/pyproject.toml"), *ROOT.glob("*/*/pyproject.toml")])


def test_all_copies_of_the_version_agree() -> None:
    done = subprocess.run([sys.executable, ROOT / "release/version.py", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run `make version`: {done.stdout}{done.stderr}"


@pytest.mark.parametrize("path", PROJECTS, ids=[path.parent.name for path in PROJECTS])
def test_a_python_package_reads_its_version_and_names_its_licence(path: Path) -> None:
    project = tomllib.loads(path.read_text("utf-8"))
    assert "version" in project["project"]["dynamic"]
    assert (path.parent / project["tool"]["hatch"]["version"]["path"]).resolve() == ROOT / "VERSION"
    assert project["project"]["license"] == "Apache-2.0"
    assert version(project["project"]["name"]) == VERSION, "run `make setup`"


def test_the_changelog_has_a_section_for_this_version() -> None:
    assert f"\n## [{VERSION}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")
