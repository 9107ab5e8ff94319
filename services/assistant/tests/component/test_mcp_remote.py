"""Access to a remote Outlay with a token, as `outlay mcp` uses it."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from starlette.responses import Response

from assistant.mcp.remote import Remote
from assistant.tools.client import new_client
from assistant.tools.model import ToolError
from outlay.in_process_client import InProcess
from support.suite import built_suite

URL, PASSWORD = "http://outlay.test", "a long enough passphrase"
NEW_YEAR = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


class Counting(InProcess):
    """Counts the requests."""

    count = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.count += 1
        return super().handle_request(request)


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory):
    transport = Counting()
    with built_suite(tmp_path_factory.mktemp("suite")) as suite:
        transport.connect(suite.web)
        yield transport
        transport.close()


@pytest.fixture(scope="module")
def browser(way):
    with httpx.Client(transport=way, base_url=f"{URL}/api/v1", headers={"Sec-Fetch-Site": "same-origin"}) as client:
        body = {
            "email": "a@outlay.example",
            "password": PASSWORD,
            "name": "A",
            "home_currency": "EUR",
            "time_zone": "Pacific/Auckland",
            "locale": "en-NZ",
        }
        assert client.post("/users", json=body).status_code == 201
        yield client


def token(browser, *scopes: str) -> str:
    body = {"name": "assistant", "scopes": list(scopes), "current_password": PASSWORD}
    return str(browser.post("/users/me/tokens", json=body).raise_for_status().json()["token"])


def remote(way, secret: str, *, write: bool = False, url: str = URL) -> Remote:
    return Remote(new_client(url, way), secret, write=write, now=lambda: NEW_YEAR)


def test_access_has_the_person_and_their_day(way, browser) -> None:
    access = remote(way, token(browser, "read"))()
    assert (access.person.currency, str(access.person.today), access.scopes) == ("EUR", "2027-01-01", {"read"})
    assert access.tools.payees() == []


@pytest.mark.parametrize(
    ("scopes", "write", "found"),
    [(["read"], True, {"read"}), (["read", "write"], False, {"read"}), (["read", "write"], True, {"read", "write"})],
)
def test_the_scopes_of_the_token_are_found_out(way, browser, scopes: list[str], write: bool, found: set[str]) -> None:
    access = remote(way, token(browser, *scopes), write=write)()
    assert access.scopes == found
    assert access.person.may_write == ("write" in found)
    assert access.tools.budgets() == []


def test_the_account_is_fetched_once(way, browser) -> None:
    opening = remote(way, token(browser, "read", "write"), write=True)
    opening()
    before = way.count
    for _ in range(3):
        opening()
    assert way.count == before


def test_a_token_that_may_not_read_is_reported(way, browser) -> None:
    with pytest.raises(ToolError, match="This access token may not read"):
        remote(way, token(browser, "write"), write=True)()


def test_an_unknown_token_is_reported(way) -> None:
    with pytest.raises(ToolError, match="unknown, expired or revoked"):
        remote(way, "outlay_pat_unknown")()


def test_an_address_without_outlay_is_reported() -> None:
    elsewhere = InProcess()
    elsewhere.connect(Response(status_code=404))
    with pytest.raises(ToolError, match="There is no Outlay at this address"):
        remote(elsewhere, "outlay_pat_x")()
    elsewhere.close()
