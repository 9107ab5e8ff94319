"""A development process listens on this machine only."""

from __future__ import annotations

import pytest

from chassis.runtime.settings import SettingsError, read_settings
from outlay.settings import HomeSettings


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "outlay.example.com"])
def test_development_listens_on_this_machine_alone(host: str) -> None:
    with pytest.raises(SettingsError, match=r"OUTLAY_HOST: .* listens on this machine only"):
        read_settings(HomeSettings, {"OUTLAY_ENV": "development", "OUTLAY_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_development_takes_each_name_of_this_machine(host: str) -> None:
    assert read_settings(HomeSettings, {"OUTLAY_ENV": "development", "OUTLAY_HOST": host}).host == host
