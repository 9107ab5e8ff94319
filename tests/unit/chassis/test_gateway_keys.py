"""The keys by which a gateway proves itself."""

from __future__ import annotations

import pytest

from chassis.security.gateway_keys import HEADER, GatewayKeys, parse_gateway_keys

OLD, NEW = "a" * 64, "b" * 64


def test_each_key_of_the_list_is_accepted_while_they_are_rotated() -> None:
    keys = GatewayKeys(parse_gateway_keys(f"{NEW}\n{OLD}\n"))
    assert keys.sent_by_gateway({HEADER: NEW})
    assert keys.sent_by_gateway({HEADER: OLD})
    assert not keys.sent_by_gateway({HEADER: "c" * 64})
    assert not keys.sent_by_gateway({})


def test_without_keys_nobody_is_a_gateway() -> None:
    assert not GatewayKeys(()).sent_by_gateway({HEADER: ""})
    assert not GatewayKeys(()).sent_by_gateway({})


@pytest.mark.parametrize("text", ["", "short", "a" * 31, "with a blank in it, and long enough to be one", "é" * 40])
def test_a_key_that_can_be_guessed_or_sent_badly_is_refused(text) -> None:
    with pytest.raises(ValueError, match="openssl rand -hex 32"):
        parse_gateway_keys(text)
