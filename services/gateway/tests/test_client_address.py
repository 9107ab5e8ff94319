"""The client's address behind proxies, which rate limits count for."""

from __future__ import annotations

import pytest

from gateway.client_address import client_address

CASES = [
    # (proxies, X-Forwarded-For, who it is)
    (0, [], "10.0.0.1"),
    (0, ["6.6.6.6"], "10.0.0.1"),  # nobody is trusted
    (1, [], "10.0.0.1"),  # past the proxy, from within
    (1, ["203.0.113.7"], "203.0.113.7"),
    (1, ["6.6.6.6, 203.0.113.7"], "203.0.113.7"),  # the sender wrote the first
    (1, ["6.6.6.6", "203.0.113.7"], "203.0.113.7"),
    (2, ["6.6.6.6, 203.0.113.7, 10.9.9.9"], "203.0.113.7"),
    (2, ["203.0.113.7"], "203.0.113.7"),  # one of them adds nothing
    (1, ["2001:db8::7"], "2001:db8::7"),
    (1, ["unknown"], "10.0.0.1"),
    (1, ["a\r\nX-Other: b"], "10.0.0.1"),
]


@pytest.mark.parametrize(("proxies", "forwarded", "client"), CASES)
def test_the_client_is_the_last_address_that_our_proxies_saw(proxies: int, forwarded: list[str], client: str) -> None:
    assert client_address("10.0.0.1", forwarded, proxies=proxies) == client
