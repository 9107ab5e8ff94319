"""The credential of a request, and which requests with a cookie are refused."""

from __future__ import annotations

import pytest

from gateway.addresses import Addresses
from gateway.credentials import Credential, ForeignSiteError, credential_of, refuse_foreign_site


def test_a_script_with_a_token_needs_no_origin() -> None:
    own = Addresses("https://outlay.test")
    refuse_foreign_site("POST", {"sec-fetch-site": "cross-site"}, Credential("outlay_pat_x", from_cookie=False), own)
    with pytest.raises(ForeignSiteError):
        refuse_foreign_site("DELETE", {"sec-fetch-site": "cross-site"}, Credential("x", from_cookie=True), own)


def test_over_https_only_the_host_cookie_counts() -> None:
    assert credential_of({"cookie": "session=b; __Host-session=a"}, secure=True) == Credential("a", from_cookie=True)
    assert credential_of({"cookie": "session=b"}, secure=True) is None
    assert credential_of({"cookie": "session=b; __Host-session=a"}, secure=False) == Credential("b", from_cookie=True)


@pytest.mark.parametrize(
    "others", ["another app=1 2", "a b", 'x="un;closed', 'k[]={"a": 1}', "=", "theme", "ü=ä"], ids=lambda text: text.encode().hex()
)
def test_malformed_cookies_of_other_applications_do_not_matter(others: str) -> None:
    assert credential_of({"cookie": f"{others}; __Host-session=a; {others}"}, secure=True) == Credential("a", from_cookie=True)
