"""The text of alerts and emails, with money and dates in the reader's locale."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import UndefinedError

from notifier.delivery.model import Mail
from notifier.wording.texts import Texts
from support.notifier_events import NOON, an_event

TEXTS = Texts(url="https://outlay.example/")
KINDS = {
    "budget.exceeded": "budget.exceeded",
    "budget.near": "budget.near",
    "import.completed": "import.completed",
    "user.verification_requested": "verify_email",
    "user.password_reset_requested": "password_reset",
}
ISOLATES = str.maketrans("", "", "\u2066\u2067\u2068\u2069\u200f")


def money(amount: str, currency: str) -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def exceeded(limit: str, spent: str, tipped: str, currency: str, **more: Any) -> dict[str, Any]:
    facts = dict(an_event("budget.exceeded").data)
    expense = {**facts["expense"], "amount": money(tipped, currency), "home_amount": money(tipped, currency)}
    return facts | {"limit": money(limit, currency), "spent": money(spent, currency), "expense": expense} | more


def mail(kind: str, facts: Any, *, locale: str = "en-US", name: str = "Maria", now: datetime = NOON) -> Any:
    return TEXTS.mail(Mail("m", "u", "e", kind, facts, now), name=name, locale=locale, token="t", unsubscribe_token="s", now=now)


SNAPSHOTS = {
    "en-US": (
        exceeded("200.00", "1208.25", "11.32", "USD"),
        "Groceries is over budget: $1,208.25 of $200.00",
        "$1,008.25 over",
        "Onion Market, $11.32 on January 24, 2015.",
        "from January 1, 2015 to January 31, 2015.",
    ),
    "de-DE": (
        exceeded("200.00", "1208.25", "11.32", "EUR"),
        "Groceries is over budget: 1.208,25\xa0€ of 200,00\xa0€",
        "1.008,25\xa0€ over",
        "Onion Market, 11,32\xa0€ on 24. Januar 2015.",
        "from 1. Januar 2015 to 31. Januar 2015.",
    ),
    "ja-JP": (
        exceeded("20000", "20825", "1132", "JPY"),
        "Groceries is over budget: ￥20,825 of ￥20,000",
        "￥825 over",
        "Onion Market, ￥1,132 on 2015年1月24日.",
        "from 2015年1月1日 to 2015年1月31日.",
    ),
    "ar": (
        exceeded("200.000", "208.250", "11.320", "KWD"),
        "Groceries is over budget: 208.250\xa0د.ك. of 200.000\xa0د.ك.",
        "8.250\xa0د.ك. over",
        "Onion Market, 11.320\xa0د.ك. on 24 يناير 2015.",
        "from 1 يناير 2015 to 31 يناير 2015.",
    ),
    # babel knows no Klingon; and CLDR gives the dinar no decimals, where ISO 4217 gives it three.
    "tlh": (
        exceeded("200.000", "208.250", "11.320", "IQD"),
        "Groceries is over budget: IQD208.250 of IQD200.000",
        "IQD8.250 over",
        "Onion Market, IQD11.320 on January 24, 2015.",
        "from January 1, 2015 to January 31, 2015.",
    ),
}


@pytest.mark.parametrize("locale", SNAPSHOTS)
def test_money_and_dates_follow_the_readers_locale(locale) -> None:
    facts, subject, *sentences = SNAPSHOTS[locale]
    written = mail("budget.exceeded", facts, locale=locale)
    assert written.subject.translate(ISOLATES) == subject
    for sentence in sentences:
        assert sentence in written.text.translate(ISOLATES)
    for amount in (part for part in subject.partition(": ")[2].split(" of ")):
        assert amount in written.html.translate(ISOLATES).replace("&nbsp;", "\xa0")


@pytest.mark.parametrize(
    ("kind", "more", "subject", "sentence"),
    [
        (
            "budget.exceeded",
            {},
            "Groceries went over budget on January 30, 2015: $208.25 of $200.00",
            "On January 30, 2015, Groceries went over budget: you had spent $208.25 of $200.00, $8.25 over.",
        ),
        (
            "budget.near",
            {},
            "Groceries reached 80% of its limit on January 30, 2015: ",
            "On January 30, 2015, Groceries reached 80% of its limit: ",
        ),
        ("import.completed", {}, " was imported: ", " were imported on January 30, 2015.\n"),
    ],
)
def test_a_held_email_names_the_day_of_its_figures(kind, more, subject, sentence) -> None:
    held = Mail("m", "u", "e", kind, dict(an_event(kind).data) | more, NOON, held_at=NOON)
    written = TEXTS.mail(
        held, name="Maria", locale="en-US", token="", unsubscribe_token="s", now=NOON, figures_of=date(2015, 1, 30)
    )
    assert subject in written.subject.translate(ISOLATES)
    assert sentence in written.text.translate(ISOLATES)
    for text in (written.text, written.html):
        assert "This email was held until you confirmed your address." in text
        assert " on January 30, 2015" in text.translate(ISOLATES).replace("<bdi>", "").replace("On ", " on ")


def test_the_whole_email_in_plain_text() -> None:
    assert mail("budget.exceeded", an_event("budget.exceeded").data).text == (
        "Hello Maria,\n\n"
        "Groceries is over budget: you have spent $208.25 of $200.00, $8.25 over.\n\n"
        "Pushed over by Onion Market, $11.32 on January 24, 2015.\n\n"
        "This covers spending from January 1, 2015 to January 31, 2015.\n\n"
        "View budget: https://outlay.example/budgets\n\n"
        "-- \n"
        "You get this email because of your notification settings.\n"
        "Change your notifications: https://outlay.example/settings\n"
        "Unsubscribe from emails of this kind: https://outlay.example/unsubscribe#token=s&kind=budget.exceeded"
    )


def test_near_says_how_much_is_left() -> None:
    written = mail("budget.near", an_event("budget.near").data, locale="de-DE")
    assert written.subject == "Groceries has reached 80\xa0% of its limit: 163,10\xa0$ of 200,00\xa0$"
    assert "with 36,90\xa0$ left" in written.text
    assert "Reached with Onion Market" in written.text


def test_an_expense_without_payee_is_called_an_expense() -> None:
    facts = exceeded("1.00", "2.00", "1.00", "EUR")
    facts["expense"]["payee"] = ""
    assert "Pushed over by an expense of €1.00 on January 24, 2015." in mail("budget.exceeded", facts).text
    assert "an expense" in mail("budget.exceeded", facts).html


def test_an_expense_in_another_currency_is_shown_in_both() -> None:
    facts = exceeded("1.00", "2.00", "1.00", "EUR")
    facts["expense"]["amount"] = money("164", "JPY")
    assert "Onion Market, ¥164 (€1.00) on" in mail("budget.exceeded", facts).text
    assert "¥164</bdi> (<bdi>€1.00</bdi>)" in mail("budget.exceeded", facts).html


@pytest.mark.parametrize("kind", ["budget.exceeded", "budget.near"])
def test_without_an_expense_it_says_that_the_limit_was_lowered(kind) -> None:
    facts = {**an_event(kind).data, "expense": None}
    assert "the limit was lowered" in mail(kind, facts).text
    assert "the limit was lowered" in mail(kind, facts).html
    assert "the limit was lowered" in TEXTS.alert(kind, facts, locale="en-US").body


NASTY = [
    "Food\r\nBcc: everybody@example.com",
    "Food\nX-Evil: 1\n\nbody",
    "Food\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029more",
    "Food\x00\x08",
    "\u202eFood\u2066",
]


@pytest.mark.parametrize("name", NASTY)
def test_names_can_neither_break_nor_reorder_a_line(name) -> None:
    facts = {**an_event("budget.exceeded").data, "budget_name": name}
    facts["expense"] = {**facts["expense"], "payee": name}
    title = TEXTS.alert("budget.exceeded", facts, locale="en-US")
    written = mail("budget.exceeded", facts, name=name)
    usual = mail("budget.exceeded", an_event("budget.exceeded").data)
    for line in (title.title, title.body, written.subject):
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", line), line
    assert len(written.text.splitlines()) == len(usual.text.splitlines())


@pytest.mark.parametrize("name", ["🍕 & 🧑‍🧑‍🧒 Family", "Großeinkäufe — Übung", "食料品", "a" * 200])
def test_names_are_printed_unchanged(name) -> None:
    facts = {**an_event("budget.exceeded").data, "budget_name": name}
    assert mail("budget.exceeded", facts).subject.startswith(f"{name} is over budget")
    assert f"{name} is over budget" in mail("budget.exceeded", facts).text


def test_a_right_to_left_name_is_isolated() -> None:
    facts = {**an_event("budget.exceeded").data, "budget_name": "בקבק גג"}
    assert mail("budget.exceeded", facts).subject.startswith("\u2068בקבק גג\u2069 is over budget")


def test_names_are_escaped_in_html() -> None:
    facts = {**an_event("budget.exceeded").data, "budget_name": "<img src=x onerror=alert(1)> & {{ 7*7 }}"}
    html = mail("budget.exceeded", facts, name="<b>").html
    assert "<img" not in html
    assert "<b>" not in html
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; {{ 7*7 }}" in html


class Tags(HTMLParser):
    VOID = frozenset({"meta", "hr", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert tag not in {"img", "script", "link", "iframe"}
        assert not [value for name, value in attrs if name == "style" and "url(" in (value or "")]
        self.links += [value for name, value in attrs if name == "href"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("kind", KINDS)
def test_html_is_well_formed_loads_nothing_and_links_to_the_app_only(kind) -> None:
    written = mail(KINDS[kind], an_event(kind).data)
    tags = Tags()
    tags.feed(written.html)
    assert tags.open == []
    assert tags.links
    assert all(link.startswith("https://outlay.example/") for link in tags.links)
    assert written.html.count('content="light dark"') == 2
    assert "\n" not in written.subject
    assert tags.links[0] in written.text


def test_account_emails_say_how_long_their_link_is_valid() -> None:
    facts = an_event("user.password_reset_requested").data
    for moment, words in (
        (datetime(2015, 1, 24, 10, tzinfo=UTC), "24 hours"),
        (datetime(2015, 1, 25, 9, 30, tzinfo=UTC), "30 minutes"),
    ):
        assert f"works once and is valid for {words}." in mail("password_reset", facts, now=moment).text


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises((UndefinedError, KeyError)):
        mail("budget.exceeded", {"budget_name": "x", "limit": money("1", "EUR"), "spent": money("2", "EUR")})
    with pytest.raises((UndefinedError, KeyError)):
        mail("verify_email", {})
