"""Emails as bytes, and how long a provider asks us to wait."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from notifier.delivery.mailers.mime import in_ascii, mailbox, mime_message
from notifier.delivery.mailers.retry_after import seconds_requested
from support.mail_folder import NOW, SENDER, a_message

LONG = f"https://outlay.example/api/v1/unsubscribe?token={'a-_1' * 60}"


@pytest.mark.parametrize("to", ["maria@example.com", "jürgen@example.com"])
def test_a_long_unsubscribe_url_stays_readable(to) -> None:
    raw = mime_message(a_message(to=to, unsubscribe=LONG), sender=SENDER, at=NOW).as_bytes()
    assert f"\r\nList-Unsubscribe: <{LONG}>\r\n".encode() in raw


def test_every_line_ends_with_cr_lf() -> None:
    raw = mime_message(a_message(text="one\ntwo\r\nthree"), sender=SENDER, at=NOW).as_bytes()
    assert raw.count(b"\n") == raw.count(b"\r\n")


@pytest.mark.parametrize(
    ("address", "ascii_"),
    [
        ("maria@example.com", "maria@example.com"),
        ("maria@bücher.example", "maria@xn--bcher-kva.example"),
        ("maria@straße.example", "maria@xn--strae-oqa.example"),
        ("jürgen@mail.müller.example", "jürgen@mail.xn--mller-kva.example"),
    ],
)
def test_a_domain_is_written_in_ascii_and_stays_the_same(address, ascii_) -> None:
    assert in_ascii(mailbox(address)) == ascii_


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": " 1.5 "}, 1.5),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "1e9"}, None),
        ({"Retry-After": "١٢"}, None),
        ({"Retry-After": "9" * 400}, None),
        ({"Retry-After": "999999999999"}, 86_400),
        ({"Retry-After": "Sat, 24 Jan 2015 18:00:30 GMT"}, 30),
        ({"Retry-After": "Sat, 24 Jan 2015 17:00:00 GMT"}, 0),
        ({"Retry-After": "Sat, 24 Jan 2015 18:00:30 GMT", "Date": "Sat, 24 Jan 2015 18:00:20 GMT"}, 10),
        ({"Retry-After": "Sat, 99 Foo"}, None),
        ({"X-RateLimit-Reset": "1422122460"}, 60),
        ({"X-RateLimit-Reset": "1422122460", "Date": "Sat, 24 Jan 2015 18:00:50 GMT"}, 10),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({"Retry-After": "5", "X-RateLimit-Reset": "1422122460"}, 5),
        ({"Retry-After": "nonsense", "X-RateLimit-Reset": "1422122460"}, 60),
    ],
)
def test_the_requested_wait_is_read_from_headers(headers, seconds) -> None:
    assert datetime(2015, 1, 24, 18, tzinfo=UTC).timestamp() == 1422122400
    assert seconds_requested(headers, lambda: NOW) == seconds
