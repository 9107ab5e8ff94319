"""What two readers could take for two different things, and a development process that others could reach, is refused."""

from __future__ import annotations

import pytest

from chassis.runtime.problems import InvalidRequestError
from chassis.runtime.settings import SettingsError, read_settings
from chassis.web.json_body import parse_json
from expenses.errors import InvalidMappingError
from expenses.imports.readers.mapping import read_mapping
from outlay.settings import HomeSettings


@pytest.mark.parametrize("body", ['{"a": 1, "a": 2}', '[{"b": {"a": 1, "\\u0061": 1}}]'])
def test_a_body_that_names_a_key_twice_is_refused(body: str) -> None:
    with pytest.raises(InvalidRequestError, match="the key 'a' appears twice"):
        parse_json(body.encode())


@pytest.mark.parametrize("text", ['{"decimal": ".", "decimal": ","}', '{"columns": {"amount": 1, "amount": 2}}'])
def test_a_mapping_that_names_a_key_twice_is_refused(text: str) -> None:
    with pytest.raises(InvalidMappingError):
        read_mapping(text)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "outlay.example.com"])
def test_development_listens_on_this_machine_alone(host: str) -> None:
    with pytest.raises(SettingsError, match=r"OUTLAY_HOST: .* listens on this machine only"):
        read_settings(HomeSettings, {"OUTLAY_ENV": "development", "OUTLAY_HOST": host})


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_development_takes_each_name_of_this_machine(host: str) -> None:
    assert read_settings(HomeSettings, {"OUTLAY_ENV": "development", "OUTLAY_HOST": host}).host == host
