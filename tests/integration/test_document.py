"""The running API keeps to its document: schemathesis asks every operation, signed in, with what fits and what does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.client import Person
from support.process import OutlayProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

# These would sign the asking account out, delete it or need a body that no generator makes.
LEFT_OUT = "^/session$|^/users/me$|^/users/me/password$|^/users/me/sessions|^/events$"


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OutlayProcess]:
    """A process that also checks its own answers against the document."""
    with OutlayProcess(tmp_path_factory.mktemp("checked") / "data", OUTLAY_VALIDATE_RESPONSES="true") as process:
        yield process


def test_no_request_brings_it_down_or_an_answer_that_is_not_in_the_document(checked: OutlayProcess, tmp_path: Path) -> None:
    person = Person(checked.url)
    person.spend("5.00", category_id=person.made("categories", name="Food")["id"])
    person.budget("1.00")
    cookies = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    command = [
        str(Path(sys.executable).parent / "schemathesis"), "run", f"{checked.url}/api/v1/openapi.json",
        "--header", f"Cookie: {cookies}", "--header", "Sec-Fetch-Site: same-origin",
        "--exclude-path-regex", LEFT_OUT, "--phases", "examples,coverage,fuzzing", "--max-examples", "15", "--seed", "20261122",
        "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
        "--workers", "2", "--request-timeout", "20", "--no-color",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=400)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
