"""The notifier's part of the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chassis.runtime.ids import uuid7
from support.notifier_events import OTHER, USER
from support.notifier_world import RunningNotifier

DEFAULTS = {
    "budget.exceeded": {"app": True, "mail": True},
    "budget.near": {"app": True, "mail": False},
    "import.completed": {"app": True, "mail": True},
}

MAIL_IS_FINE = {"state": "ok", "reason": "", "since": None}


@pytest.fixture(scope="module")
def lasting(tmp_path_factory):
    """One notifier for all tests that change nothing."""
    lasting = RunningNotifier(tmp_path_factory.mktemp("notifier")).knows()
    yield lasting
    lasting.service.close()


def an_alert(notifier, user: str = USER) -> str:
    notifier.tell("budget.exceeded", book_id=user, user_id=user, crossing_id=uuid7())
    return str(notifier.alerts(user)[0]["id"])


@pytest.fixture
def known(notifier):
    return notifier.knows().knows(OTHER)


def test_alerts_are_paged_newest_first_without_gaps_or_repeats(known) -> None:
    made = []
    for number in range(7):
        known.now += timedelta(seconds=number % 2)
        made.append(an_alert(known))
    an_alert(known, OTHER)
    seen, cursor = [], None
    while True:
        page = known.call("GET", "/alerts", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [alert["id"] for alert in page["items"]]
        assert page["unread"] == 7
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == made[::-1]


def test_unread_leaves_out_read_and_withdrawn_alerts(known) -> None:
    read, unread = an_alert(known), an_alert(known)
    known.call("PATCH", f"/alerts/{read}", json={"read": True})
    known.tell("budget.exceeded")
    known.tell("budget.recovered")
    page = known.call("GET", "/alerts", params={"unread": "true"}).json()
    assert ([alert["id"] for alert in page["items"]], page["unread"]) == ([unread], 1)
    assert len(known.alerts()) == 3


def test_the_first_time_of_reading_is_kept_until_marked_unread(known) -> None:
    alert = an_alert(known)
    first = known.call("PATCH", f"/alerts/{alert}", json={"read": True}).json()
    known.now += timedelta(hours=1)
    assert known.call("PATCH", f"/alerts/{alert}", json={"read": True}).json() == first
    assert first["read_at"] == "2015-01-24T12:00:00Z"
    assert known.call("GET", f"/alerts/{alert}").json() == first
    assert known.call("PATCH", f"/alerts/{alert}", json={"read": False}).json()["read_at"] is None


def test_times_are_the_same_before_and_after_storing(known) -> None:
    known.now = known.now.replace(microsecond=123_987)
    alert = an_alert(known)
    changed = known.call("PATCH", f"/alerts/{alert}", json={"read": True}).json()
    assert changed == known.call("GET", f"/alerts/{alert}").json()


@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_unknown_alerts_and_those_of_others_are_not_found(known, method) -> None:
    body = {"json": {"read": True}} if method == "PATCH" else {}
    theirs = an_alert(known, OTHER)
    for alert in (theirs, uuid7()):
        answer = known.call(method, f"/alerts/{alert}", **body)
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/alert-not-found")
    assert known.call("GET", f"/alerts/{theirs}", user=OTHER).json()["read_at"] is None


def test_an_alert_hidden_from_the_app_is_not_found(known) -> None:
    known.wants(exceeded=(False, True))
    known.tell("budget.exceeded")
    known.sender.send_due()
    [delivered] = known.announced()
    assert known.call("GET", f"/alerts/{delivered.data['alert_id']}").status_code == 404


def test_preferences_start_with_defaults_at_version_0(notifier) -> None:
    answer = notifier.call("GET", "/alerts/preferences")
    assert (answer.json(), answer.headers["ETag"]) == ({"kinds": DEFAULTS, "version": 0, "mail": MAIL_IS_FINE}, '"0"')


def test_preferences_are_replaced_with_the_newest_version_only(notifier) -> None:
    wish = {"kinds": {**DEFAULTS, "budget.near": {"app": False, "mail": True}}}

    def put(version: str | None, user: str = USER):
        headers = {"If-Match": version} if version else {}
        return notifier.call("PUT", "/alerts/preferences", json=wish, headers=headers, user=user)

    assert put(None).status_code == 428
    assert put('"1"').status_code == 412
    made = put('"0"')
    assert (made.status_code, made.json(), made.headers["ETag"]) == (200, {**wish, "version": 1, "mail": MAIL_IS_FINE}, '"1"')
    stale = put('"0"')
    assert (stale.status_code, stale.json()["type"]) == (412, "/problems/stale-version")
    assert "version 1" in stale.json()["detail"]
    assert put('"1"').json()["version"] == 2
    assert notifier.call("GET", "/alerts/preferences").json() == {**wish, "version": 2, "mail": MAIL_IS_FINE}
    assert notifier.call("GET", "/alerts/preferences", user=OTHER).json()["version"] == 0
    assert put("nonsense").status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"kinds": {}},
        {"kinds": {**DEFAULTS, "budget.near": {"app": True}}},
        {"kinds": {**DEFAULTS, "more": DEFAULTS}},
        {"kinds": {**DEFAULTS, "budget.near": {"app": 1, "mail": "yes"}}},
        {"kinds": DEFAULTS, "version": 1},
    ],
)
def test_invalid_preferences_are_refused_and_change_nothing(lasting, body) -> None:
    answer = lasting.call("PUT", "/alerts/preferences", json=body, headers={"If-Match": '"0"'})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert lasting.call("GET", "/alerts/preferences").json()["version"] == 0


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "cursor=abc", "cursor=YWJj.abc", "unread=maybe", "other=1", "cursor=" + "a" * 600]
)
def test_bad_queries_are_refused(lasting, query) -> None:
    answer = lasting.call("GET", f"/alerts?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")


def test_a_cursor_works_for_its_own_list_only(known) -> None:
    for _number in range(2):
        an_alert(known)
    cursor = known.call("GET", "/alerts?limit=1").json()["next_cursor"]
    assert known.call("GET", "/alerts", params={"limit": 1, "cursor": cursor}).status_code == 200
    assert known.call("GET", "/alerts", params={"limit": 1, "cursor": cursor, "unread": "true"}).status_code == 400
    assert known.call("GET", "/alerts", params={"limit": 1, "cursor": cursor}, user=OTHER).status_code == 400


@pytest.mark.parametrize("body", [None, {}, {"read": "yes"}, {"read": None}, {"read": True, "title": "mine"}])
def test_an_invalid_change_is_refused(lasting, body) -> None:
    assert lasting.call("PATCH", f"/alerts/{an_alert(lasting)}", json=body).status_code == 400


@pytest.mark.parametrize("alert_id", ["1", "..%2Fpreferences", "0190F1D2-6F0E-7C3A-9D55-0A4D2C9B7E11"])
def test_an_invalid_id_is_refused(lasting, alert_id) -> None:
    assert lasting.call("GET", f"/alerts/{alert_id}").status_code in (400, 404)


def test_a_read_only_token_changes_nothing(known) -> None:
    alert = an_alert(known)
    assert known.call("PATCH", f"/alerts/{alert}", json={"read": True}, user=f"{USER},read").status_code == 403
    assert known.call("GET", f"/alerts/{alert}", user=f"{USER},read").json()["read_at"] is None
