"""The running API conforms to its document: schemathesis sends valid and invalid requests to every operation."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from testing.clients.client import Person
from testing.servers.process import OutlayProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDLESS = "^/events$"
# With a session these would sign the asking account out or delete it; an access token may not use them, so it may ask.
ENDS_THE_SESSION = "^/session$|^/users/me$|^/users/me/password$|^/users/me/sessions"
# What a token may not use besides is asked with a session; and one of the rest, whose services see no difference.
BY_SESSION = "^/users/me/tokens|^/users/me/verification$|^/budgets"
SIGNED_BY_A_PROVIDER = "^/hooks/"


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OutlayProcess]:
    """A process that also validates its responses."""
    with OutlayProcess(tmp_path_factory.mktemp("checked") / "data", OUTLAY_VALIDATE_RESPONSES="true") as process:
        yield process


def refused_everywhere(report: str) -> set[str]:
    """Return the operations that schemathesis says always answered 401."""
    listed = re.search(r"401 Unauthorized \(.*\):\n((?:\s+- .*\n)*)", report)
    return set(re.findall(r"- (.*)", listed[1])) if listed else set()


@pytest.mark.parametrize("signed_in_with", ["a session", "an access token"])
def test_no_request_causes_a_crash_or_an_undocumented_response(checked, tmp_path: Path, signed_in_with: str) -> None:
    person = Person(checked.url)
    person.spend("5.00", category_id=person.made("categories", name="Food")["id"])
    person.budget("1.00")
    environ = dict(os.environ)
    if signed_in_with == "a session":
        environ |= {"SCHEMATHESIS_HOOKS": "session_hook", "PYTHONPATH": str(Path(__file__).parent)}
        environ["OUTLAY_SESSION"] = next(f"{name}={value}" for name, value in person.cookies.items())
        headers, chosen = [], ["--include-path-regex", BY_SESSION]
    else:
        token = person.access_token(name="fuzz", scopes=["read", "write"])["token"]
        headers, chosen = ["--header", f"Authorization: Bearer {token}"], ["--exclude-path-regex", ENDLESS]
    # One worker: before 3.11.8, ast.parse in two threads at once can fail (CPython issue 106905), and Hypothesis parses.
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "run",
        f"{checked.url}/api/v1/openapi.json",
        *headers,
        "--header",
        "Sec-Fetch-Site: same-origin",
        *chosen,
        "--phases",
        "examples,coverage,fuzzing",
        "--max-examples",
        "15",
        "--seed",
        "20261122",
        "--workers",
        "1",
        "--checks",
        "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        "--request-timeout",
        "20",
        "--no-color",
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path, timeout=400, env=environ)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    # The password of the examples signs nobody in.
    assert refused_everywhere(done.stdout) <= {"POST /session"}, "it was not signed in"
    forbidden = set(
        re.findall(r"^  - [A-Z]+ (/\S+)$", done.stdout.partition("403 Forbidden")[2].partition("\n\n")[0], re.MULTILINE)
    )
    asked = f"{ENDS_THE_SESSION}|{BY_SESSION}|{SIGNED_BY_A_PROVIDER}" if signed_in_with == "an access token" else "^never$"
    assert [path for path in forbidden if not re.search(asked, path)] == [], "nobody asked these with success"
    # The session is still the one that it began with.
    assert person.get("session").status_code == 200
