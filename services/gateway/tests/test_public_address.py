"""The addresses at which a gateway may be asked."""

from __future__ import annotations

import pytest

from gateway.addresses import Addresses, WrongHostError

HOSTS = {
    "https://outlay.test": (
        ["outlay.test", "OUTLAY.test", "outlay.test:443", "outlay.test."],
        ["localhost", "127.0.0.1:8000", "outlay.test:80"],
    ),
    "http://127.0.0.1:8000": (
        ["127.0.0.1:8000", "localhost:9000", "[::1]:8000"],
        ["outlay.test", "127.0.0.1.evil.test:8000", "10.0.0.1"],
    ),
    "http://outlay.test:8080": (["outlay.test:8080"], ["outlay.test", "outlay.test:8081"]),
}
STRANGE = [
    "",
    "evil.test",
    "a@outlay.test",
    "outlay.test:x",
    "outlay.test/",
    "outlay.test, evil.test",
    "[::1",
    "127.0.0.1@evil.test",
]


@pytest.mark.parametrize("url", HOSTS)
def test_only_the_public_address_is_accepted_as_host(url: str) -> None:
    own, (right, wrong) = Addresses(url), HOSTS[url]
    for host in right:
        own.check_host(host)
    for host in (*wrong, *STRANGE):
        with pytest.raises(WrongHostError):
            own.check_host(host)


def test_in_development_names_of_this_machine_are_accepted() -> None:
    own = Addresses("https://outlay.test", development=True)
    own.check_host("localhost:5173")
    assert own.is_own("http://localhost:5173", "localhost:5173")
    assert not own.is_own("http://localhost:3000", "localhost:5173")
    with pytest.raises(WrongHostError):
        own.check_host("evil.test:8000")
