"""Log lines are JSON."""

from __future__ import annotations

import json
import logging

from chassis.runtime import context
from chassis.runtime.logs import JsonFormatter


def test_a_log_line_is_json_with_the_request_it_belongs_to() -> None:
    token = context.current.set(context.follow("request-1", "00-" + "a" * 32 + "-" + "b" * 16 + "-01"))
    record = logging.LogRecord("x", logging.INFO, "f", 1, "hello %s", ("you",), None)
    record.status = 200
    line = json.loads(JsonFormatter().format(record))
    context.current.reset(token)
    assert (line["message"], line["status"], line["request_id"], line["trace_id"]) == ("hello you", 200, "request-1", "a" * 32)
