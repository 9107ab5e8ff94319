"""The cost of operations on Cloudant, which bills each request: measured, and compared with the table in the README."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from support.cloudant_auth import MARIA, Auth, Person, decrypted_token, secret_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from testing.servers.couch_door import Door

README = Path(__file__).parents[2] / "services/auth/README.md"


def test_each_operation_costs_what_the_readme_states(auth: Auth, door: Door) -> None:
    measured: dict[str, dict[str, int]] = {}

    def costs(what: str, act: Callable[[], Any]) -> Any:
        door.counted()
        result = act()
        measured[what] = door.counted()
        return result

    auth.call("GET", "/users/me", token=auth.token(auth.sign_up(email="a@example.org")))  # from here on the signing keys are known
    auth.made.service.outbox.mark_sent([event.id for event in auth.made.service.outbox.claim(10)])
    me = Person(auth, costs("sign up", auth.sign_up))
    costs("sign in", lambda: auth.call("POST", "/session", json=me.credentials))
    costs("token exchange, for a session", lambda: auth.token(me.secret))
    costs("read the account", lambda: me.call("GET", "/users/me"))
    costs("change the profile", lambda: me.call("PATCH", "/users/me", headers={"If-Match": '"1"'}, json={"name": "Mary"}))
    costs("read a session", lambda: me.call("GET", "/session"))
    costs("list sessions", lambda: me.call("GET", "/users/me/sessions"))
    made = costs(
        "create an access token",
        lambda: me.call(
            "POST", "/users/me/tokens", json={"name": "a", "scopes": ["read"], "current_password": "violet umbrella kitchen"}
        ),
    ).json()
    auth.token(made["token"])  # notes its first use
    costs("token exchange, for an access token", lambda: auth.token(made["token"]))
    costs("revoke an access token", lambda: me.call("DELETE", f"/users/me/tokens/{made['id']}"))
    link = auth.mailed("user.verification_requested")
    costs("verify an address", lambda: auth.call("PUT", f"/email-verifications/{link}"))
    auth.mailed("user.changed")
    costs("request a password reset", lambda: auth.call("POST", "/password-resets", json={"email": MARIA["email"]}))
    stranger = {"email": "nobody@example.org"}
    costs("request a password reset for an unknown address", lambda: auth.call("POST", "/password-resets", json=stranger))
    events = costs("relay: lease a document's events", lambda: auth.made.service.outbox.claim(10))
    costs("relay: remove published events", lambda: auth.made.service.outbox.mark_sent([event.id for event in events]))
    costs("relay: find nothing", lambda: auth.made.service.outbox.claim(10))
    link = decrypted_token(events[-1])
    new = {"password": "seven paper lanterns"}
    costs("reset the password", lambda: auth.call("PUT", f"/password-resets/{link}", json=new))
    me = Person(auth, secret_in(auth.call("POST", "/session", json={**me.credentials, **new})), **new)
    change = {"current_password": new["password"], "new_password": MARIA["password"]}
    costs("change the password", lambda: me.call("POST", "/users/me/password", json=change))
    address = {"email": "new@example.org", "current_password": MARIA["password"]}
    costs("change the address", lambda: me.call("PATCH", "/users/me", headers={"If-Match": '"3"'}, json=address))
    link = auth.mailed("user.verification_requested")
    costs("verify a changed address", lambda: auth.call("PUT", f"/email-verifications/{link}"))
    other = Person(
        auth,
        secret_in(
            auth.call("POST", "/session", json={**me.credentials, "email": "new@example.org", "password": MARIA["password"]})
        ),
    )
    costs("sign out", lambda: me.call("DELETE", "/session"))
    costs(
        "delete the account",
        lambda: other.call("DELETE", "/users/me", headers={"X-Current-Password": "violet%20umbrella%20kitchen"}),
    )
    assert measured == table_of_costs()


def table_of_costs() -> dict[str, dict[str, int]]:
    """Return the table in the README: operation -> what it costs, without zeros."""
    rows = re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \|$", README.read_text("utf-8"), flags=re.MULTILINE)
    kinds = ("read", "write", "query")
    return {
        name.strip(): {kind: int(number) for kind, number in sorted(zip(kinds, numbers, strict=True)) if number != "0"}
        for name, *numbers in rows
    }
