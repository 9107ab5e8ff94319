"""One click stops a kind of mail (RFC 8058); looking at the link stops nothing."""

from __future__ import annotations

from typing import Any

import pytest

from support.asgi import call
from support.notifier_world import ADDRESS, OTHER, USER, VAULT, Built, Scripted, sealed_address, sealed_token

CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def built(tmp_path):
    built = Built(tmp_path / "notifier", mailer=Scripted()).knows().knows(OTHER)
    built.tell("budget.exceeded")
    built.sender.send_due()
    yield built
    built.service.close()


def path_of(built: Built) -> str:
    address = built.mailer.sent[0].unsubscribe
    assert address.startswith("https://outlay.example/api/v1/unsubscribe/")
    return str(address.removeprefix("https://outlay.example/api/v1"))


def ask(built: Built, method: str, path: str, **options: Any) -> Any:
    return call(built.service.web, method, path, **options)


def kinds(built: Built, user: str = USER) -> dict[str, bool]:
    answer = built.call("GET", "/alerts/preferences", user=user).json()
    return {kind: channels["mail"] for kind, channels in answer["kinds"].items()}


@pytest.mark.parametrize("form", [{"data": CLICK}, {"files": {name: (None, value) for name, value in CLICK.items()}}])
def test_one_click_stops_mails_of_that_kind_and_no_others(built, form) -> None:
    answer = ask(built, "POST", path_of(built), **form)
    assert (answer.status_code, answer.json()) == (200, {"kind": "budget.exceeded"})
    assert kinds(built) == {"budget.exceeded": False, "budget.near": False, "import.completed": True}
    assert kinds(built, OTHER)["budget.exceeded"]
    built.tell("budget.exceeded", crossing_id=OTHER)
    built.sender.send_due()
    assert len(built.mailer.sent) == 1
    assert len(built.alerts()) == 2, "the app goes on telling"


def test_a_second_click_changes_nothing(built) -> None:
    for _click in range(2):
        assert ask(built, "POST", path_of(built), data=CLICK).status_code == 200
    assert built.call("GET", "/alerts/preferences").json()["version"] == 1


def test_the_link_keeps_what_was_chosen_meanwhile_and_can_be_taken_back(built) -> None:
    built.wants(near=(False, True))
    ask(built, "POST", path_of(built), data=CLICK)
    assert kinds(built) == {"budget.exceeded": False, "budget.near": True, "import.completed": True}
    built.wants()
    assert kinds(built)["budget.exceeded"]


def test_looking_at_the_link_leads_to_a_page_and_stops_nothing(built) -> None:
    path = path_of(built)
    for method in ("GET", "HEAD"):
        answer = ask(built, method, path)
        assert answer.status_code == 303
        assert answer.headers["location"] == f"https://outlay.example/unsubscribe#token={path.split('/')[-1]}&kind=budget.exceeded"
    assert kinds(built)["budget.exceeded"]


@pytest.mark.parametrize("form", [{"data": {"List-Unsubscribe": "Maybe"}}, {"data": {"other": "x"}}, {"data": {}}, {"json": CLICK}])
def test_a_post_that_is_no_click_stops_nothing(built, form) -> None:
    answer = ask(built, "POST", path_of(built), **form)
    assert answer.status_code in (400, 415)
    assert answer.headers["content-type"] == "application/problem+json"
    assert kinds(built)["budget.exceeded"]


def link(text: str, place: str = "unsubscribe") -> str:
    return VAULT.encrypt(text, place)


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "v1.00000000.AAAA",
        sealed_address(ADDRESS),
        link(f"verify {USER} budget.exceeded"),
        link(f"unsubscribe {USER} everything"),
        link(f"unsubscribe {USER}"),
        link(f"unsubscribe {USER} budget.exceeded", f"email:{USER}"),
    ],
    ids=["no token", "another key", "an address", "another purpose", "no such kind", "no kind", "another place"],
)
def test_a_link_that_is_none_of_ours_stops_nothing(built, token) -> None:
    answer = ask(built, "POST", f"/unsubscribe/{token}", data=CLICK)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/unknown-link")
    assert ask(built, "GET", f"/unsubscribe/{token}").headers["location"] == f"https://outlay.example/unsubscribe#token={token}"
    assert kinds(built)["budget.exceeded"]


def test_who_left_does_not_come_back_as_preferences(built) -> None:
    path = path_of(built)
    built.tell("user.deleted")
    assert ask(built, "POST", path, data=CLICK).status_code == 200
    assert built.call("GET", "/alerts/preferences").json()["version"] == 0


def test_a_letter_has_no_such_link_and_an_alert_shows_it_in_both_texts(built) -> None:
    built.tell("user.verification_requested", email=sealed_address(ADDRESS), token=sealed_token("t"))
    built.sender.send_due()
    alert, letter = built.mailer.sent
    assert (letter.unsubscribe, "unsubscribe" in letter.text) == ("", False)
    for text in (alert.text, alert.html.replace("&amp;", "&")):
        assert "https://outlay.example/unsubscribe#token=v2." in text
        assert "kind=budget.exceeded" in text
