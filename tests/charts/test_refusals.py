"""What cannot be is refused while it is rendered, with a sentence that says what to set, and all of it at once."""

from __future__ import annotations

from functools import cache

import pytest

from charts.refusal_cases import CASES, SCENARIOS
from testing.servers.helm import SERVICE, SUITE, refused, template, values_of


@cache
def said_of(group: str) -> str:
    changes = [change for other, changes, _ in CASES.values() if other == group for change in changes]
    return refused("-f", values_of(SCENARIOS.get(group, "minimal")), *[word for change in changes for word in ("--set", change)])


@pytest.mark.parametrize("case", CASES)
def test_it_is_refused_with_a_sentence_that_says_what_to_set(case: str) -> None:
    group, _, sentences = CASES[case]
    for sentence in sentences:
        assert sentence in said_of(group)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    said = refused(chart=SUITE)
    for sentence in (
        "global.url is missing",
        "no Secret is named",
        "auth: AUTH_STORE is missing",
        "expenses: EXPENSES_DB is missing",
        "expenses: RECEIPTS is missing",
        "budgets: BUDGETS_DB is missing",
        "notifier: NOTIFIER_MAIL is missing",
        "gateway: OUTLAY_BUS is missing",
    ):
        assert sentence in said
    assert "home:" not in said


def test_the_suite_can_do_without_the_assistant() -> None:
    without = "assistant.enabled=false,gateway.settings.ASSISTANT_URL=null"
    answer = template(SUITE, "-f", values_of("minimal"), "--set", without)
    assert answer.returncode == 0, answer.stderr
    assert "outlay-assistant" not in answer.stdout


def test_a_service_by_itself_says_it_too() -> None:
    assert "it: it.image.repository is missing" in refused("--set", "nameOverride=it", chart=SERVICE)


def test_no_password_stands_in_what_is_said() -> None:
    said = refused("-f", values_of("inline"), "--set", "budgets.settings.BUDGETS_DB=mysql+pymysql://a:hunter2@c/d,global.url=")
    assert "hunter2" not in said


def test_what_is_bound_by_a_platform_needs_no_other_secret() -> None:
    answer = template(
        SUITE, "-f", values_of("minimal"), "--set", "budgets.existingSecret=null,budgets.secretKeys=null,budgets.bindings={db}"
    )
    assert answer.returncode == 0, answer.stderr
    assert "mountPath: /run/outlay/bindings/db" in answer.stdout
