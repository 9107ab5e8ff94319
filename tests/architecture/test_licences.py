"""Nothing ships under the GPL or AGPL, and the page that lists all licences is up to date."""

from __future__ import annotations

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
is_refused = runpy.run_path(str(ROOT / "release/licences.py"))["is_refused"]


@pytest.mark.skipif(sys.version_info[:2] != (3, 11), reason="the images run Python 3.11")
def test_the_page_lists_what_ships_and_nothing_is_refused() -> None:
    command = [sys.executable, ROOT / "release/licences.py", "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "licence", ["", "GPL-3.0", "GPL-2.0-or-later", "AGPL-3.0", "GNU General Public License v3", "MIT AND GPL-2.0"]
)
def test_a_licence_that_binds_all_of_outlay_is_refused(licence: str) -> None:
    assert is_refused(licence)


@pytest.mark.parametrize("licence", ["MIT", "LGPL-3.0", "GPL-2.0 OR MIT", "GNU Lesser General Public License v3", "MPL-2.0"])
def test_other_licences_are_accepted(licence: str) -> None:
    assert not is_refused(licence)
