"""When two email addresses are the same, and how a profile is read."""

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.accounts.api import profile_change
from auth.errors import UnacceptableError
from auth.users.email_address import comparable, mailbox, normalised
from auth.users.locale import known_locale


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        ("Maria.Rossi@Example.ORG", "Maria.Rossi@example.org"),
        ("  maria@example.org\n", "maria@example.org"),
        ("mari\u0301a@example.org", "mar\u00eda@example.org"),
        ('"a@b"@Example.org', '"a@b"@example.org'),
    ],
)
def test_only_the_domain_is_lowered(given_, kept):
    assert normalised(given_) == kept
    assert comparable(given_) == kept.lower()


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("Maria+a+b@Example.org", "maria@example.org"),
        ("maria@example.org", "maria@example.org"),
        ("+a@example.org", "+a@example.org"),
    ],
)
def test_the_part_after_a_plus_does_not_change_the_mailbox(address, reached):
    assert mailbox(address) == reached


@pytest.mark.parametrize(
    ("spelt", "otherwise"),
    [
        ("maria@b\u00fccher.example", "Maria@XN--BCHER-KVA.example"),
        ("maria@\u4f8b\u5b50.\u516c\u76ca", "maria@xn--fsqu00a.xn--55qw42g"),
    ],
)
def test_a_domain_has_one_owner_in_either_spelling(spelt, otherwise):
    assert comparable(spelt) == comparable(otherwise)
    assert normalised(otherwise).endswith(otherwise.lower().rpartition("@")[2])


@pytest.mark.parametrize("domain", ["xn--", "xn--\u00fc.example", "xn--99999999.example", "xn--0ug.example", "a@xn--b"])
def test_an_invalid_domain_can_be_compared(domain):
    assert comparable(comparable(f"maria@{domain}")).encode()


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text):
    assert normalised(normalised(text)) == normalised(text)
    assert comparable(normalised(text)) == comparable(text)


@given(st.fixed_dictionaries({}, optional={key: st.text(max_size=30) for key in ("name", "home_currency", "time_zone", "locale")}))
def test_any_profile_is_accepted_or_refused_by_name(details):
    change = profile_change(details)
    assert {field.name for field in fields(change) if getattr(change, field.name) is not None} == set(details)
    refused: set[str] = set()
    try:
        change.check(known_locale)
    except UnacceptableError as error:
        refused = {found["pointer"].removeprefix("/") for found in error.errors}
    assert refused <= set(details)
