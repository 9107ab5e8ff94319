"""Settings are read and validated together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from chassis.runtime.settings import CommonSettings, SettingsError, read_settings, setting, whole_number

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SomeSettings(CommonSettings):
    port: int = setting("SOME_PORT", "a port", parse=whole_number(1, 65535))
    secret: str = setting("SOME_SECRET", "a secret")


def test_all_problems_of_the_settings_are_reported_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(SomeSettings, {"SOME_PORT": "99999", "OUTLAY_ENV": "prod"})
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["OUTLAY_ENV", "SOME_PORT", "SOME_SECRET"]


def test_a_secret_can_be_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    assert read_settings(SomeSettings, {"SOME_PORT": "1", "SOME_SECRET_FILE": str(tmp_path / "secret")}).secret == "hush"


@pytest.mark.parametrize("environ", [{}, {"OUTLAY_ENV": "production"}])
def test_a_set_clock_is_refused_outside_development(environ) -> None:
    with pytest.raises(SettingsError, match="refused outside development"):
        read_settings(CommonSettings, {"OUTLAY_CLOCK": "2015-01-24T12:00:00Z", **environ})


@pytest.mark.parametrize("clock", ["yesterday", "2015-01-24T12:00:00", "file:/nowhere/at/all"])
def test_a_clock_that_cannot_be_read_is_refused(clock) -> None:
    with pytest.raises(SettingsError, match="OUTLAY_CLOCK"):
        read_settings(CommonSettings, {"OUTLAY_CLOCK": clock, "OUTLAY_ENV": "development"})
