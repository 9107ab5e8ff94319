"""Words for alerts and mails, from the templates in `mails/<kind>/`: the one room that knows Jinja."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from money import Money
from notifier.adapters.names import fit_name, greeting_name, unlinked_file_name, unlinked_name
from notifier.adapters.voice import Voice, duration
from notifier.domain.mails import LetterKind, Mail
from notifier.domain.ports import AlertText, MailText
from notifier.domain.preferences import AlertKind

_Fit = Callable[[str], str]
_PATHS: dict[str, str] = {LetterKind.VERIFY_EMAIL: "verify-email", LetterKind.PASSWORD_RESET: "reset-password"}
_FORGOT = "forgot"


class JinjaTexts:
    """The port Texts. Each mail has one folder with all of its wording; what stands in it is localised before."""

    def __init__(self, *, url: str) -> None:
        """`url` is where people reach the app."""
        self._url = url.rstrip("/")
        self._templates = Environment(
            loader=PackageLoader("notifier", "mails"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def alert(self, kind: str, facts: Mapping[str, Any], *, locale: str) -> AlertText:
        """Word an alert in plain text."""
        values = _values(kind, facts, Voice(locale), fit_name, fit_name)
        return AlertText(title=self._line(kind, "title.txt", values), body=self._line(kind, "alert.txt", values))

    def mail(
        self, mail: Mail, *, name: str, locale: str, token: str, stop_token: str, now: datetime, late_of: date | None = None
    ) -> MailText:
        """Word a mail. `token` is in clear, and `stop_token` the key to turning its kind off; each is empty where there is none.

        `late_of` is the day of its figures, if it had to wait.
        """
        values = _values(mail.kind, mail.facts, Voice(locale), unlinked_name, unlinked_file_name)
        values["late_of"] = Voice(locale).day(late_of.isoformat()) if late_of else ""
        values |= {"name": greeting_name(name), "url": self._url, "link": self._link(mail.kind, token)}
        if mail.expires_at:
            values["lasts"] = duration(mail.expires_at - now)
        if stop_token:
            values["stop"] = f"{self._url}/unsubscribe#{urlencode({'token': stop_token, 'kind': mail.kind})}"
        return MailText(
            subject=self._line(mail.kind, "subject.txt", values),
            text=self._render(mail.kind, "body.txt", values),
            html=self._render(mail.kind, "body.html", values),
            unsubscribe=self._one_click(stop_token),
        )

    def _link(self, kind: str, token: str) -> str:
        if kind == LetterKind.EMAIL_CHANGE:
            return f"{self._url}/{_FORGOT}"
        if kind in _PATHS:
            return f"{self._url}/{_PATHS[kind]}#token={quote(token, safe='')}"
        return f"{self._url}/expenses" if kind == AlertKind.IMPORTED else f"{self._url}/budgets"

    def _one_click(self, stop_token: str) -> str:
        # RFC 8058 has it for https alone.
        return f"{self._url}/api/v1/unsubscribe/{stop_token}" if stop_token and self._url.startswith("https://") else ""

    def _render(self, kind: str, part: str, values: Mapping[str, Any]) -> str:
        return self._templates.get_template(f"{kind.replace('.', '_')}/{part}").render(values)

    def _line(self, kind: str, part: str, values: Mapping[str, Any]) -> str:
        return " ".join(self._render(kind, part, values).split("\n")).strip()


def _values(kind: str, facts: Mapping[str, Any], voice: Voice, fit: _Fit, fit_file: _Fit) -> dict[str, Any]:
    """Return what the templates of a kind may say; `fit` makes what people typed fit to stand there, `fit_file` names of files."""
    if kind in tuple(LetterKind):
        return {}
    if kind == AlertKind.IMPORTED:
        return {**_import_values(facts, voice, fit), "file": fit_file(facts["filename"])}
    return _budget_values(facts, voice, fit)


def _budget_values(facts: Mapping[str, Any], voice: Voice, fit: _Fit) -> dict[str, Any]:
    over = Money.from_wire(facts["spent"]) - Money.from_wire(facts["limit"])
    return {
        "budget": fit(facts["budget_name"]),
        "limit": voice.money(facts["limit"]),
        "spent": voice.money(facts["spent"]),
        "over": voice.money(over.to_wire()),
        "left": voice.money((-over).to_wire()),
        "threshold": voice.percent(facts["threshold"]),
        "first": voice.day(facts["period"]["from"]),
        "last": voice.day(facts["period"]["to"]),
        "expense": _expense_values(facts["expense"], voice, fit) if facts["expense"] else None,
    }


def _expense_values(expense: Mapping[str, Any], voice: Voice, fit: _Fit) -> dict[str, Any]:
    foreign = expense["amount"]["currency"] != expense["home_amount"]["currency"]
    return {
        "payee": fit(expense["payee"]),
        "amount": voice.money(expense["amount"]),
        "home_amount": voice.money(expense["home_amount"]) if foreign else "",
        "day": voice.day(expense["spent_on"]),
    }


def _import_values(facts: Mapping[str, Any], voice: Voice, fit: _Fit) -> dict[str, Any]:
    return {
        **{count: facts[count] for count in ("rows", "imported", "duplicates", "failed")},
        "number": voice.number,
        "first": voice.day(facts["from"]) if facts["from"] else "",
        "last": voice.day(facts["to"]) if facts["to"] else "",
        # Mails that waited while a version without summaries was replaced have no such lists.
        "over": [_budget_values(entry, voice, fit) for entry in facts.get("over", ())],
        "near": [_budget_values(entry, voice, fit) for entry in facts.get("near", ())],
        "past": [_past_values(entry, voice, fit) for entry in facts.get("past", ())],
        "past_count": facts.get("past_count", 0),
        "left_out": facts.get("left_out", 0),
    }


def _past_values(entry: Mapping[str, Any], voice: Voice, fit: _Fit) -> dict[str, str]:
    first, last = (voice.day(entry["period"][end]) for end in ("from", "to"))
    return {"budget": fit(entry["budget_name"]), "first": first, "last": last}
