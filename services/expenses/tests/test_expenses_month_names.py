"""The names of months are read only in the languages that a file needs: all of them take a third of a second."""

import io
from collections.abc import Iterator, Mapping

from expenses.imports.month_names import month_names
from expenses.imports.readers.detection import Layout, ReadingContext, detect_layout
from expenses.imports.readers.mapping import Mapping as Columns


class Noted(Mapping[str, int]):
    """The names of one language, which notes that it was looked at."""

    def __init__(self, names: Mapping[str, int]) -> None:
        self.names, self.looked_at = names, False

    def __getitem__(self, name: str) -> int:
        self.looked_at = True
        return self.names[name]

    def __iter__(self) -> Iterator[str]:
        self.looked_at = True
        return iter(self.names)

    def __len__(self) -> int:
        self.looked_at = True
        return len(self.names)


def a_layout(days: list[str]) -> tuple[Layout, list[Noted]]:
    languages = [Noted(names) for names in month_names("de-DE")]
    lines = ["Date,Payee,Reference,Amount", *(f"{day},Shop {at},INV-{at:08},-4.{at:02}" for at, day in enumerate(days, 10))]
    return detect_layout(io.BytesIO("\n".join(lines).encode()), Columns(), ReadingContext("EUR", "de-DE", languages)), languages


def test_days_in_numbers_need_no_language():
    layout, languages = a_layout(["2026-01-31", "2026-02-28", "2026-03-31"])
    assert layout.mapping.date_format == "YYYY-MM-DD"
    assert not any(language.looked_at for language in languages)


def test_dates_in_the_users_language_load_no_other_language():
    layout, languages = a_layout(["31 Januar 2026", "28 Februar 2026", "31 März 2026"])
    assert layout.mapping.date_format == "DD MMM YYYY"
    assert [language.looked_at for language in languages] == [True] + [False] * (len(languages) - 1)


def test_days_in_another_language_are_read_too():
    layout, _ = a_layout(["31 gennaio 2026", "28 febbraio 2026", "31 marzo 2026"])
    assert layout.mapping.date_format == "DD MMM YYYY"
    assert (layout.months["gennaio"], layout.months["marzo"]) == (1, 3)
