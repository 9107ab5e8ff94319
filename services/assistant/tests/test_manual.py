"""The assistant's help is the text of the guide."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from assistant.tools.manual import LANGUAGES, Manual

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "guide" / "README.md"
ROUTES = ROOT / "services" / "gateway" / "web" / "src" / "app" / "routes.ts"
SETTINGS = ROOT / "services" / "gateway" / "web" / "src" / "features" / "settings" / "SettingsPage.svelte"
FILES = ROOT / "services" / "assistant" / "src" / "assistant" / "tools" / "guide"
MANUAL = Manual()
_SECTION = re.compile(r"<!-- topic: ([a-z-]+) -->\n## (.+)\n\n((?:.+\n)+)")


def guide() -> dict[str, tuple[str, str]]:
    return {name: (title, " ".join(text.split())) for name, title, text in _SECTION.findall(GUIDE.read_text("utf-8"))}


def test_english_passages_are_the_sections_of_the_guide():
    passages = {name: MANUAL.topic(name, "en") for name in MANUAL.topics()}
    assert {name: (found.title, found.text) for name, found in passages.items()} == guide()
    assert list(passages) == list(guide())


def test_every_section_of_the_guide_has_a_topic():
    headings = re.findall("^## .+$", GUIDE.read_text("utf-8"), re.MULTILINE)
    assert len(headings) == len(MANUAL.topics())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_exists_in_every_language(language):
    words = tomllib.loads((FILES / f"{language}.toml").read_text("utf-8"))
    assert list(words) == list(MANUAL.topics())
    for name in MANUAL.topics():
        found = MANUAL.topic(name, language)
        assert found.title
        assert 80 < len(found.text) < 500
        if language != "en":
            assert found.text != MANUAL.topic(name, "en").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_of_the_ui_and_figures_are_the_same_in_every_language(language):
    for name in MANUAL.topics():
        said, english = MANUAL.topic(name, language).text, MANUAL.topic(name, "en").text
        for word in (
            "New budget",
            "Export as CSV",
            "Export as JSON",
            "Your data",
            "Delete account",
            "Access tokens",
            "Active sessions",
            "Notifications",
            "Revoke",
            "Undo",
        ):
            assert (word in said) == (word in english), (name, word)
        assert sorted(re.findall(r"\d+(?:\.\d+)?", said)) == sorted(re.findall(r"\d+(?:\.\d+)?", english)), name


def test_links_lead_to_pages_and_sections_of_the_ui():
    pages = set(re.findall(r"path: '([^']+)'", ROUTES.read_text("utf-8")))
    sections = set(re.findall(r"id: '([^']+)'", SETTINGS.read_text("utf-8")))
    for name in MANUAL.topics():
        page, _hash, section = MANUAL.topic(name, "en").link.partition("#")
        assert page in pages
        assert not section or (page == "/settings" and section in sections)


def test_a_locale_means_its_language():
    assert MANUAL.topic("import", "de-CH") == MANUAL.topic("import", "de")
    assert MANUAL.topic("import", "pt_BR") == MANUAL.topic("import", "en")


def test_an_unknown_topic_is_an_error():
    with pytest.raises(KeyError):
        MANUAL.topic("horoscope", "en")
