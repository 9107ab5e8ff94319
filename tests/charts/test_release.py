"""`make release` refuses what must not be released, and otherwise tags, builds, pushes and packages one version."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote

import pytest

from testing.servers.helm import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSION = (ROOT / "VERSION").read_text("utf-8").strip()
PARTS = (
    "VERSION",
    "CHANGELOG.md",
    "release",
    "charts",
    "images",
    "services/gateway/web/package.json",
    "services/gateway/web/package-lock.json",
)
ENGINE = """#!/bin/sh
echo "$@" >>"$(dirname "$0")/engine.log"
case "$1" in --version) echo podman version 4 ;; image) echo 123000000 ;; esac
"""


def git(folder: Path, *arguments: str) -> str:
    settings = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "init.defaultBranch=main")
    return subprocess.run(["git", *settings, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a committed copy of what a release reads, with a dated section in the changelog."""
    folder = tmp_path / "tree"
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        (folder / part).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / part, folder / part)
    changelog = (folder / "CHANGELOG.md").read_text("utf-8")
    (folder / "CHANGELOG.md").write_text(re.sub(rf"(## \[{VERSION}\] - ).*", r"\g<1>2026-12-01", changelog), "utf-8")
    (folder / ".gitignore").write_text("build/\n__pycache__/\n", "utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "Test")
    return folder


def release(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    names = {"GIT_COMMITTER_NAME": "Test", "GIT_COMMITTER_EMAIL": "test@example.com"}
    path = f"{ROOT / 'tests/charts/node_modules/.bin'}:{os.environ['PATH']}"
    environ = {"PATH": path, "HOME": str(folder.parent), "PYTHON": sys.executable, **names, **settings}
    return subprocess.run([folder / "release/release.sh"], env=environ, capture_output=True, text=True, check=False, timeout=120)


def test_a_dry_run_packages_the_chart_and_touches_nothing_else(tree: Path) -> None:
    done = release(tree, DRY_RUN="1", REGISTRY="registry.example/house")
    assert done.returncode == 0, done.stderr
    planned = [line.removeprefix("would run: ") for line in done.stdout.splitlines() if line.startswith("would run: ")]
    assert planned == [
        f"git tag --annotate v{VERSION} --message Outlay {VERSION}",
        "images/build.sh",
        "images/push.sh",
        f"helm push build/release/outlay-{VERSION}.tgz oci://registry.example/house/charts",
        f"git push origin v{VERSION}",
    ]
    assert (tree / f"build/release/outlay-{VERSION}.tgz").stat().st_size > 10_000
    assert git(tree, "tag") == ""


def change(tree: Path) -> None:
    (tree / "VERSION").write_text("not committed\n", "utf-8")


def tag(tree: Path) -> None:
    git(tree, "tag", f"v{VERSION}")


def move_on(tree: Path) -> None:
    (tree / "VERSION").write_text("99.0.0\n", "utf-8")
    git(tree, "commit", "--quiet", "--all", "--message", "Test")


def forget_changes(tree: Path) -> None:
    (tree / "CHANGELOG.md").write_text(f"# Changelog\n\n## [{VERSION}] - not released yet\n", "utf-8")
    git(tree, "commit", "--quiet", "--all", "--message", "Test")


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [(change, "not committed"), (tag, "exists"), (move_on, "make version"), (forget_changes, "CHANGELOG.md needs")],
)
def test_what_must_not_be_released_is_refused(tree: Path, spoil, reason: str) -> None:
    spoil(tree)
    done = release(tree, REGISTRY="registry.example")
    assert done.returncode == 1
    assert reason in done.stderr
    assert "running:" not in done.stdout


def test_without_a_registry_nothing_is_released(tree: Path) -> None:
    assert "REGISTRY says where" in release(tree).stderr


class Registry(BaseHTTPRequestHandler):
    """As much of an OCI registry as a push needs."""

    kept: ClassVar[dict[str, bytes]] = {}
    """Blobs and manifests by digest, and manifests by tag."""

    def do_HEAD(self) -> None:
        self.find()

    def do_GET(self) -> None:
        self.wfile.write(self.find())

    def do_POST(self) -> None:
        self.answer(202, Location=f"{self.path}upload")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = unquote(self.path.partition("digest=")[2]) or self.path.rpartition("/")[2]
        self.kept[name] = body
        self.answer(201, Location=self.path)

    def find(self) -> bytes:
        body = self.kept.get(self.path.rpartition("/")[2])
        if body is None:
            self.answer(404)
            return b""
        kind = "application/vnd.oci.image.manifest.v1+json" if "/manifests/" in self.path else "application/octet-stream"
        digest = f"sha256:{sha256(body).hexdigest()}"
        self.answer(200, size=len(body), **{"Docker-Content-Digest": digest, "Content-Type": kind})
        return body

    def answer(self, status: int, *, size: int = 0, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(size)}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@pytest.fixture
def registry() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Registry) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_release_pushes_the_tag_the_images_and_the_chart(tree: Path, registry: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "--bare", "origin")
    git(tree, "remote", "add", "origin", str(tmp_path / "origin"))
    engine = tmp_path / "podman"
    engine.write_text(ENGINE, "utf-8")
    engine.chmod(0o755)
    done = release(tree, REGISTRY=registry, ENGINE=str(engine), HELM_OPTIONS="--plain-http")
    assert done.returncode == 0, done.stdout + done.stderr
    assert git(tmp_path / "origin", "tag") == f"v{VERSION}"
    calls = (tmp_path / "engine.log").read_text("utf-8").splitlines()
    names = {"outlay", *(f"outlay-{name}" for name in ("auth", "expenses", "budgets", "notifier", "assistant", "gateway"))}
    assert {line.split()[1] for line in calls if line.startswith("push ")} == {f"{registry}/{name}:{VERSION}" for name in names}
    assert sum(line.startswith("build ") and f"VERSION={VERSION} " in line for line in calls) == len(names)
    manifest = json.loads(Registry.kept[VERSION])
    assert Registry.kept[manifest["layers"][0]["digest"]].startswith(b"\x1f\x8b")
