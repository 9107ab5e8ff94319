"""Writes alerts and emails from the templates in `templates/<kind>/`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notifier.account_mail.model import AccountMailKind
from notifier.delivery.model import Mail
from notifier.preferences.model import AlertKind
from notifier.wording.locale_formatter import LocaleFormatter, duration
from notifier.wording.names import greeting_name, one_line_name, unlinked_file_name, unlinked_name
from notifier.wording.values import values_of

_PATHS: dict[str, str] = {
    AccountMailKind.VERIFY_EMAIL: "/verify-email#token={token}",
    AccountMailKind.PASSWORD_RESET: "/reset-password#token={token}",
    AccountMailKind.EMAIL_CHANGE: "/forgot",
    AlertKind.IMPORTED: "/expenses",
    AlertKind.EXCEEDED: "/budgets",
    AlertKind.NEAR: "/budgets",
}


@dataclass(frozen=True, slots=True)
class AlertText:
    """The text of an alert."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class MailText:
    """The text of an email."""

    subject: str
    text: str
    html: str
    unsubscribe_url: str
    """The https URL for one click (RFC 8058); empty if there is none."""


class Texts:
    """Renders templates. Each kind has one folder with all of its wording; money and dates are localized before."""

    def __init__(self, *, url: str) -> None:
        """`url` is the public URL of the app."""
        self._url = url.rstrip("/")
        self._templates = Environment(
            loader=PackageLoader("notifier", "wording/templates"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def alert(self, kind: str, facts: Mapping[str, Any], *, locale: str) -> AlertText:
        values = values_of(kind, facts, LocaleFormatter(locale), name=one_line_name, file_name=one_line_name)
        return AlertText(title=self._line(kind, "title.txt", values), body=self._line(kind, "alert.txt", values))

    def mail(
        self,
        mail: Mail,
        *,
        name: str,
        locale: str,
        token: str,
        unsubscribe_token: str,
        now: datetime,
        figures_of: date | None = None,
    ) -> MailText:
        """Return the text of an email. The tokens are in clear, and empty where there are none.

        `figures_of` is the date of its figures, if it was held.
        """
        formatter = LocaleFormatter(locale)
        values = values_of(mail.kind, mail.facts, formatter, name=unlinked_name, file_name=unlinked_file_name)
        values |= {
            "name": greeting_name(name),
            "url": self._url,
            "link": self._url + _PATHS[mail.kind].format(token=quote(token, safe="")),
            "figures_of": formatter.day(figures_of.isoformat()) if figures_of else "",
        }
        if mail.expires_at:
            values["lasts"] = duration(mail.expires_at - now)
        if unsubscribe_token:
            values["unsubscribe_url"] = f"{self._url}/unsubscribe#{urlencode({'token': unsubscribe_token, 'kind': mail.kind})}"
        return MailText(
            subject=self._line(mail.kind, "subject.txt", values),
            text=self._render(mail.kind, "body.txt", values),
            html=self._render(mail.kind, "body.html", values),
            unsubscribe_url=self._one_click_url(unsubscribe_token),
        )

    def _one_click_url(self, unsubscribe_token: str) -> str:
        # RFC 8058 allows https only.
        allowed = unsubscribe_token and self._url.startswith("https://")
        return f"{self._url}/api/v1/unsubscribe/{unsubscribe_token}" if allowed else ""

    def _render(self, kind: str, part: str, values: Mapping[str, Any]) -> str:
        return self._templates.get_template(f"{kind.replace('.', '_')}/{part}").render(values)

    def _line(self, kind: str, part: str, values: Mapping[str, Any]) -> str:
        return " ".join(self._render(kind, part, values).split("\n")).strip()
