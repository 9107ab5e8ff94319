"""The version that a change expects."""

from __future__ import annotations

import pytest

from chassis.runtime.problems import InvalidRequestError, VersionRequiredError
from chassis.web.request import Request


@pytest.mark.parametrize(("header", "version"), [('"3"', 3), ('W/"12"', 12), ("7", 7)])
def test_if_match_is_a_version(header, version) -> None:
    assert Request(headers={"If-Match": header}).expected_version == version


def test_a_missing_or_invalid_if_match_is_refused() -> None:
    with pytest.raises(VersionRequiredError):
        _ = Request().expected_version
    with pytest.raises(InvalidRequestError):
        _ = Request(headers={"If-Match": "*"}).expected_version
