"""Words for alerts and mails, from the templates in `mails/<kind>/`: the one room that knows Jinja."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from money import Money
from notifier.adapters.voice import Voice, duration, fit_name
from notifier.domain.mails import LetterKind, Mail
from notifier.domain.ports import AlertText, MailText
from notifier.domain.preferences import AlertKind

_PATHS: dict[str, str] = {LetterKind.VERIFY_EMAIL: "verify-email", LetterKind.PASSWORD_RESET: "reset-password"}


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
        values = _values(kind, facts, Voice(locale))
        return AlertText(title=self._line(kind, "title.txt", values), body=self._line(kind, "alert.txt", values))

    def mail(self, mail: Mail, *, name: str, locale: str, token: str, stop_token: str, now: datetime) -> MailText:
        """Word a mail. `token` is in clear, and `stop_token` the key to turning its kind off; each is empty where there is none."""
        values = _values(mail.kind, mail.facts, Voice(locale))
        values |= {"name": fit_name(name), "url": self._url, "link": self._link(mail.kind, token)}
        if mail.expires_at:
            values["lasts"] = duration(mail.expires_at - now)
        if stop_token:
            values["stop"] = f"{self._url}/unsubscribe?{urlencode({'token': stop_token, 'kind': mail.kind})}"
        return MailText(
            subject=self._line(mail.kind, "subject.txt", values),
            text=self._render(mail.kind, "body.txt", values),
            html=self._render(mail.kind, "body.html", values),
            unsubscribe=self._one_click(stop_token),
        )

    def _link(self, kind: str, token: str) -> str:
        if kind in _PATHS:
            return f"{self._url}/{_PATHS[kind]}?token={quote(token, safe='')}"
        return f"{self._url}/expenses" if kind == AlertKind.IMPORTED else f"{self._url}/budgets"

    def _one_click(self, stop_token: str) -> str:
        # RFC 8058 has it for https alone.
        return f"{self._url}/api/v1/unsubscribe/{stop_token}" if stop_token and self._url.startswith("https://") else ""

    def _render(self, kind: str, part: str, values: Mapping[str, Any]) -> str:
        return self._templates.get_template(f"{kind.replace('.', '_')}/{part}").render(values)

    def _line(self, kind: str, part: str, values: Mapping[str, Any]) -> str:
        return " ".join(self._render(kind, part, values).split("\n")).strip()


def _values(kind: str, facts: Mapping[str, Any], voice: Voice) -> dict[str, Any]:
    """Return what the templates of a kind may say."""
    if kind in _PATHS:
        return {}
    return _import_values(facts, voice) if kind == AlertKind.IMPORTED else _budget_values(facts, voice)


def _budget_values(facts: Mapping[str, Any], voice: Voice) -> dict[str, Any]:
    over = Money.from_wire(facts["spent"]) - Money.from_wire(facts["limit"])
    return {
        "budget": fit_name(facts["budget_name"]),
        "limit": voice.money(facts["limit"]),
        "spent": voice.money(facts["spent"]),
        "over": voice.money(over.to_wire()),
        "left": voice.money((-over).to_wire()),
        "threshold": voice.percent(facts["threshold"]),
        "first": voice.day(facts["period"]["from"]),
        "last": voice.day(facts["period"]["to"]),
        "expense": _expense_values(facts["expense"], voice) if facts["expense"] else None,
    }


def _expense_values(expense: Mapping[str, Any], voice: Voice) -> dict[str, Any]:
    foreign = expense["amount"]["currency"] != expense["home_amount"]["currency"]
    return {
        "payee": fit_name(expense["payee"]),
        "amount": voice.money(expense["amount"]),
        "home_amount": voice.money(expense["home_amount"]) if foreign else "",
        "day": voice.day(expense["spent_on"]),
    }


def _import_values(facts: Mapping[str, Any], voice: Voice) -> dict[str, Any]:
    return {
        "file": fit_name(facts["filename"]),
        **{count: facts[count] for count in ("rows", "imported", "duplicates", "failed")},
        "number": voice.number,
        "first": voice.day(facts["from"]) if facts["from"] else "",
        "last": voice.day(facts["to"]) if facts["to"] else "",
    }
