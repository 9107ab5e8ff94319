"""Names in emails: no link, one line, otherwise unchanged."""

from __future__ import annotations

import re

import pytest

from notifier.wording.names import greeting_name, one_line_name, unlinked_file_name, unlinked_name

LINKS = [
    "https://evil.example/x",
    "www.evil.example",
    "evil.example",
    "evil.co.uk free money",
    "http:evil",
    "maria@evil.example",
    "//evil",
    "EVIL.COM",
    "evil\u3002com",
    "evil\uff0ecom",
    "javascript:alert(1)",
    "tel:+123456",
    "Maria\u200bevil.com",
    "e\u2024com w\uff57\uff57.x.y",
]


NO_NAMES = [
    "Call +1 900 555 0199 to claim EUR 500",
    "evil[.]com",
    "evil . com",
    "evil%2ecom",
    "Ann. Please",
    "t.co",
    "J.R.Tolkien",
    "Maria: me",
    "one/two",
    "M@ria",
    "Maria\nwww.x",
    "evil\ua4f8com",
    "- Maria",
    "\u0301",
    "Maria (blocked)",
    "a.b.c.d",
    "Dr.com",
    "\u2488",
    "",
]


@pytest.mark.parametrize("name", [*LINKS, *NO_NAMES])
def test_nobody_is_greeted_by_a_link_or_a_number(name) -> None:
    assert greeting_name(name) == ""


NAMES = [
    "Maria",
    "Dr. Maria Rossi",
    "J. R. R. Tolkien",
    "J.R.R. Tolkien",
    "J.-P. Sartre",
    "Ana M.",
    "Sammy Davis Jr.",
    "O'Neill-Smith",
    "D\u2019Arcy",
    "María José",
    "Mari\u0301a",
    "陳大文",
    "मारिया",
    "Анна-Мария",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_greeted_unchanged(name) -> None:
    assert greeting_name(name) == name


@pytest.mark.parametrize("name", ["Amazon.de", "www.shop.example/a", "https://shop.example", "me@shop.example", "a.b.c.d"])
def test_a_payee_reads_the_same_in_an_email_and_is_no_link(name) -> None:
    written = unlinked_name(name)
    assert written.replace("\u2060", "") == name
    assert not re.search(r"\w\.\w|\w@\w|\w://|//", written)


@pytest.mark.parametrize("name", ["household.csv", "Kontoauszug Januar (2).CSV", "my-export_2015.tsv", "bank.txt"])
def test_an_ordinary_file_name_is_unchanged_in_an_email(name) -> None:
    assert unlinked_file_name(name) == name


@pytest.mark.parametrize(
    "name", ["evil.example", "evil.example.csv", "www.csv", "https://evil.example/x.csv", "me@evil.csv", "evil.zip"]
)
def test_a_file_name_is_never_a_link_in_an_email(name) -> None:
    written = unlinked_file_name(name)
    assert written.replace("\u2060", "") == name
    assert not re.search(r"\w\.\w|\w@\w|\w://|//", written)


@pytest.mark.parametrize("name", ["Maria\r\nBcc: eve", "Maria\u2028x", "Ma\x00ria", "Maria\u202egnp", "Maria\u0085x"])
def test_a_name_stays_in_one_line(name) -> None:
    for written in (one_line_name(name), unlinked_name(name), greeting_name(name)):
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202e]", written)
