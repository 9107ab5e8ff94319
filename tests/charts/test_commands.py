"""The commands of the runbook and of the charts' READMEs are ones that there are.

helm renders what it would install. Of kubectl, without a cluster, subcommands and flags are read by kubectl itself, and the names of objects
are looked for in what the chart renders. What is run inside a pod is read by the command line of its process.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from testing.servers.helm import ROOT, SERVICE, SUITE, helm, rendered

PAGES = (
    ROOT / "docs" / "operate" / "runbook.md",
    ROOT / "docs" / "operate" / "upgrades.md",
    SUITE / "README.md",
    SERVICE / "README.md",
)
FILLED = {
    "$s": "auth",
    "<release>": "outlay",
    "<service>": "auth",
    "<name>": "outlay-auth-serve",
    "<version>": "0.1.0",
    "<request id>": "0192",
    "<namespace>": "my-namespace",
    "<id>": "0192",
}
_COMMAND = re.compile(r"^(?:kubectl|helm|make|python -m|\.venv/bin/python) ")
_KINDS = {"deploy": "Deployment", "deployment": "Deployment", "job": "Job", "service": "Service"}


def commands() -> list[str]:
    """Return each command of the pages, one a line, with what is to be filled in filled in."""
    found: dict[str, None] = {}
    for page in PAGES:
        text = page.read_text("utf-8").replace("\\\n", " ")
        lines = [line.strip() for line in re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)]
        lines += [" ".join(quoted.split()) for quoted in re.findall(r"`([^`]+)`", text)]
        for line in lines:
            for part in re.split(r" \| |; | && |\bdo ", _filled(line).partition(" #")[0]):
                if _COMMAND.match(part.strip()) and "..." not in part:
                    found.setdefault(part.strip())
    return list(found)


def _filled(line: str) -> str:
    for hole, value in FILLED.items():
        line = line.replace(hole, value)
    return line


COMMANDS = commands()


def of(program: str) -> list[str]:
    return [command for command in COMMANDS if command.startswith(f"{program} ")]


@cache
def kubectl() -> str:
    locked = ROOT / "tests" / "charts" / "node_modules" / ".bin" / "kubectl"
    program = str(locked) if locked.exists() else shutil.which("kubectl")
    if program is None:
        pytest.fail("kubectl is missing: make charts installs it")
    return program


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=300)


def test_there_are_commands_of_every_kind() -> None:
    assert len(of("kubectl")) >= 12
    assert len(of("helm")) >= 8
    assert len(of("make")) >= 2


@pytest.mark.parametrize("command", of("kubectl"))
def test_kubectl_knows_what_it_is_asked(command: str) -> None:
    words = shlex.split(command)
    outside, inside = (words[: words.index("--")], words[words.index("--") + 1 :]) if "--" in words else (words, [])
    answer = run(kubectl(), *outside[1:], "--help")
    assert answer.returncode == 0, answer.stderr
    assert f"kubectl {words[1]}" in answer.stdout
    for kind, name in re.findall(r"\b(deploy|deployment|job|service)/([a-z][\w-]*)", " ".join(outside)):
        assert rendered("minimal").has(_KINDS[kind], name), f"there is no {kind} {name}"
    if inside:
        knows(inside)


def knows(words: list[str]) -> None:
    """Assert that a process of ours takes these words."""
    assert words[:2] == ["python", "-m"], words
    answer = run(sys.executable, "-m", *words[2:], "--help")
    assert answer.returncode == 0, answer.stderr


@pytest.mark.parametrize("command", of("python -m"))
def test_our_own_commands_are_taken(command: str) -> None:
    knows(shlex.split(command))


@pytest.mark.parametrize("command", of("helm"))
def test_helm_knows_what_it_is_asked(command: str) -> None:
    words = shlex.split(command)[1:]
    answer = helm(*words, "--help")
    assert answer.returncode == 0, answer.stderr
    if words[0] not in ("install", "upgrade") or len(words) < 3:
        return
    given = [
        str(ROOT / word) if word.startswith("charts/") else word
        for word in words[1:]
        if word not in ("--reuse-values", "--install")
    ]
    if "my.yaml" in given:
        given[given.index("my.yaml")] = str(SUITE / "ci" / "minimal.yaml")
    elif "-f" not in given and "global.mode=home" not in given:
        given += ["-f", str(SUITE / "ci" / "minimal.yaml")]  # what `--reuse-values` would bring
    rendering = helm("template", *given)
    assert rendering.returncode == 0, rendering.stderr


@pytest.mark.parametrize("command", of("make"))
def test_make_has_the_target(command: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert shlex.split(command)[1] in targets


def test_the_first_command_of_the_runbook_explains_what_is_wrong(tmp_path: Path) -> None:
    first = next(command for command in of("kubectl") if " exec " in command)
    assert first.endswith("-- python -m auth check")
    environ = {
        "PATH": "/usr/bin:/bin",
        "AUTH_STORE": f"sqlite:///{tmp_path}/auth.db",
        "OUTLAY_DATA_KEY": "ab" * 32,
        "OUTLAY_BUS": "amqp://a:b@127.0.0.1:9/",
        "OUTLAY_PROCESS": "serve",
    }
    answer = subprocess.run(
        [sys.executable, "-m", "auth", "check"], env=environ, capture_output=True, text=True, check=False, timeout=300
    )
    assert answer.returncode == 1
    assert "Traceback" not in answer.stdout + answer.stderr
    assert "WRONG  broker" in answer.stdout
    assert "127.0.0.1" in answer.stdout
