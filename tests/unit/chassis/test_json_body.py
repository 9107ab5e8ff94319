"""Bodies that two parsers could read differently are refused."""

from __future__ import annotations

import pytest

from chassis.runtime.problems import InvalidRequestError
from chassis.web.json_body import parse_json


@pytest.mark.parametrize("body", ['{"a": 1, "a": 2}', '[{"b": {"a": 1, "\\u0061": 1}}]'])
def test_a_body_that_names_a_key_twice_is_refused(body: str) -> None:
    with pytest.raises(InvalidRequestError, match="the key 'a' appears twice"):
        parse_json(body.encode())
