"""One click turns off a kind of email (RFC 8058); opening the link changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from support.asgi import call
from support.notifier_events import ADDRESS, ENCRYPTOR, OTHER, USER, encrypted_address, encrypted_token
from support.notifier_world import RunningNotifier, ScriptedMailer

CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def notifier(tmp_path):
    notifier = RunningNotifier(tmp_path / "notifier", mailer=ScriptedMailer()).knows().knows(OTHER)
    notifier.tell("budget.exceeded")
    notifier.sender.send_due()
    yield notifier
    notifier.service.close()


def path_of(notifier: RunningNotifier) -> str:
    address = notifier.mailer.sent[0].unsubscribe
    assert address.startswith("https://outlay.example/api/v1/unsubscribe/")
    return str(address.removeprefix("https://outlay.example/api/v1"))


def ask(notifier: RunningNotifier, method: str, path: str, **options: Any) -> Any:
    return call(notifier.service.web, method, path, **options)


def kinds(notifier: RunningNotifier, user: str = USER) -> dict[str, bool]:
    answer = notifier.call("GET", "/alerts/preferences", user=user).json()
    return {kind: channels["mail"] for kind, channels in answer["kinds"].items()}


@pytest.mark.parametrize("form", [{"data": CLICK}, {"files": {name: (None, value) for name, value in CLICK.items()}}])
def test_one_click_turns_off_emails_of_that_kind_only(notifier, form) -> None:
    answer = ask(notifier, "POST", path_of(notifier), **form)
    assert (answer.status_code, answer.json()) == (200, {"kind": "budget.exceeded"})
    assert kinds(notifier) == {"budget.exceeded": False, "budget.near": False, "import.completed": True}
    assert kinds(notifier, OTHER)["budget.exceeded"]
    notifier.tell("budget.exceeded", crossing_id=OTHER)
    notifier.sender.send_due()
    assert len(notifier.mailer.sent) == 1
    assert len(notifier.alerts()) == 2, "the app goes on telling"


def test_a_second_click_changes_nothing(notifier) -> None:
    for _click in range(2):
        assert ask(notifier, "POST", path_of(notifier), data=CLICK).status_code == 200
    assert notifier.call("GET", "/alerts/preferences").json()["version"] == 1


def test_unsubscribing_keeps_other_choices_and_can_be_reversed(notifier) -> None:
    notifier.wants(near=(False, True))
    ask(notifier, "POST", path_of(notifier), data=CLICK)
    assert kinds(notifier) == {"budget.exceeded": False, "budget.near": True, "import.completed": True}
    notifier.wants()
    assert kinds(notifier)["budget.exceeded"]


def test_opening_the_link_shows_a_page_and_changes_nothing(notifier) -> None:
    path = path_of(notifier)
    for method in ("GET", "HEAD"):
        answer = ask(notifier, method, path)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"https://outlay.example/unsubscribe#token={path.split('/')[-1]}&kind=budget.exceeded"
    assert kinds(notifier)["budget.exceeded"]


@pytest.mark.parametrize("form", [{"data": {"List-Unsubscribe": "Maybe"}}, {"data": {"other": "x"}}, {"data": {}}, {"json": CLICK}])
def test_a_post_that_is_not_one_click_changes_nothing(notifier, form) -> None:
    answer = ask(notifier, "POST", path_of(notifier), **form)
    assert answer.status_code in (400, 415)
    assert answer.headers["content-type"] == "application/problem+json"
    assert kinds(notifier)["budget.exceeded"]


def link(text: str, place: str = "unsubscribe") -> str:
    return ENCRYPTOR.encrypt(text, place)


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "v1.00000000.AAAA",
        encrypted_address(ADDRESS),
        link(f"verify {USER} budget.exceeded"),
        link(f"unsubscribe {USER} everything"),
        link(f"unsubscribe {USER}"),
        link(f"unsubscribe {USER} budget.exceeded", f"email:{USER}"),
    ],
    ids=["no token", "another key", "an address", "another purpose", "no such kind", "no kind", "another place"],
)
def test_an_unknown_link_changes_nothing(notifier, token) -> None:
    answer = ask(notifier, "POST", f"/unsubscribe/{token}", data=CLICK)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-link")
    assert ask(notifier, "GET", f"/unsubscribe/{token}").headers["location"] == f"https://outlay.example/unsubscribe#token={token}"
    assert kinds(notifier)["budget.exceeded"]


def test_a_deleted_account_does_not_return_as_preferences(notifier) -> None:
    path = path_of(notifier)
    notifier.tell("user.deleted")
    assert ask(notifier, "POST", path, data=CLICK).status_code == 200
    assert notifier.call("GET", "/alerts/preferences").json()["version"] == 0


def test_alerts_have_an_unsubscribe_link_and_account_emails_do_not(notifier) -> None:
    notifier.tell("user.verification_requested", email=encrypted_address(ADDRESS), token=encrypted_token("t"))
    notifier.sender.send_due()
    alert, letter = notifier.mailer.sent
    assert (letter.unsubscribe, "unsubscribe" in letter.text) == ("", False)
    for text in (alert.text, alert.html.replace("&amp;", "&")):
        assert "https://outlay.example/unsubscribe#token=v2." in text
        assert "kind=budget.exceeded" in text
