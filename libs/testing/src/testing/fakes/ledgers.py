"""People whose ledgers are hard to fit on a screen: long words, huge amounts, full lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from testing.clients.client import Person
from testing.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

LONG_PAYEE = "Donaudampfschifffahrtselektrizitaetenhauptbetriebswerkbauunterbeamtengesellschaft " * 2
UNBROKEN = "W" * 90
HUGE = "999999999999.99"


def sign_in(context: BrowserContext, person: Person, url: str) -> None:
    """Give a browser the session of a person."""
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in person.cookies.items()])


def a_full_ledger(url: str) -> Person:
    """Sign up somebody with the longest names and the largest amounts that can be recorded."""
    person = Person(url, name="Maximiliane " * 8)
    names = [f"{UNBROKEN} {number}" for number in range(3)] + [f"Food / Coffee {number}" for number in range(12)]
    categories = [person.made("categories", name=name)["id"] for name in names]
    for number in range(24):
        person.spend(
            HUGE if number % 3 == 0 else f"{number}.50",
            currency="USD" if number % 4 == 0 else "EUR",
            payee=[LONG_PAYEE, UNBROKEN, "Blue Bottle", ""][number % 4],
            description="An espresso and a slice of cake for the way" if number % 2 else UNBROKEN,
            category_id=categories[number % len(categories)],
            kind="income" if number % 7 == 6 else "expense",
            tags=["business", "a-tag-that-is-long-enough"],
        )
    for number, limit in enumerate(["10.00", HUGE, "1000.00", "1.00"]):
        person.budget(limit, name=f"{UNBROKEN} {number}", category_ids=categories[:3] if number % 2 else [])
    eventually(lambda: len(person.read("alerts", limit=10)["items"]) >= 3, seconds=20)
    return person
