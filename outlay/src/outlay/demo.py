"""Fills an empty suite with a demo account and a household's expenses, through the public API like any other client."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date
from importlib.resources import files

import httpx

EMAIL, PASSWORD = "demo@outlay.example", "a household to look at"
_ACCOUNT = {"email": EMAIL, "password": PASSWORD, "name": "Demo", "home_currency": "USD", "time_zone": "UTC", "locale": "en-US"}
_LAST_FULL_MONTH = (2017, 8)
"""The last full month in the household's file; it is moved to the current month."""


def fill_with_demo_data(address: str, say: Callable[[str], None]) -> None:
    """Create the demo account with its expenses and budgets, unless it exists, and print how to sign in."""
    with httpx.Client(base_url=f"{address}/api/v1", headers={"Sec-Fetch-Site": "same-origin"}, timeout=60) as client:
        answer = client.post("/users", json=_ACCOUNT)
        if answer.status_code == httpx.codes.CREATED:
            _verify(client)
            _fill(client)
        elif answer.status_code != httpx.codes.CONFLICT:
            say(f"The demo account could not be created: {answer.text}")
            return
    say(f"Outlay is ready: {address}   Sign in as {EMAIL} with the password: {PASSWORD}   (Ctrl-C stops it)")


def _fill(client: httpx.Client) -> None:
    household = files("outlay") / "household"
    moved = _moved((household / "household.csv").read_text("utf-8"), date.today())
    client.post("/imports", files={"file": ("household.csv", moved, "text/csv")}).raise_for_status()
    categories = {entry["name"]: entry["id"] for entry in client.get("/categories").json()["items"]}
    for budget in json.loads((household / "budgets.json").read_text("utf-8")):
        body = {
            "name": budget["category"].split(" / ")[-1],
            "category_ids": [categories[budget["category"]]],
            "amount": {"amount": budget["amount"], "currency": budget["currency"]},
            "period": budget["period"],
        }
        client.post("/budgets", json=body).raise_for_status()
    _exceed_a_budget(client, categories["Food / Coffee"])


def _exceed_a_budget(client: httpx.Client, coffee: str) -> None:
    """Add today's coffee, which pushes its budget over, so that the demo shows an alert."""
    today = date.today().isoformat()
    for payee, amount in (("Blue Bottle", "4.80"), ("Ritual Coffee", "6.40")):
        body = {"amount": {"amount": amount, "currency": "USD"}, "spent_on": today, "payee": payee, "category_id": coffee}
        client.post("/expenses", json=body).raise_for_status()


def _verify(client: httpx.Client) -> None:
    """Follow the link in the verification email, so that alerts are emailed. Only development mode shows emails."""
    for _ in range(300):
        answer = client.get("/dev/mails")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return
        for mail in answer.json()["items"]:
            if mail["kind"] == "verify_email":
                text = client.get(f"/dev/mails/{mail['id']}").json()["text"]
                client.put("/email-verifications/" + re.findall(r"token=([\w-]+)", text)[0]).raise_for_status()
                return
        time.sleep(0.1)


def _moved(text: str, today: date) -> bytes:
    """Return the file with its last full month moved to the current month, without future days."""
    year, month = _LAST_FULL_MONTH
    months = (today.year - year) * 12 + today.month - month
    written = io.StringIO()
    rows = csv.DictReader(io.StringIO(text))
    writer = csv.DictWriter(written, rows.fieldnames or [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(_shifted(rows, months, today))
    return written.getvalue().encode()


def _shifted(rows: csv.DictReader[str], months: int, today: date) -> Iterator[dict[str, str]]:
    for row in rows:
        day = date.fromisoformat(row["Date"])
        index = day.year * 12 + day.month - 1 + months
        year, month = divmod(index, 12)
        moved = date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
        if moved <= today:
            yield {**row, "Date": moved.isoformat()}
