"""The small parts of the chassis, each by what it promises."""

from __future__ import annotations

import base64
import json
import logging
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from chassis.messaging.events import Event, EventError
from chassis.runtime import context
from chassis.runtime.clock import clock_from, to_wire
from chassis.runtime.ids import uuid7
from chassis.runtime.logs import JsonFormatter
from chassis.runtime.problems import InvalidRequestError, UnavailableError, VersionRequiredError, body_of
from chassis.runtime.settings import CommonSettings, SettingsError, read_settings, setting, whole_number
from chassis.security.encryption import Encryptor
from chassis.web.paging import Cursors
from chassis.web.request import Request
from chassis.web.spec import SpecClashError, merge_specs

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class SomeSettings(CommonSettings):
    port: int = setting("SOME_PORT", "a port", parse=whole_number(1, 65535))
    secret: str = setting("SOME_SECRET", "a secret")


def test_all_that_is_wrong_with_the_settings_is_said_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(SomeSettings, {"SOME_PORT": "99999", "OUTLAY_ENV": "prod"})
    assert [problem.split(":")[0] for problem in caught.value.problems] == ["OUTLAY_ENV", "SOME_PORT", "SOME_SECRET"]


def test_a_secret_can_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    assert read_settings(SomeSettings, {"SOME_PORT": "1", "SOME_SECRET_FILE": str(tmp_path / "secret")}).secret == "hush"


@pytest.mark.parametrize("environ", [{}, {"OUTLAY_ENV": "production"}])
def test_another_clock_is_refused_outside_development(environ) -> None:
    with pytest.raises(SettingsError, match="refused outside development"):
        read_settings(CommonSettings, {"OUTLAY_CLOCK": "2015-01-24T12:00:00Z", **environ})


@pytest.mark.parametrize("clock", ["yesterday", "2015-01-24T12:00:00", "file:/nowhere/at/all"])
def test_a_clock_that_cannot_be_read_is_refused(clock) -> None:
    with pytest.raises(SettingsError, match="OUTLAY_CLOCK"):
        read_settings(CommonSettings, {"OUTLAY_CLOCK": clock, "OUTLAY_ENV": "development"})


def test_a_clock_in_a_file_can_be_moved(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    file.write_text("2015-01-24T12:00:00Z\n")
    clock = clock_from(f"file:{file}")
    assert clock() == datetime(2015, 1, 24, 12, tzinfo=UTC)
    file.write_text("2015-02-01T00:00:00+02:00")
    assert to_wire(clock()) == "2015-01-31T22:00:00Z"


def test_ids_made_later_sort_later() -> None:
    ids = [uuid7() for _ in range(10_000)]
    assert ids == sorted(set(ids))


def opened(cursor: str) -> bytes:
    """Return what anybody could read of a cursor."""
    return b" ".join(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in cursor.split("."))


def test_a_cursor_comes_back_as_it_was_and_not_otherwise() -> None:
    cursors = Cursors(Encryptor(b"k" * 32))
    cursor = cursors.write("expenses:-spent_on", ["2026-11-22", "id"])
    assert cursors.read("expenses:-spent_on", cursor) == ["2026-11-22", "id"]
    assert cursors.read("expenses:-spent_on", None) is None
    assert not {"2026-11-22", "id"} & {part.decode("latin-1") for part in re.findall(rb"[\w-]+", opened(cursor))}, (
        "it cannot be read"
    )
    form, key, payload = cursor.split(".")
    for edited in (f"{form}.{key}.{payload[:-4]}AAAA", payload, "x.y", "....", "é.é", "v2.é.é", "A" + cursor, f"{form}.{key}."):
        with pytest.raises(InvalidRequestError):
            cursors.read("expenses:-spent_on", edited)
    with pytest.raises(InvalidRequestError):
        cursors.read("expenses:amount", cursor)


@pytest.mark.parametrize(("header", "version"), [('"3"', 3), ('W/"12"', 12), ("7", 7)])
def test_if_match_is_a_version(header, version) -> None:
    assert Request(headers={"If-Match": header}).expected_version == version


def test_a_missing_if_match_is_asked_for_and_a_strange_one_refused() -> None:
    with pytest.raises(VersionRequiredError):
        _ = Request().expected_version
    with pytest.raises(InvalidRequestError):
        _ = Request(headers={"If-Match": "*"}).expected_version


class CupboardEmptyError(Exception):
    """The cupboard is empty.

    More about it.
    """


def test_a_services_own_exception_becomes_a_problem() -> None:
    status, body, _headers = body_of(CupboardEmptyError("Buy something."), {CupboardEmptyError: 409}, "r1")
    assert (status, body["type"], body["title"], body["detail"]) == (
        409,
        "/problems/cupboard-empty",
        "The cupboard is empty",
        "Buy something.",
    )


def test_an_unforeseen_exception_tells_nothing() -> None:
    assert body_of(RuntimeError("password=hunter2"), {}, "r1") == (
        500,
        {"type": "/problems/internal", "title": "Internal server error", "status": 500, "instance": "r1"},
        {},
    )


def test_a_problem_keeps_its_headers() -> None:
    assert body_of(UnavailableError("later", headers={"Retry-After": "5"}), {}, "")[2] == {"Retry-After": "5"}


def test_an_event_is_the_same_after_its_journey() -> None:
    event = Event(
        uuid7(),
        "/outlay/auth",
        "user.deleted",
        "s",
        "2026-11-22T10:00:00Z",
        {"user_id": uuid7()},
        "00-" + "a" * 32 + "-" + "b" * 16 + "-01",
        "r",
    )
    assert Event.from_json(event.to_json()) == event


@pytest.mark.parametrize(
    "text", [b"\xff\xfe", "", "[]", "{}", '{"type": "user.exploded"}', '{"type": 5}', '{"type": "user.deleted", "data": {}}']
)
def test_what_is_no_event_is_refused(text) -> None:
    with pytest.raises(EventError):
        Event.from_json(text)


def test_a_log_line_is_json_with_the_request_it_belongs_to() -> None:
    token = context.current.set(context.follow("request-1", "00-" + "a" * 32 + "-" + "b" * 16 + "-01"))
    record = logging.LogRecord("x", logging.INFO, "f", 1, "hello %s", ("you",), None)
    record.status = 200
    line = json.loads(JsonFormatter().format(record))
    context.current.reset(token)
    assert (line["message"], line["status"], line["request_id"], line["trace_id"]) == ("hello you", 200, "request-1", "a" * 32)


def test_documents_that_claim_the_same_path_do_not_merge() -> None:
    spec = {"paths": {"/a": {"get": {"operationId": "x"}}}}
    with pytest.raises(SpecClashError):
        merge_specs(spec, [spec])


def test_what_documents_share_may_differ_between_versions_alone() -> None:
    older, newer = ({"paths": {}, "components": {"schemas": {"Money": {"title": title}}}} for title in ("older", "newer"))
    with pytest.raises(SpecClashError):
        merge_specs(newer, [older])
    assert merge_specs(newer, [older], of_one_version=False)["components"] == older["components"]
